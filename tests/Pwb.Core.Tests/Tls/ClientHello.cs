using System.Net.Security;
using System.Security.Cryptography;

namespace Pwb.Tests.Tls;

/// <summary>The first bytes of clients, for those that then do something else than they should.</summary>
internal static class ClientHello
{
    /// <summary>
    /// RFC 5246 §7.4.1.2, as a client of TLS 1.1 sends it: a record, a ClientHello, version 3.2, two cipher
    /// suites of that time, no extensions.
    /// </summary>
    public static byte[] Tls11 { get; } =
    [
        0x16, 0x03, 0x01, 0x00, 0x2F, 0x01, 0x00, 0x00, 0x2B, 0x03, 0x02, .. RandomNumberGenerator.GetBytes(32), 0x00,
        0x00, 0x04, 0xC0, 0x09, 0xC0, 0x13, 0x01, 0x00,
    ];

    /// <summary>One that is good, as .NET sends it.</summary>
    public static async Task<byte[]> MakeAsync()
    {
        using Silence silence = new();
        await using SslStream session = new(silence);
        try
        {
            await session.AuthenticateAsClientAsync("localhost");
        }
        catch (IOException)
        {
            // There is no answer to it.
        }

        return silence.Written.ToArray();
    }

    private sealed class Silence : MemoryStream
    {
        public MemoryStream Written { get; } = new();

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            Written.WriteAsync(buffer, cancellationToken);
    }
}

using System.Globalization;
using System.Net.Security;
using System.Text;

namespace Pwb.Fuzz.Running;

/// <summary>
/// A client that does everything right, on a connection that stays open while others are changed and misused: it gets its own
/// answers, whole, and the server lives.
/// </summary>
internal sealed class Neighbour(Stream stream)
{
    private readonly byte[] _received = new byte[32 * 1024];
    private long _number;

    public static async Task<Neighbour> ConnectAsync(MemoryServer server, bool overTls)
    {
        if (!overTls) return new Neighbour(server.Plain.Connect(new Witness()).Client);

        SslStream session = new(server.Tls.Connect(new Witness()).Client);
        await session.AuthenticateAsClientAsync(TlsClient.Options(default));
        return new Neighbour(session);
    }

    /// <returns>What was wrong with the answer; null if nothing was.</returns>
    public async Task<string?> AskAsync(FuzzRandom random)
    {
        string path = string.Create(
            CultureInfo.InvariantCulture, $"/{(random.OneIn(2) ? "push" : "echo")}/neighbour/{_number++}");
        string content = new((char)('a' + random.Below(26)), random.Below(20_000));
        byte[] request = Encoding.Latin1.GetBytes(
            $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {content.Length}\r\n\r\n{content}");
        await stream.WriteAsync(request);
        string expected = Witness.Line(path, content);
        int length = 0;
        while (true)
        {
            int count = await stream.ReadAsync(_received.AsMemory(length));
            length += count;
            if (Transcript.Read(_received[..length]) is [{ IsWhole: true } response])
            {
                string actual = Encoding.Latin1.GetString(response.Content);
                return actual == expected ? null : $"a neighbour got another answer than its own: {actual} instead of {expected}";
            }

            if (count == 0) return "a neighbour's connection has ended";
        }
    }
}

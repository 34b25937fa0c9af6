using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Pwb.Protocol;

namespace Pwb.WebSockets;

/// <summary>The client's opening handshake, read by RFC 6455 §4.2.1, and the response to it.</summary>
/// <param name="StatusCode">101; or 400, 405 or 426.</param>
/// <param name="Fault">The content of a response that is no 101.</param>
/// <param name="Accept">The value of Sec-WebSocket-Accept.</param>
/// <param name="SubProtocol">The subprotocol that was agreed upon, if one was.</param>
/// <param name="Deflate">What was agreed upon about compression, if something was.</param>
internal readonly record struct OpeningHandshake(
    int StatusCode, string Fault = "", string Accept = "", string? SubProtocol = null, DeflateAgreement? Deflate = null)
{
    /// <summary>The protocol's name in Upgrade.</summary>
    public const string Protocol = "websocket";

    private const int KeyLength = 24; // in base64
    private const int NonceLength = 16;

    private static readonly SearchValues<byte> Base64Characters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="u8);

    public static OpeningHandshake Read(HttpRequest request, WebSocketOptions options)
    {
        if (!string.Equals(request.Method, "GET", StringComparison.Ordinal)) return new OpeningHandshake(405);
        if (!request.IsWebSocketRequest) return new OpeningHandshake(426, "426 Upgrade Required: There is a WebSocket here.\n");

        int versions = Find(request.Headers, "Sec-WebSocket-Version"u8, out _);

        // Any other than 13 has been refused before.
        if (versions == 0) return new OpeningHandshake(426, "426 Upgrade Required: The only WebSocket version is 13.\n");
        if (versions > 1) return Malformed("There is more than one Sec-WebSocket-Version.");
        if (request.Head.HasContent) return Malformed("A WebSocket's handshake has no content.");
        int keys = Find(request.Headers, "Sec-WebSocket-Key"u8, out ReadOnlySpan<byte> key);
        if (keys != 1) return Malformed("A handshake has one Sec-WebSocket-Key.");
        if (!IsKey(key)) return Malformed("Sec-WebSocket-Key is not the base64 of 16 bytes.");

        if (!TryChoose(request.Headers, options.SubProtocols, out string? subProtocol))
            return Malformed("Sec-WebSocket-Protocol is not valid.");
        if (!DeflateAgreement.TryChoose(request.Headers, out DeflateAgreement? deflate))
            return Malformed("Sec-WebSocket-Extensions is not valid.");
        return new OpeningHandshake(101, "", AcceptOf(key), subProtocol, options.AllowDeflate ? deflate : null);
    }

    /// <summary>The field lines of the 101, beside Upgrade and Connection.</summary>
    public (string Name, string Value)[] Lines()
    {
        List<(string, string)> lines = [("Sec-WebSocket-Accept", Accept)];
        if (SubProtocol is not null) lines.Add(("Sec-WebSocket-Protocol", SubProtocol));
        if (Deflate is { } deflate) lines.Add(("Sec-WebSocket-Extensions", deflate.FieldValue));
        return [.. lines];
    }

    private static OpeningHandshake Malformed(string sentence) => new(400, $"400 Bad Request: {sentence}\n");

    private static int Find(HttpFields fields, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        int count = 0;
        value = default;
        foreach (FieldLine line in fields)
        {
            if (!Ascii.EqualsIgnoreCase(line.Name, name)) continue;
            value = line.Value;
            count++;
        }

        return count;
    }

    private static bool IsKey(ReadOnlySpan<byte> key)
    {
        Span<byte> nonce = stackalloc byte[KeyLength];
        return key.Length == KeyLength && !key.ContainsAnyExcept(Base64Characters)
            && Base64.DecodeFromUtf8(key, nonce, out _, out int length) == OperationStatus.Done && length == NonceLength;
    }

    // RFC 6455 §4.2.2: the key, with this behind it, hashed.
    private static string AcceptOf(ReadOnlySpan<byte> key)
    {
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
#pragma warning disable CA5350 // it keeps no secret: it shows that the server has read the key
        SHA1.HashData([.. key, .. "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"u8], hash);
#pragma warning restore CA5350
        return Convert.ToBase64String(hash);
    }

    // RFC 6455 §4.1 (10), §11.3.4: tokens, each named once, in any number of lines, the preferred one first.
    private static bool TryChoose(HttpFields fields, IReadOnlyList<string> spoken, out string? chosen)
    {
        chosen = null;
        HashSet<string> offered = new(StringComparer.Ordinal);
        foreach (FieldLine line in fields)
        {
            if (!Ascii.EqualsIgnoreCase(line.Name, "Sec-WebSocket-Protocol"u8)) continue;
            FieldList list = new(line.Value);
            bool isEmpty = true;
            while (list.MoveNext())
            {
                isEmpty = false;
                if (!Grammar.IsToken(list.Current)) return false;
                string name = Encoding.ASCII.GetString(list.Current);
                if (!offered.Add(name) || offered.Count > FieldList.MaxMembers) return false;
                if (chosen is null && spoken.Contains(name, StringComparer.Ordinal)) chosen = name;
            }

            if (isEmpty || list.IsCutShort) return false;
        }

        return true;
    }
}

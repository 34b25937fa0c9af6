using System.Globalization;
using System.Text;

namespace Pwb.Fuzz.Running;

/// <summary>Reads what the server sent, as strictly as a client could.</summary>
internal sealed class ResponseReader(byte[] output)
{
    private int _position;

    public int Position => _position;

    public bool AtEnd => _position == output.Length;

    /// <summary>Reads the next final response, with the 100s before it.</summary>
    /// <param name="isHead">Whether the request was HEAD: then no content follows, whatever the fields say.</param>
    public ObservedResponse Read(bool isHead)
    {
        int continues = 0;
        while (true)
        {
            ObservedResponse response = ReadHead(continues);
            if (response.Status == 100)
            {
                Require(!response.Has("Content-Length") && !response.Has("Transfer-Encoding"), "framing fields in a 100");
                continues++;
                continue;
            }

            CheckFields(response);
            if (!isHead && response.Status is not (204 or 304))
                ReadContent(response);
            return response;
        }
    }

    private ObservedResponse ReadHead(int continues)
    {
        string statusLine = ReadLine();
        Require(
            statusLine.Length > 13 && statusLine.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) && statusLine[12] == ' '
            && statusLine[9..12].All(char.IsAsciiDigit),
            $"bad status line '{statusLine}'");

        List<(string Name, string Value)> fields = [];
        while (ReadLine() is { Length: > 0 } line)
        {
            int colon = line.IndexOf(": ", StringComparison.Ordinal);
            Require(colon > 0 && line[..colon].All(c => char.IsAsciiLetterOrDigit(c) || c == '-'), $"bad field line '{line}'");
            string value = line[(colon + 2)..];
            // A tunnel allows nothing.
            Require((value.Length > 0 || line is "Allow: ") && value.Trim().Length == value.Length, $"bad field value '{line}'");
            fields.Add((line[..colon], value));
        }

        return new ObservedResponse(int.Parse(statusLine.AsSpan(9, 3), CultureInfo.InvariantCulture), fields, continues);
    }

    // Rule R19
    private static void CheckFields(ObservedResponse response)
    {
        Require(
            DateTime.TryParseExact(response.Value("Date"), "r", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
            "no IMF-fixdate in a final response");
        Require(response.Value("Server") is "PWB1.0", "no Server field");
        Require(response.Value("Connection") is null or "close" or "keep-alive" or "close, Upgrade", "unknown connection option");

        string? length = response.Value("Content-Length");
        string? coding = response.Value("Transfer-Encoding");
        Require(length is null || coding is null, "a length besides a transfer coding");
        Require(coding is null or "chunked", "unknown transfer coding");
        Require(length is null || (length.All(char.IsAsciiDigit) && (length is "0" || length[0] != '0')), "bad Content-Length");
        Require(response.Status != 204 || (length is null && coding is null), "framing fields in a 204");
        Require(response.Status != 405 || response.Value("Allow") is not null, "405 without Allow");
    }

    private void ReadContent(ObservedResponse response)
    {
        if (response.Value("Transfer-Encoding") is not null)
            ReadChunks(response);
        else if (response.Value("Content-Length") is { } length)
            response.Content = ReadUpTo(long.Parse(length, CultureInfo.InvariantCulture), response);
        else
            response.Content = ReadUpTo(output.Length - _position, response);

        Require(response.Content.Length == 0 || response.Has("Content-Type"), "content without Content-Type");
    }

    private void ReadChunks(ObservedResponse response)
    {
        List<byte> content = [];
        while (!AtEnd)
        {
            if (!TryReadLine(out string sizeText))
            {
                _position = output.Length;
                break;
            }

            Require(sizeText.Length is > 0 and < 9 && sizeText.All(char.IsAsciiHexDigit), $"bad chunk size '{sizeText}'");
            int size = int.Parse(sizeText, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            content.AddRange(ReadUpTo(size, response));
            if (AtEnd)
                break;

            if (!TryReadLine(out string end))
            {
                _position = output.Length;
                break;
            }

            Require(end.Length == 0, "chunk data longer than its size, or a trailer");
            if (size == 0)
            {
                response.Content = [.. content];
                return;
            }
        }

        response.Content = [.. content];
        response.IsWhole = false;
    }

    private byte[] ReadUpTo(long count, ObservedResponse response)
    {
        int available = (int)Math.Min(count, output.Length - _position);
        response.IsWhole &= available == count;
        byte[] bytes = output[_position..(_position + available)];
        _position += available;
        return bytes;
    }

    private string ReadLine() =>
        TryReadLine(out string line)
            ? line : throw new MalformedResponseException("the responses end inside a line") { EndsEarly = true };

    private bool TryReadLine(out string line)
    {
        int length = output.AsSpan(_position).IndexOf("\r\n"u8);
        line = length < 0 ? "" : Encoding.Latin1.GetString(output, _position, length);
        _position += length < 0 ? 0 : length + 2;
        Require(!line.Any(c => c is < ' ' or > '~'), $"control character in '{line}'");
        return length >= 0;
    }

    private static void Require(bool condition, string objection)
    {
        if (!condition)
            throw new MalformedResponseException(objection);
    }
}

using System.Globalization;
using System.Text;

namespace Pwb.Tests.Infrastructure;

internal enum ResponseFraming
{
    NoContent,
    ContentLength,
    Chunked,
    Close,
}

/// <summary>
/// A response as the strictest of peers would read it: whatever RFC 9110 and 9112 forbid a server to send is a
/// <see cref="FormatException"/>, and so is a byte that belongs to no response.
/// </summary>
internal sealed class WireResponse
{
    private const string TokenPunctuation = "!#$%&'*+-.^_`|~";

    private static readonly string[] Singletons = [
        "content-length", "transfer-encoding", "connection", "date", "server", "content-type", "allow"];

    public required int Status { get; init; }

    public required string Reason { get; init; }

    public required IReadOnlyList<(string Name, string Value)> Fields { get; init; }

    /// <summary>The status line and the fields with their line ends, without the empty line.</summary>
    public required string Head { get; init; }

    public byte[] Content { get; private set; } = [];

    public string ContentText => Latin1.Text(Content);

    /// <summary>The sizes of the chunks, in order, the last one of 0 included when it has arrived.</summary>
    public IReadOnlyList<int> ChunkSizes { get; private set; } = [];

    public ResponseFraming Framing { get; private set; }

    /// <summary>False when the output ended before the content did.</summary>
    public bool IsComplete { get; private set; } = true;

    public bool IsLast => ConnectionOptions.Contains("close");

    private string[] ConnectionOptions => this["Connection"]?.Split(", ") ?? [];

    public string? this[string name]
    {
        get
        {
            string[] values = [
                .. Fields.Where(field => string.Equals(field.Name, name, StringComparison.OrdinalIgnoreCase))
                    .Select(field => field.Value)];
            return values.Length == 0 ? null : string.Join(", ", values);
        }
    }

    /// <summary>
    /// All responses in the output, 1xx included; <paramref name="methods"/> are those of the final ones, GET where not given.
    /// </summary>
    public static IReadOnlyList<WireResponse> ParseAll(byte[] output, params string[] methods)
    {
        var responses = new List<WireResponse>();
        int offset = 0;
        int final = 0;
        while (offset < output.Length)
        {
            if (responses.Count > 0 && responses[^1].IsLast)
                throw new FormatException("Something follows a response that announced the close.");
            WireResponse response = ParseHead(output, ref offset);
            if (response.Status >= 200)
                response.ReadContent(output, ref offset, final < methods.Length ? methods[final++] : "GET");
            responses.Add(response);
        }

        if (responses.Count > 0 && responses[^1].Status < 200)
            throw new FormatException("No final response follows the interim one.");
        return responses;
    }

    public override string ToString() => $"{Latin1.Show(Head)} | {Latin1.Show(ContentText)}{(IsComplete ? "" : " (cut)")}";

    private static WireResponse ParseHead(byte[] output, ref int offset)
    {
        int end = output.AsSpan(offset).IndexOf("\r\n\r\n"u8);
        if (end < 0)
            throw new FormatException($"The output ends inside a head: {Latin1.Show(Latin1.Text(output.AsSpan(offset)))}");
        string head = Latin1.Text(output.AsSpan(offset, end + 2));
        offset += end + 4;

        string[] lines = head[..^2].Split("\r\n");
        string status = lines[0];
        Demand(status.Length >= 13 && status.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) && status[12] == ' ',
            $"a status line: {Latin1.Show(status)}");
        Demand(status[9] is >= '1' and <= '5' && char.IsAsciiDigit(status[10]) && char.IsAsciiDigit(status[11]),
            "a status of three digits");
        Demand(status[13..].All(c => c is '\t' or (>= ' ' and not '\x7F')), "a reason phrase without control characters");
        var response = new WireResponse
        {
            Status = int.Parse(status.AsSpan(9, 3), CultureInfo.InvariantCulture),
            Reason = status[13..],
            Head = head,
            Fields = [.. lines.Skip(1).Select(ParseField)],
        };
        response.CheckFields();
        return response;
    }

    private static (string Name, string Value) ParseField(string line)
    {
        int colon = line.IndexOf(':', StringComparison.Ordinal);
        Demand(colon > 0, $"a field line: {Latin1.Show(line)}");
        string name = line[..colon];
        Demand(name.All(c => char.IsAsciiLetterOrDigit(c) || TokenPunctuation.Contains(c, StringComparison.Ordinal)),
            $"a field name: {Latin1.Show(line)}");
        string value = line[(colon + 1)..].Trim(' ', '\t');
        Demand(value.All(c => c is '\t' or (>= ' ' and not '\x7F')), $"a field value: {Latin1.Show(line)}");
        return (name, value);
    }

    private void CheckFields()
    {
        foreach (string name in Singletons)
            Demand(Fields.Count(field => string.Equals(field.Name, name, StringComparison.OrdinalIgnoreCase)) <= 1,
                $"one {name} at most");

        bool bare = Status is < 200 or 204;
        Demand(this["Content-Length"] is null || this["Transfer-Encoding"] is null,
            "Content-Length or Transfer-Encoding, not both");
        Demand(!bare || (this["Content-Length"] is null && this["Transfer-Encoding"] is null), $"no framing field in {Status}");
        Demand(this["Transfer-Encoding"] is null or "chunked", "no coding but chunked");
        Demand(this["Content-Length"] is not { } length || IsCount(length), "a Content-Length of digits");
        Demand(ConnectionOptions.All(option => option is "close" or "keep-alive" or "Upgrade"),
            "no connection option but close, keep-alive and Upgrade");
        Demand(ConnectionOptions.Contains("Upgrade") == (this["Upgrade"] is not null),
            "the Upgrade option with the Upgrade field and not without");
        Demand(Status != 405 || this["Allow"] is not null, "Allow in 405");
        if (Status < 200) return;
        Demand(
            DateTimeOffset.TryParseExact(
                this["Date"], "ddd, dd MMM yyyy HH:mm:ss 'GMT'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal,
                out _),
            $"a Date in IMF-fixdate, not {this["Date"]}");
    }

    private void ReadContent(byte[] output, ref int offset, string method)
    {
        ReadOnlySpan<byte> rest = output.AsSpan(offset);
        if (method is "HEAD" || Status is 204 or 304)
        {
            return;
        }
        else if (this["Transfer-Encoding"] is not null)
        {
            Framing = ResponseFraming.Chunked;
            offset += ReadChunks(rest);
        }
        else if (this["Content-Length"] is { } length)
        {
            Framing = ResponseFraming.ContentLength;
            long count = long.Parse(length, CultureInfo.InvariantCulture);
            IsComplete = rest.Length >= count;
            Content = rest[..(int)Math.Min(rest.Length, count)].ToArray();
            offset += Content.Length;
        }
        else
        {
            Framing = ResponseFraming.Close;
            Demand(IsLast, "Connection: close where only the close ends the content");
            Content = rest.ToArray();
            offset = output.Length;
        }
    }

    private int ReadChunks(ReadOnlySpan<byte> rest)
    {
        var content = new MemoryStream();
        var sizes = new List<int>();
        ChunkSizes = sizes;
        int used = 0;
        IsComplete = false;
        while (true)
        {
            int lineEnd = rest[used..].IndexOf("\r\n"u8);
            if (lineEnd < 0) break;
            string line = Latin1.Text(rest.Slice(used, lineEnd));
            Demand(line.Length is > 0 and <= 8 && line.All(char.IsAsciiHexDigit),
                $"a chunk-size without extensions: {Latin1.Show(line)}");
            int size = int.Parse(line, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            used += lineEnd + 2;
            int available = Math.Min(size, rest.Length - used);
            content.Write(rest.Slice(used, available));
            used += available;
            if (rest.Length - used < 2) break;
            Demand(rest.Slice(used, 2).SequenceEqual("\r\n"u8), "CRLF after the chunk, and no trailer section");
            used += 2;
            sizes.Add(size);
            if (size > 0) continue;
            IsComplete = true;
            break;
        }

        Content = content.ToArray();
        return IsComplete ? used : rest.Length;
    }

    private static bool IsCount(string text) =>
        text is "0" || (text.Length is > 0 and < 19 && text[0] != '0' && text.All(char.IsAsciiDigit));

    private static void Demand(bool condition, string what)
    {
        if (!condition) throw new FormatException(new StringBuilder("The response does not have ").Append(what).ToString());
    }
}

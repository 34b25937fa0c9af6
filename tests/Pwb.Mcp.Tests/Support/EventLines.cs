using System.Text.Json.Nodes;

namespace Pwb.Mcp.Tests.Support;

/// <summary>Reads an event stream line by line, as it comes.</summary>
internal sealed class EventLines : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly StreamReader _lines;

    private EventLines(StreamReader lines) => _lines = lines;

    public static async Task<EventLines> OfAsync(HttpResponseMessage response)
    {
        response.Content.Headers.ContentType!.MediaType.Should().Be("text/event-stream");
        return new EventLines(new StreamReader(await response.Content.ReadAsStreamAsync()));
    }

    /// <summary>The next line that is not empty; null at the end.</summary>
    public async Task<string?> NextLineAsync()
    {
        while (await _lines.ReadLineAsync().WaitAsync(Patience) is { } line)
        {
            if (line.Length > 0) return line;
        }

        return null;
    }

    /// <summary>The next message, whatever comments come before it; null at the end.</summary>
    public async Task<JsonNode?> NextAsync()
    {
        while (await NextLineAsync() is { } line)
        {
            if (line.StartsWith("data: ", StringComparison.Ordinal)) return JsonNode.Parse(line[6..]);
        }

        return null;
    }

    /// <summary>All messages that are left.</summary>
    public async Task<JsonNode[]> RestAsync()
    {
        List<JsonNode> messages = [];
        while (await NextAsync() is { } message) messages.Add(message);
        return [.. messages];
    }

    public void Dispose() => _lines.Dispose();
}

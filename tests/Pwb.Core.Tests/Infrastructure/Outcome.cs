namespace Pwb.Tests.Infrastructure;

/// <summary>How the peer's input ends.</summary>
internal enum InputEnd
{
    /// <summary>With FIN after the last byte.</summary>
    Fin,

    /// <summary>Not at all: the server has to act on what it has. FIN comes when it has done so and waits.</summary>
    Wait,
}

/// <summary>What one connection came to: what the peer received, and what the handler was given.</summary>
internal sealed class Outcome(byte[] output, byte[] outputBeforeFin, Journal journal, ScriptedStream stream)
{
    public byte[] Output { get; } = output;

    /// <summary>What the server had sent when it could only wait for more input.</summary>
    public byte[] OutputBeforeFin { get; } = outputBeforeFin;

    public string Text => Latin1.Text(Output);

    public ScriptedStream Stream { get; } = stream;

    public IReadOnlyList<Journal.Entry> Requests { get; } = journal.Entries;

    public IEnumerable<string> RequestLines => Requests.Select(entry => $"{entry.Method} {entry.Target}");

    /// <summary>The responses, which have to be complete; a method is needed only where it is HEAD or another follows.</summary>
    public IReadOnlyList<WireResponse> Responses(params string[] methods)
    {
        IReadOnlyList<WireResponse> responses = WireResponse.ParseAll(Output, methods);
        if (responses.Any(response => !response.IsComplete))
            throw new FormatException($"The last response is cut: {Latin1.Show(Text)}");
        return responses;
    }

    public WireResponse Response(string method = "GET") => Responses(method).Should().ContainSingle().Subject;

    public override string ToString() =>
        $"received: {Latin1.Show(Text)}\nhandled: {string.Concat(Requests.Select(request => request.ToString()))}\n"
            + $"disposed: {Stream.DisposeCount}";
}

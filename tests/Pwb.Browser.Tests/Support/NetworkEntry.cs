namespace Pwb.Browser.Support;

/// <summary>A line of the browser's network panel.</summary>
internal sealed record NetworkEntry(string RequestId, string Kind, Uri Address)
{
    /// <summary>
    /// The status that was on the wire; 0 while there is none. (What a page sees of a 304 is the 200 that it had.)
    /// </summary>
    public int Status { get; set; }

    /// <summary>Whether the browser asks for itself, and not for the page.</summary>
    public bool IsIcon => Address.AbsolutePath == "/favicon.ico";

    public string MediaType { get; set; } = "";

    /// <summary>Whether <see cref="Status"/> is reported, which happens at a time of its own.</summary>
    public bool HasStatus { get; set; }

    public bool IsFinished { get; set; }

    public string? Failure { get; set; }
}

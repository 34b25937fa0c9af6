namespace Pwb.Browser.Support;

/// <summary>A request, and what it was answered, as the server saw it.</summary>
internal sealed record Exchange(string Method, string Target, int Status)
{
    public string? Range { get; init; }

    public string? AcceptEncoding { get; init; }

    public string? ContentEncoding { get; init; }

    public string? ContentRange { get; init; }

    public string? ContentType { get; init; }

    /// <summary>The line as a test writes it down.</summary>
    public override string ToString() => $"{Method} {Target} {Status}{(ContentEncoding is null ? "" : " " + ContentEncoding)}";
}

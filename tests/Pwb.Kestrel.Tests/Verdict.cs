namespace Pwb.Kestrel.Tests;

internal enum Verdict
{
    Accepted,
    Refused,

    /// <summary>The parser waits for more.</summary>
    Unfinished,
}

namespace Pwb.Mcp;

/// <summary>The revisions that are served.</summary>
internal static class ProtocolVersions
{
    /// <summary>The revision whose requests say everything themselves, in <c>_meta</c> and in fields.</summary>
    public const string Current = "2026-07-28";

    private static readonly string[] Earlier = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"];

    /// <summary>Whether a revision begins with <c>initialize</c>.</summary>
    public static bool IsEarlier(string version) => Array.IndexOf(Earlier, version) >= 0;

    /// <summary>Whether a revision is served.</summary>
    /// <param name="version">The revision.</param>
    /// <param name="only">The one revision that is, if there is only one.</param>
    public static bool IsServed(string version, string? only) =>
        only is null ? version == Current || IsEarlier(version) : version == only;

    /// <summary>
    /// The revisions to offer to a client that asked for another. Those before the current one are negotiated by
    /// <c>initialize</c>, so they are not in it.
    /// </summary>
    public static string[] Offered(string? only) => [only ?? Current];
}

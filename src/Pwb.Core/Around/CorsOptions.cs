namespace Pwb;

/// <summary>What pages of other origins may do: see <see cref="CorsHandler"/>.</summary>
/// <example><code>
/// CorsOptions options = new() { Origins = ["https://app.example"], Methods = ["GET", "PUT"], AllowCredentials = true };
/// </code></example>
public sealed class CorsOptions
{
    /// <summary>
    /// The origins, each as browsers send it: scheme, host, and the port unless it is the scheme's own, such as
    /// "https://app.example". Or "*" alone: every page in the world, without the user's cookies. Default: none.
    /// </summary>
    public IReadOnlyList<string> Origins { get; init; } = [];

    /// <summary>Whether pages may send the user's cookies and passwords along, and read what comes back. Default false; never
    /// with "*".</summary>
    public bool AllowCredentials { get; init; }

    /// <summary>The methods that pages may use. Default GET, HEAD and POST, which they may use in any case.</summary>
    public IReadOnlyList<string> Methods { get; init; } = ["GET", "HEAD", "POST"];

    /// <summary>
    /// The request fields that pages may set, beyond those that they may set in any case. Default Content-Type, for JSON. "*"
    /// does not cover Authorization, and is not allowed with credentials.
    /// </summary>
    public IReadOnlyList<string> RequestHeaders { get; init; } = ["Content-Type"];

    /// <summary>The response fields that pages may read, beyond Cache-Control, Content-Type and the like. Default:
    /// none.</summary>
    public IReadOnlyList<string> ExposedHeaders { get; init; } = [];

    /// <summary>How long a browser may keep the answer to its question. Default 10 minutes; browsers cut it at one or two
    /// hours.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromMinutes(10);
}

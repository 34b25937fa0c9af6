namespace Pwb;

/// <summary>The permissions of pages of other origins: see <see cref="CorsHandler"/>.</summary>
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

    /// <summary>
    /// Whether pages may send the user's cookies and passwords, and read the response. Default false; never with "*".
    /// </summary>
    public bool AllowCredentials { get; init; }

    /// <summary>The methods that pages may use. Default GET, HEAD and POST, which they may use in any case.</summary>
    public IReadOnlyList<string> Methods { get; init; } = ["GET", "HEAD", "POST"];

    /// <summary>
    /// The request fields that pages may set besides the ones that are always allowed. Default Content-Type, for JSON. "*" does
    /// not cover Authorization, and is not allowed with credentials.
    /// </summary>
    public IReadOnlyList<string> RequestHeaders { get; init; } = ["Content-Type"];

    /// <summary>The response fields that pages may read, beyond Cache-Control, Content-Type and the like. Default:
    /// none.</summary>
    public IReadOnlyList<string> ExposedHeaders { get; init; } = [];

    /// <summary>
    /// The time that a browser may keep the answer to a preflight. Default 10 minutes; browsers cut it at one or two hours.
    /// </summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromMinutes(10);
}

using System.Globalization;
using System.IO.Enumeration;
using Pwb.Http;
using Pwb.Model;

namespace Pwb.StaticFiles;

/// <summary>The fields that a handler's options ask for, and the responses that are made of nothing else.</summary>
internal sealed class ResponseFields
{
    private const string AllowedMethods = "GET, HEAD, OPTIONS";
    private const string Accept = "Accept";

    /// <summary>
    /// Cache-Control where no rule says otherwise, and always where a page is sent for a path that is not its own.
    /// </summary>
    public const string DefaultCacheControl = "no-cache";

    private readonly IReadOnlyList<(string Pattern, string Value)> _cacheControl;
    private readonly IReadOnlyList<(string Pattern, string Name, string Value)> _pathHeaders;

    public ResponseFields(StaticFileOptions options)
    {
        _cacheControl = options.CacheControl;
        _pathHeaders = options.PathHeaders;
        List<(string Name, string Value)> common = [.. options.Headers];
        if (!common.Exists(line => string.Equals(line.Name, "X-Content-Type-Options", StringComparison.OrdinalIgnoreCase)))
            common.Add(("X-Content-Type-Options", "nosniff"));

        Common = [.. common];
        Options = new HttpResponse(204, null, [("Allow", AllowedMethods), .. Common]);
        MaxRanges = options.MaxRanges;
        NotFound = options.Fallback is null ? Text(404, "404 Not Found\n") : Text(404, "404 Not Found\n", ("Vary", Accept));
        Forbidden = Text(403, "403 Forbidden\n");
        PreconditionFailed = Text(412, "412 Precondition Failed\n");
        MethodNotAllowed = Text(405, "405 Method Not Allowed\n", ("Allow", AllowedMethods));
        Unavailable = Text(503, "503 Service Unavailable\n", ("Retry-After", "1"));
    }

    /// <summary>The fields of every response.</summary>
    public (string Name, string Value)[] Common { get; }

    public int MaxRanges { get; }

    public HttpResponse Options { get; }

    public HttpResponse NotFound { get; }

    public HttpResponse Forbidden { get; }

    public HttpResponse PreconditionFailed { get; }

    public HttpResponse MethodNotAllowed { get; }

    /// <summary>
    /// No descriptor is left to open a file with, another program has the file to itself, or too many wait for the disk already.
    /// Soon it may be otherwise.
    /// </summary>
    public HttpResponse Unavailable { get; }

    /// <summary>416: RFC 9110 §15.5.17.</summary>
    public HttpResponse Unsatisfiable(long length) =>
        Text(
            416,
            "416 Range Not Satisfiable\n",
            ("Content-Range", string.Create(CultureInfo.InvariantCulture, $"bytes */{length}")));

    /// <param name="statusCode">301 or 308: whether clients may make a GET of another method.</param>
    /// <param name="location">An absolute path: with one slash in front, so that it cannot name another host.</param>
    public HttpResponse Redirect(int statusCode, string location) =>
        Text(
            statusCode,
            statusCode == 301 ? "301 Moved Permanently\n" : "308 Permanent Redirect\n",
            ("Location", location),
            ("Cache-Control", DefaultCacheControl));

    /// <summary>The value of Cache-Control for a file, or empty.</summary>
    public string CacheControlOf(string path)
    {
        foreach ((string pattern, string value) in _cacheControl)
        {
            if (Matches(pattern, path)) return value;
        }

        return DefaultCacheControl;
    }

    /// <summary>Adds the field lines that the options have for a path.</summary>
    /// <param name="lines">The lines of a response at that path.</param>
    /// <param name="path">
    /// The path of the original, also for a precompressed neighbour, which keeps the coding that it has.
    /// </param>
    /// <param name="coding">The coding that was selected.</param>
    public void AddPathHeaders(List<(string Name, string Value)> lines, string path, ContentCoding coding)
    {
        foreach ((string pattern, string name, string value) in _pathHeaders)
        {
            if (!Matches(pattern, path)) continue;
            string? own =
                Array.Find(StaticFileOptions.ReplaceableFields, own => own.Equals(name, StringComparison.OrdinalIgnoreCase));
            if (own == "Content-Encoding" && coding != ContentCoding.Identity) continue;
            lines.RemoveAll(line => line.Name == own);
            lines.Add((own ?? name, value));
        }
    }

    /// <summary>The lines that a listing has besides its own. Its type and coding are not the options' to say.</summary>
    public (string Name, string Value)[] ListingLinesOf(string path)
    {
        string cacheControl = CacheControlOf(path);
        List<(string, string)> lines = [.. Common];
        if (cacheControl.Length > 0) lines.Insert(0, ("Cache-Control", cacheControl));
        foreach ((string pattern, string name, string value) in _pathHeaders)
        {
            if (Matches(pattern, path) && !StaticFileOptions.IsReplaceable(name)) lines.Add((name, value));
        }

        return [.. lines];
    }

    /// <summary>The same response, which says that another value of Accept may get another one (RFC 9110 §12.5.5).</summary>
    public static HttpResponse VaryByAccept(HttpResponse response) => response.WithVary("Accept"u8);

    private static bool Matches(string pattern, string path) =>
        FileSystemName.MatchesSimpleExpression(pattern, "/" + path, ignoreCase: false);

    private HttpResponse Text(int statusCode, string text, params ReadOnlySpan<(string Name, string Value)> lines) =>
        new(statusCode, ResponseBody.From(text), [.. lines, .. Common]);
}

using System.Globalization;
using System.IO.Enumeration;

namespace Pwb.StaticFiles;

/// <summary>The fields that a handler's options ask for, and the responses that are made of nothing else.</summary>
internal sealed class ResponseFields
{
    private const string AllowedMethods = "GET, HEAD, OPTIONS";
    private const string DefaultCacheControl = "no-cache";

    private readonly IReadOnlyList<(string Pattern, string Value)> _cacheControl;

    public ResponseFields(StaticFileOptions options)
    {
        _cacheControl = options.CacheControl;
        List<(string Name, string Value)> common = [.. options.Headers];
        if (!common.Exists(line => string.Equals(line.Name, "X-Content-Type-Options", StringComparison.OrdinalIgnoreCase))) common.Add(("X-Content-Type-Options", "nosniff"));
        if (options.CorsOrigin is not null)
        {
            common.Add(("Access-Control-Allow-Origin", options.CorsOrigin));
            common.Add(("Access-Control-Expose-Headers", "Accept-Ranges, Content-Encoding, Content-Length, Content-Range, ETag"));
        }

        Common = [.. common];
        Options = new HttpResponse(204, null, options.CorsOrigin is null
            ? [("Allow", AllowedMethods), .. Common]
            : [("Allow", AllowedMethods), ("Access-Control-Allow-Methods", AllowedMethods), ("Access-Control-Allow-Headers", "*"), .. Common]);
        NotFound = Text(404, "404 Not Found\n");
        Forbidden = Text(403, "403 Forbidden\n");
        PreconditionFailed = Text(412, "412 Precondition Failed\n");
        MethodNotAllowed = Text(405, "405 Method Not Allowed\n", ("Allow", AllowedMethods));
        Unavailable = Text(503, "503 Service Unavailable\n", ("Retry-After", "1"));
    }

    /// <summary>What every response has.</summary>
    public (string Name, string Value)[] Common { get; }

    public HttpResponse Options { get; }

    public HttpResponse NotFound { get; }

    public HttpResponse Forbidden { get; }

    public HttpResponse PreconditionFailed { get; }

    public HttpResponse MethodNotAllowed { get; }

    /// <summary>The process has no descriptor left to open a file with. It will have one soon.</summary>
    public HttpResponse Unavailable { get; }

    /// <summary>416: RFC 9110 §15.5.17.</summary>
    public HttpResponse Unsatisfiable(long length) =>
        Text(416, "416 Range Not Satisfiable\n", ("Content-Range", string.Create(CultureInfo.InvariantCulture, $"bytes */{length}")));

    /// <param name="location">An absolute path: with one slash in front, so that it cannot name another host.</param>
    public HttpResponse Redirect(string location) => Text(301, "301 Moved Permanently\n", ("Location", location), ("Cache-Control", DefaultCacheControl));

    /// <summary>The value of Cache-Control for a file, or empty.</summary>
    public string CacheControlOf(string path)
    {
        foreach ((string pattern, string value) in _cacheControl)
        {
            if (FileSystemName.MatchesSimpleExpression(pattern, "/" + path, ignoreCase: false)) return value;
        }

        return DefaultCacheControl;
    }

    /// <summary>A response that somebody else has made, with what every response at its path has.</summary>
    public HttpResponse Complete(HttpResponse response, string path)
    {
        string cacheControl = CacheControlOf(path);
        if (cacheControl.Length > 0) response = response.With("Cache-Control", cacheControl);
        return Common.Aggregate(response, (current, line) => current.With(line.Name, line.Value));
    }

    private HttpResponse Text(int statusCode, string text, params ReadOnlySpan<(string Name, string Value)> lines) =>
        new(statusCode, ResponseBody.From(text), [.. lines, .. Common]);
}

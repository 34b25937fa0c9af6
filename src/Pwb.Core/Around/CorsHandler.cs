using System.Globalization;
using System.Text;
using Pwb.Around;
using Pwb.Handlers;
using Pwb.Model;
using Pwb.Protocol;

namespace Pwb;

/// <summary>
/// Lets pages of other origins use the inner handler (CORS, https://fetch.spec.whatwg.org/#http-cors-protocol). It answers the
/// preflights that browsers send before some requests, and marks responses that a page may read. It does not protect from
/// programs other than browsers. Put it around authentication, since preflights carry no credentials.
/// </summary>
/// <example><code>
/// IRequestHandler handler = new CorsHandler(new CorsOptions { Origins = ["https://app.example"] }, inner);
/// </code></example>
public sealed class CorsHandler : IRequestHandler, IBorrowingHandler
{
    private static readonly HttpResponse Refused = new(
        403,
        ResponseBody.From("403 Forbidden: pages of this origin may not make this request.\n"),
        ("Vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"));

    private readonly CorsOptions _options;
    private readonly string[] _origins;
    private readonly string[] _methods;
    private readonly string[] _requestHeaders;
    private readonly string _exposed;
    private readonly IRequestHandler _inner;

    /// <summary>Makes the handler.</summary>
    /// <param name="options">The allowed origins, methods and fields.</param>
    /// <param name="inner">The handler that pages of other origins may use.</param>
    /// <exception cref="ArgumentException">
    /// An origin is malformed ("null" is not allowed: every sandboxed page has it). "*" is not alone, or goes with credentials. A
    /// method or a field name is not a token. The age is negative.
    /// </exception>
    public CorsHandler(CorsOptions options, IRequestHandler inner)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(inner);
        if (WhatIsWrongWith(options) is { } sentence) throw new ArgumentException(sentence, nameof(options));
        _options = options;
        _inner = inner;
        _origins = [.. options.Origins];
        _methods = [.. options.Methods];
        _requestHeaders = [.. options.RequestHeaders];
        _exposed = string.Join(", ", options.ExposedHeaders);
    }

    /// <inheritdoc/>
    public bool NeverBlocks => _inner.NeverBlocks;

    /// <inheritdoc/>
    bool IBorrowingHandler.Borrows => Inner.Borrows(_inner);

    private bool IsForAll => _origins is ["*"];

    /// <inheritdoc/>
    public ValueTask<HttpResponse> HandleAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        string? origin = request.Headers["Origin"];
        bool isAllowed = IsForAll || (origin is not null && Array.IndexOf(_origins, origin) >= 0); // byte by byte
        if (origin is not null && request.Method == "OPTIONS" && request.Headers["Access-Control-Request-Method"] is { } method)
            return new ValueTask<HttpResponse>(isAllowed ? Answer(origin, method, request) : Refused);
        return MarkAsync(isAllowed ? origin : null, request, cancellationToken);
    }

    /// <returns>Null if nothing is wrong.</returns>
    private static string? WhatIsWrongWith(CorsOptions options)
    {
        foreach (string origin in options.Origins)
        {
            if (origin == "*" && options.Origins.Count > 1) return "\"*\" is for every origin: it stands alone.";
            if (origin == "*" && options.AllowCredentials)
                return "With credentials, \"*\" would give every page what only the user may see. List the origins.";
            if (origin != "*" && !IsOrigin(origin))
                return $"'{origin}' is no origin as browsers send it, such as https://app.example.";
        }

        foreach (string name in (string[])[.. options.Methods, .. options.RequestHeaders, .. options.ExposedHeaders])
        {
            if (!Grammar.IsToken(Encoding.UTF8.GetBytes(name))) return $"'{name}' is no method or field name.";
            if (name == "*" && options.AllowCredentials) return "With credentials \"*\" means nothing: list the names.";
        }

        return options.MaxAge < TimeSpan.Zero ? "The age is negative." : null;
    }

    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && uri.Host.Length > 0 && uri.UserInfo.Length == 0
        && string.Equals(uri.GetLeftPart(UriPartial.Authority), text, StringComparison.Ordinal);

    private HttpResponse Answer(string origin, string method, HttpRequest request)
    {
        bool isMethodAllowed = method is "GET" or "HEAD" or "POST" || Array.IndexOf(_methods, method) >= 0;
        if (!isMethodAllowed && Array.IndexOf(_methods, "*") < 0) return Refused;
        if (!AreAllowed(request.Headers["Access-Control-Request-Headers"])) return Refused;

        List<(string, string)> lines =
        [
            ("Access-Control-Allow-Origin", IsForAll ? "*" : origin),
            ("Access-Control-Allow-Methods", string.Join(", ", _methods)),
            ("Access-Control-Max-Age", ((long)_options.MaxAge.TotalSeconds).ToString(CultureInfo.InvariantCulture)),
            ("Vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"),
        ];
        if (_requestHeaders.Length > 0) lines.Add(("Access-Control-Allow-Headers", string.Join(", ", _requestHeaders)));
        if (_options.AllowCredentials) lines.Add(("Access-Control-Allow-Credentials", "true"));
        return new HttpResponse(204, null, [.. lines]);
    }

    private bool AreAllowed(string? names)
    {
        if (names is null) return true;
        FieldList list = new(Encoding.Latin1.GetBytes(names));
        while (list.MoveNext())
        {
            string name = Encoding.Latin1.GetString(list.Current);
            bool isAuthorization = string.Equals(name, "Authorization", StringComparison.OrdinalIgnoreCase);
            bool isNamed = Array.Exists(_requestHeaders, known => string.Equals(known, name, StringComparison.OrdinalIgnoreCase));
            if (!isNamed && (isAuthorization || Array.IndexOf(_requestHeaders, "*") < 0)) return false;
        }

        return !list.IsCutShort;
    }

    private async ValueTask<HttpResponse> MarkAsync(string? origin, HttpRequest request, CancellationToken cancellationToken)
    {
        HttpResponse response = await Inner.RespondAsync(_inner, request, cancellationToken).ConfigureAwait(false);
        if (IsForAll)
        {
            response = response.With("Access-Control-Allow-Origin", "*");
            return _exposed.Length == 0 ? response : response.With("Access-Control-Expose-Headers", _exposed);
        }

        // Vary on every response: otherwise a cache gives the response for one origin to all others.
        response = response.WithVary("Origin"u8);
        if (origin is null) return response;
        response = response.With("Access-Control-Allow-Origin", origin);
        if (_options.AllowCredentials) response = response.With("Access-Control-Allow-Credentials", "true");
        return _exposed.Length == 0 ? response : response.With("Access-Control-Expose-Headers", _exposed);
    }
}

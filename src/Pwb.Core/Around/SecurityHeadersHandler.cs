using Pwb.Around;
using Pwb.Handlers;
using Pwb.Model;
using Pwb.Protocol;

namespace Pwb;

/// <summary>Adds fields that make browsers careful. A field that the inner handler has set stays as it is.</summary>
/// <example><code>IRequestHandler handler = new SecurityHeadersHandler(inner);</code></example>
public sealed class SecurityHeadersHandler : IRequestHandler, IBorrowingHandler
{
    private readonly IRequestHandler _inner;
    private readonly (string Name, string Value)[] _lines;
    private readonly (string Name, string Value)[] _linesOverTls;

    /// <summary>Makes the handler.</summary>
    /// <param name="inner">The handler whose responses get the fields.</param>
    /// <param name="options">The fields; the defaults if null.</param>
    /// <exception cref="ArgumentException">A value cannot stand in a field.</exception>
    public SecurityHeadersHandler(IRequestHandler inner, SecurityHeadersOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(inner);
        _inner = inner;
        options ??= new SecurityHeadersOptions();
        List<(string, string)> lines = [];
        Add(lines, "X-Content-Type-Options", options.ContentTypeOptions);
        Add(lines, "Content-Security-Policy", options.ContentSecurityPolicy);
        Add(lines, "Referrer-Policy", options.ReferrerPolicy);
        Add(lines, "Cross-Origin-Opener-Policy", options.OpenerPolicy);
        _lines = [.. lines];
        Add(lines, "Strict-Transport-Security", options.StrictTransportSecurity); // RFC 6797 §7.2: never over plain HTTP
        _linesOverTls = [.. lines];
    }

    /// <inheritdoc/>
    public bool NeverBlocks => _inner.NeverBlocks;

    /// <inheritdoc/>
    bool IBorrowingHandler.Borrows => Inner.Borrows(_inner);

    /// <inheritdoc/>
    public async ValueTask<HttpResponse> HandleAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        bool isOverTls = request.Scheme == "https";
        HttpResponse response = await Inner.RespondAsync(_inner, request, cancellationToken).ConfigureAwait(false);
        return response.WithMissing(isOverTls ? _linesOverTls : _lines);
    }

    private static void Add(List<(string Name, string Value)> lines, string name, string? value)
    {
        if (value is null) return;
        ResponseHead.CheckField(name, value);
        lines.Add((name, value));
    }
}

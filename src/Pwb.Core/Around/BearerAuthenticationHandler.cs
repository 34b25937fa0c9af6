using System.Text;
using Pwb.Around;
using Pwb.Handlers;

namespace Pwb;

/// <summary>
/// Asks for a bearer token (RFC 6750) before it calls the inner handler. It reads the Authorization field only, never a query or
/// a form, which logs and histories keep. <see cref="RequestUser.Of"/> tells the inner handler the user's name.
/// </summary>
/// <example><code>IRequestHandler handler = new BearerAuthenticationHandler("api", FindUserAsync, inner);</code></example>
public sealed class BearerAuthenticationHandler : IRequestHandler, IBorrowingHandler
{
    private readonly Func<string, CancellationToken, ValueTask<string?>>? _findUser;
    private readonly byte[] _token = [];
    private readonly IRequestHandler _inner;
    private readonly HttpResponse _missing;
    private readonly HttpResponse _malformed;
    private readonly HttpResponse _invalid;

    /// <summary>
    /// Accepts one token. The time of the comparison does not show how much of it was right. The user's name is then "bearer".
    /// </summary>
    /// <param name="realm">The name of the protected area. Visible ASCII without quotes and backslashes.</param>
    /// <param name="token">The token: letters, digits, and <c>-._~+/=</c>.</param>
    /// <param name="inner">The handler for users who are let in.</param>
    /// <exception cref="ArgumentException">
    /// <paramref name="realm"/> cannot stand in the field, or <paramref name="token"/> is not a valid token.
    /// </exception>
    public BearerAuthenticationHandler(string realm, string token, IRequestHandler inner)
        : this(realm, inner)
    {
        ArgumentNullException.ThrowIfNull(token);
        if (!Credentials.IsToken(Encoding.UTF8.GetBytes(token)))
            throw new ArgumentException("A token is made of letters, digits and -._~+/= (RFC 6750 §2.1).", nameof(token));
        _token = Credentials.Hash(token);
    }

    /// <summary>Accepts the tokens that a function knows.</summary>
    /// <param name="realm">The name of the protected area. Visible ASCII without quotes and backslashes.</param>
    /// <param name="findUser">Gets a token and the request's token of cancellation; returns the user's name, or null for a token
    /// that is not valid.</param>
    /// <param name="inner">The handler for users who are let in.</param>
    /// <exception cref="ArgumentException"><paramref name="realm"/> cannot stand in the field.</exception>
    public BearerAuthenticationHandler(
        string realm, Func<string, CancellationToken, ValueTask<string?>> findUser, IRequestHandler inner)
        : this(realm, inner)
    {
        ArgumentNullException.ThrowIfNull(findUser);
        _findUser = findUser;
    }

    private BearerAuthenticationHandler(string realm, IRequestHandler inner)
    {
        Credentials.CheckRealm(realm);
        ArgumentNullException.ThrowIfNull(inner);
        _inner = inner;

        // RFC 6750 §3.1: no code for a request that has nothing to do with tokens.
        string challenge = $"Bearer realm=\"{realm}\"";
        _missing = Refuse(401, "401 Unauthorized\n", challenge);
        _malformed = Refuse(400, "400 Bad Request\n", challenge + ", error=\"invalid_request\"");
        _invalid = Refuse(401, "401 Unauthorized\n", challenge + ", error=\"invalid_token\"");
    }

    /// <summary>The value of the inner handler; false with a function, since that may block.</summary>
    public bool NeverBlocks => _findUser is null && _inner.NeverBlocks;

    /// <inheritdoc/>
    bool IBorrowingHandler.Borrows => Inner.Borrows(_inner);

    /// <inheritdoc/>
    public async ValueTask<HttpResponse> HandleAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (TryRead(request, out string? token) is { } refusal) return refusal;

        string? user = _findUser is null
            ? Credentials.IsSecret(token!, _token) ? "bearer" : null
            : await _findUser(token!, cancellationToken).ConfigureAwait(false);
        if (user is null) return _invalid;

        RequestUser.Set(request, user);
        return await _inner.HandleAsync(request, cancellationToken).ConfigureAwait(false);
    }

    private static HttpResponse Refuse(int statusCode, string text, string challenge) =>
        new(statusCode, ResponseBody.From(text), ("WWW-Authenticate", challenge));

    private HttpResponse? TryRead(HttpRequest request, out string? token)
    {
        token = null;
        if (!Credentials.TryGet(request, "Bearer"u8, out ReadOnlySpan<byte> credentials)) return _missing;
        if (!Credentials.IsToken(credentials)) return _malformed;
        token = Encoding.ASCII.GetString(credentials);
        return null;
    }
}

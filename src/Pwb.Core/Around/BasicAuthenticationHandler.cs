using Pwb.Around;
using Pwb.Handlers;

namespace Pwb;

/// <summary>
/// Asks for a user and a password (RFC 7617) before it calls the inner handler. Both go over the wire in readable form: use it
/// over TLS, or on this machine only. <see cref="RequestUser.Of"/> tells the inner handler the user's name.
/// </summary>
/// <example><code>IRequestHandler handler = new BasicAuthenticationHandler("PWB", "ann", password, inner);</code></example>
public sealed class BasicAuthenticationHandler : IRequestHandler, IBorrowingHandler
{
    private readonly Func<string, string, CancellationToken, ValueTask<bool>>? _check;
    private readonly byte[] _user = [];
    private readonly byte[] _password = [];
    private readonly IRequestHandler _inner;
    private readonly HttpResponse _unauthorized;

    /// <summary>Lets one user in. The time of the comparison does not show how much of the password was right.</summary>
    /// <param name="realm">
    /// The name of the protected area, which browsers show. Visible ASCII without quotes and backslashes.
    /// </param>
    /// <param name="user">The user. No colon.</param>
    /// <param name="password">The password.</param>
    /// <param name="inner">The handler for users who are let in.</param>
    /// <exception cref="ArgumentException">
    /// <paramref name="realm"/> cannot stand in the field, <paramref name="user"/> holds a colon, or <paramref name="password"/>
    /// is empty.
    /// </exception>
    public BasicAuthenticationHandler(string realm, string user, string password, IRequestHandler inner)
        : this(realm, inner)
    {
        ArgumentNullException.ThrowIfNull(user);
        ArgumentException.ThrowIfNullOrEmpty(password);
        if (user.Contains(':', StringComparison.Ordinal))
            throw new ArgumentException("A user's name holds no colon (RFC 7617 §2).", nameof(user));
        _user = Credentials.Hash(user);
        _password = Credentials.Hash(password);
    }

    /// <summary>Lets in the users that a function accepts.</summary>
    /// <param name="realm">
    /// The name of the protected area, which browsers show. Visible ASCII without quotes and backslashes.
    /// </param>
    /// <param name="check">
    /// Gets user, password and the request's token; true lets the request in. Passwords are to be stored as slow hashes, such as
    /// those of <c>Rfc2898DeriveBytes.Pbkdf2</c>, and hashes to be compared by <c>CryptographicOperations.FixedTimeEquals</c>.
    /// </param>
    /// <param name="inner">The handler for users who are let in.</param>
    /// <exception cref="ArgumentException"><paramref name="realm"/> cannot stand in the field.</exception>
    public BasicAuthenticationHandler(
        string realm, Func<string, string, CancellationToken, ValueTask<bool>> check, IRequestHandler inner)
        : this(realm, inner)
    {
        ArgumentNullException.ThrowIfNull(check);
        _check = check;
    }

    private BasicAuthenticationHandler(string realm, IRequestHandler inner)
    {
        Credentials.CheckRealm(realm);
        ArgumentNullException.ThrowIfNull(inner);
        _inner = inner;
        (string, string) challenge = ("WWW-Authenticate", $"Basic realm=\"{realm}\", charset=\"UTF-8\"");
        _unauthorized = new HttpResponse(401, ResponseBody.From("401 Unauthorized\n"), challenge);
    }

    /// <summary>The value of the inner handler; false with a function, since that may block.</summary>
    public bool NeverBlocks => _check is null && _inner.NeverBlocks;

    /// <inheritdoc/>
    bool IBorrowingHandler.Borrows => Inner.Borrows(_inner);

    /// <inheritdoc/>
    public async ValueTask<HttpResponse> HandleAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!TryRead(request, out string user, out string password)) return _unauthorized;

        bool isLetIn = _check is null
            ? Credentials.IsSecret(user, _user) & Credentials.IsSecret(password, _password) // both, whatever the first says
            : await _check(user, password, cancellationToken).ConfigureAwait(false);
        if (!isLetIn) return _unauthorized;

        RequestUser.Set(request, user);
        return await _inner.HandleAsync(request, cancellationToken).ConfigureAwait(false);
    }

    private static bool TryRead(HttpRequest request, out string user, out string password)
    {
        user = password = "";
        return Credentials.TryGet(request, "Basic"u8, out ReadOnlySpan<byte> credentials)
            && Credentials.TryReadBasic(credentials, out user, out password);
    }
}

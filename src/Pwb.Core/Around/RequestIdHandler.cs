using System.Security.Cryptography;
using Pwb.Around;
using Pwb.Handlers;
using Pwb.Protocol;

namespace Pwb;

/// <summary>
/// Gives each request an id, for logs and for the client, which gets it in a response field. <see cref="Of"/> tells it to the
/// inner handler.
/// </summary>
/// <example><code>IRequestHandler handler = new RequestIdHandler(inner);</code></example>
public sealed class RequestIdHandler : IRequestHandler, IBorrowingHandler
{
    private const int MaxLength = 128;
    private const int RandomLength = 16;

    private static readonly object Key = new();

    private readonly IRequestHandler _inner;
    private readonly bool _takesClients;
    private readonly string _name;

    /// <summary>Makes the handler.</summary>
    /// <param name="inner">The handler whose requests get ids.</param>
    /// <param name="takesClients">
    /// Whether an id that the client sends, of up to 128 letters, digits and <c>-._~</c>, counts. Default false: a client could
    /// give others' ids. True is for a server behind a proxy that sets the field.
    /// </param>
    /// <param name="name">The field. Default X-Request-Id.</param>
    /// <exception cref="ArgumentException">
    /// <paramref name="name"/> is not a field name, or is one of the server's own.
    /// </exception>
    public RequestIdHandler(IRequestHandler inner, bool takesClients = false, string name = "X-Request-Id")
    {
        ArgumentNullException.ThrowIfNull(inner);
        ResponseHead.CheckField(name, "");
        _inner = inner;
        _takesClients = takesClients;
        _name = name;
    }

    /// <inheritdoc/>
    public bool NeverBlocks => _inner.NeverBlocks;

    /// <inheritdoc/>
    bool IBorrowingHandler.Borrows => Inner.Borrows(_inner);

    /// <summary>The id of a request; null without such a handler around.</summary>
    public static string? Of(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.Items.TryGetValue(Key, out object? id) ? (string?)id : null;
    }

    /// <inheritdoc/>
    public async ValueTask<HttpResponse> HandleAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        string? sent = _takesClients ? request.Headers[_name] : null;
        string id = sent is not null && IsId(sent) ? sent : RandomNumberGenerator.GetHexString(2 * RandomLength, lowercase: true);
        request.Items[Key] = id;
        HttpResponse response = await Inner.RespondAsync(_inner, request, cancellationToken).ConfigureAwait(false);
        return response.With(_name, id);
    }

    private static bool IsId(string text) =>
        text.Length is > 0 and <= MaxLength
        && text.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '.' or '_' or '~');
}

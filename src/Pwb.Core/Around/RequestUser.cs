namespace Pwb;

/// <summary>The user of a request, as an outer handler has authenticated it.</summary>
/// <example><code>string? user = RequestUser.Of(request);</code></example>
public static class RequestUser
{
    private static readonly object Key = new();

    /// <summary>
    /// The name that <see cref="BasicAuthenticationHandler"/> or <see cref="BearerAuthenticationHandler"/> has found; null
    /// without such a handler around.
    /// </summary>
    public static string? Of(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.Items.TryGetValue(Key, out object? user) ? (string?)user : null;
    }

    /// <summary>Sets the user of a request: for a handler of your own that authenticates, and for tests.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="request"/> or <paramref name="user"/> is null.</exception>
    public static void Set(HttpRequest request, string user)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(user);
        request.Items[Key] = user;
    }
}

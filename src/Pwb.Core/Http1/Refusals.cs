using Pwb.Protocol;

namespace Pwb.Http1;

/// <summary>The responses that the server itself gives, made once.</summary>
internal static class Refusals
{
    private static readonly HttpResponse[] Responses = [.. Enum.GetValues<Rejection>().Select(Make)];

    /// <summary>The answer to a handler that failed. It says nothing about how.</summary>
    public static HttpResponse InternalServerError { get; } = HttpResponse.Text("500 Internal Server Error\n", 500);

    /// <summary>The answer to OPTIONS *, which asks about the server and not about a resource: RFC 9110 §9.3.7.</summary>
    public static HttpResponse ServerOptions { get; } = new(204, null, ("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"));

    /// <summary>The answer to CONNECT, since this is no proxy.</summary>
    public static HttpResponse ConnectNotAllowed { get; } = HttpResponse.MethodNotAllowed("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");

    public static HttpResponse For(Rejection rejection) => Responses[(int)rejection];

    private static HttpResponse Make(Rejection rejection)
    {
        int statusCode = rejection.StatusCode();
        HttpResponse response = HttpResponse.Text($"{statusCode} {ReasonPhrases.Get(statusCode)}: {rejection.Sentence()}\n", statusCode);
        return rejection switch
        {
            Rejection.TooManyConnections => response.With("Retry-After", "1"),
            Rejection.WebSocketVersion => response.With("Upgrade", "websocket").With("Sec-WebSocket-Version", "13"),
            _ => response,
        };
    }
}

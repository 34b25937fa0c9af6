using Pwb.Model;
using Pwb.Protocol;

namespace Pwb.Http1;

/// <summary>The server's own responses, made once.</summary>
internal static class Refusals
{
    private static readonly HttpResponse[] Responses = [.. Enum.GetValues<Rejection>().Select(Make)];

    /// <summary>The response in place of one of a handler that failed. It contains no detail.</summary>
    public static HttpResponse InternalServerError { get; } = HttpResponse.Text("500 Internal Server Error\n", 500);

    /// <summary>
    /// The response to a request whose handler gives up because the server stops; the next server may answer it.
    /// </summary>
    public static HttpResponse Stopping { get; } =
        HttpResponse.Text("503 Service Unavailable: The server is stopping; try again soon.\n", 503).With("Retry-After", "1");

    /// <summary>
    /// The response to OPTIONS *, which asks about the server and not about a resource: RFC 9110 §9.3.7. It names no methods,
    /// since they differ between resources and only the handler knows them.
    /// </summary>
    public static HttpResponse ServerOptions { get; } = new(204);

    public static HttpResponse For(Rejection rejection) => Responses[(int)rejection];

    /// <summary>The response in place of one whose handler or body failed before anything was sent.</summary>
    public static HttpResponse InsteadOf(Exception failure, RequestLife? life)
    {
        if (failure is RequestRejectedException { Response: { } own }) return own;
        return IsStopsEnd(failure, life) ? Stopping : InternalServerError;
    }

    /// <summary>
    /// Whether user code ended because the server stops. A timeout is a failure, although HttpClient reports it with a cancelled
    /// token.
    /// </summary>
    public static bool IsStopsEnd(Exception failure, RequestLife? life) =>
        failure is OperationCanceledException { InnerException: not TimeoutException } && life is { IsStopping: true };

    private static HttpResponse Make(Rejection rejection)
    {
        int statusCode = rejection.StatusCode();
        (string, string)[] fields = rejection switch
        {
            // RFC 9110 §10.2.1: the target of a tunnel is another host, and has no methods here
            Rejection.ConnectNotSupported => [("Allow", "")],
            Rejection.TooManyConnections => [("Retry-After", "1")],
            Rejection.WebSocketVersion => [("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13")],
            _ => [],
        };
        string text = $"{statusCode} {ReasonPhrases.Get(statusCode)}: {rejection.Sentence()}\n";
        return new HttpResponse(statusCode, ResponseBody.From(text), [("Content-Type", "text/plain; charset=utf-8"), .. fields]);
    }
}

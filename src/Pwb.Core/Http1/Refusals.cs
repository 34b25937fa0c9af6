using Pwb.Model;
using Pwb.Protocol;

namespace Pwb.Http1;

/// <summary>The responses that the server itself gives, made once.</summary>
internal static class Refusals
{
    private static readonly HttpResponse[] Responses = [.. Enum.GetValues<Rejection>().Select(Make)];

    /// <summary>The answer to a handler that failed. It says nothing about how.</summary>
    public static HttpResponse InternalServerError { get; } = HttpResponse.Text("500 Internal Server Error\n", 500);

    /// <summary>The answer to a request whose handler gives up because the server stops: the next server may have one.</summary>
    public static HttpResponse Stopping { get; } =
        HttpResponse.Text("503 Service Unavailable: The server is stopping; try again soon.\n", 503).With("Retry-After", "1");

    /// <summary>
    /// The answer to OPTIONS *, which asks about the server and not about a resource: RFC 9110 §9.3.7. Which methods there are
    /// differs from one resource to another and is known to the handler alone, so nothing is said of them.
    /// </summary>
    public static HttpResponse ServerOptions { get; } = new(204);

    public static HttpResponse For(Rejection rejection) => Responses[(int)rejection];

    /// <summary>The answer in place of a response whose handler, or body, has failed before any of it was sent.</summary>
    public static HttpResponse InsteadOf(Exception failure, RequestLife? life)
    {
        if (failure is RequestRejectedException { Response: { } own }) return own;
        return IsStopsEnd(failure, life) ? Stopping : InternalServerError;
    }

    /// <summary>
    /// Whether user code ended because the server stops. A timeout is another failure, although HttpClient says it with a
    /// cancelled token.
    /// </summary>
    public static bool IsStopsEnd(Exception failure, RequestLife? life) =>
        failure is OperationCanceledException { InnerException: not TimeoutException } && life is { IsStopping: true };

    private static HttpResponse Make(Rejection rejection)
    {
        int statusCode = rejection.StatusCode();
        (string, string)[] fields = rejection switch
        {
            // RFC 9110 §10.2.1: the target of a tunnel, which is another host, has no methods here
            Rejection.ConnectNotSupported => [("Allow", "")],
            Rejection.TooManyConnections => [("Retry-After", "1")],
            Rejection.WebSocketVersion => [("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13")],
            _ => [],
        };
        string text = $"{statusCode} {ReasonPhrases.Get(statusCode)}: {rejection.Sentence()}\n";
        return new HttpResponse(statusCode, ResponseBody.From(text), [("Content-Type", "text/plain; charset=utf-8"), .. fields]);
    }
}

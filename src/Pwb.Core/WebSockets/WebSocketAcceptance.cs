using System.Net.WebSockets;
using Pwb.Model;
using Pwb.WebSockets;

namespace Pwb;

/// <summary>Makes a WebSocket of a request's connection.</summary>
public static class WebSocketAcceptance
{
    /// <summary>
    /// A response that begins a WebSocket (RFC 6455): 101, and then <paramref name="run"/> speaks it. A request that does not ask
    /// for one as it should gets what RFC 6455 §4.2 says instead: 426 if it asks for none or for another version, 405 for another
    /// method than GET, 400 for a handshake that is malformed. Nothing happens before the response has been returned.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="run">
    /// Speaks it. When it returns without having closed, the client gets 1000; when it throws, 1011, and the log an error. Its
    /// token is cancelled when the client is gone or the server stops; at a stop the client has been sent 1001 (Going Away) by
    /// then. Several may send at once, one may receive.
    /// </param>
    /// <param name="options">
    /// Subprotocols, compression, pings and the time to close in; null for <see cref="WebSocketOptions.Default"/>.
    /// </param>
    /// <example><code>
    /// return request.AcceptWebSocket(async (socket, token) =>
    /// {
    ///     while (await socket.ReceiveMessageAsync(cancellationToken: token) is { } message)
    ///         await socket.SendTextAsync(message.Text, token);
    /// });
    /// </code></example>
    public static HttpResponse AcceptWebSocket(
        this HttpRequest request, Func<WebSocket, CancellationToken, ValueTask> run, WebSocketOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(run);
        options ??= WebSocketOptions.Default;
        OpeningHandshake handshake = OpeningHandshake.Read(request, options);
        switch (handshake.StatusCode)
        {
            case 101:
                Conversation conversation = new(run, options, handshake, request.Stopping);
                TakeOverBody body = new(OpeningHandshake.Protocol, conversation.RunAsync, tellsFailures: true);
                return HttpResponse.TakeOver(body, handshake.Lines());
            case 405:
                return HttpResponse.MethodNotAllowed("GET");
            case 426:
                return new HttpResponse(
                    426,
                    ResponseBody.From(handshake.Fault),
                    ("Content-Type", "text/plain; charset=utf-8"),
                    ("Upgrade", OpeningHandshake.Protocol),
                    ("Sec-WebSocket-Version", "13"));
            default:
                return HttpResponse.Text(handshake.Fault, handshake.StatusCode);
        }
    }
}

using Pwb.Model;

namespace Pwb;

/// <content>A response that takes its connection over.</content>
public sealed partial class HttpResponse
{
    /// <summary>
    /// 101 Switching Protocols (RFC 9110 §7.8): the connection speaks another protocol from here on. Nothing is sent before this
    /// has been returned, and a test may call <paramref name="run"/> by itself. The request must have asked for the protocol, in
    /// HTTP/1.1; else the client gets a 500.
    /// </summary>
    /// <param name="protocol">The protocol's name, such as "websocket".</param>
    /// <param name="run">
    /// Speaks it. It gets the connection as a stream, behind the request's head, for one reader and one writer at a time, and a
    /// token that is cancelled when the client is gone or the server's grace is over; <see cref="HttpRequest.Stopping"/> says
    /// that the server would like to stop. When it returns, the connection closes; when it throws, the client sees that something
    /// is missing, and the log an error.
    /// </param>
    /// <param name="headers">Further field lines.</param>
    /// <exception cref="ArgumentException"><paramref name="protocol"/> is no token, or a field line is not valid.</exception>
    /// <example><code>return HttpResponse.Upgrade("echo", async (stream, token) => await stream.CopyToAsync(stream,
    /// token));</code></example>
    public static HttpResponse Upgrade(
        string protocol, Func<Stream, CancellationToken, ValueTask> run, params ReadOnlySpan<(string Name, string Value)> headers)
    {
        ArgumentException.ThrowIfNullOrEmpty(protocol);
        ArgumentNullException.ThrowIfNull(run);
        return TakeOver(new TakeOverBody(protocol, run, tellsFailures: false), headers);
    }

    /// <summary>101, and then the body.</summary>
    internal static HttpResponse TakeOver(TakeOverBody body, ReadOnlySpan<(string Name, string Value)> headers) =>
        new(101, [("Upgrade", body.Protocol), .. headers], body);
}

using Pwb.Model;

namespace Pwb;

/// <summary>
/// Makes 200 responses to CONNECT (RFC 9110 §9.3.6), behind which the connection is a tunnel. They need
/// <see cref="PwbServerOptions.AllowConnect"/>; as the response to another method they become a 500. A handler that lets clients
/// choose where the tunnel leads is an open proxy, so compare <see cref="HttpRequest.Host"/> with a list before.
/// </summary>
/// <example><code>
/// if (request.Host != "api.example:443") return new HttpResponse(403);
/// TcpClient target = new();
/// await target.ConnectAsync("api.example", 443, cancellationToken);
/// return TunnelResponse.To(target.GetStream(), request.Stopping);
/// </code></example>
public static class TunnelResponse
{
    /// <summary>Everything that comes from either side goes to the other, until one of them ends.</summary>
    /// <param name="target">
    /// The other side, such as the stream of a <see cref="System.Net.Sockets.TcpClient"/>. It is disposed of with the response.
    /// </param>
    /// <param name="stopping">Ends the tunnel early: <see cref="HttpRequest.Stopping"/>.</param>
    /// <exception cref="ArgumentNullException"><paramref name="target"/> is null.</exception>
    public static HttpResponse To(Stream target, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(target);
        TakeOverBody body = new(protocol: null, RunAsync, tellsFailures: false, target) { ReadsToEnd = true };
        return new HttpResponse(200, [], body);

        async ValueTask RunAsync(Stream client, CancellationToken token)
        {
            using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(token, stopping);
            await Relay.RunAsync(client, target, end.Token).ConfigureAwait(false);
        }
    }

    /// <summary>A function gets the connection, behind the request's head.</summary>
    /// <param name="run">The function: see <see cref="HttpResponse.Upgrade"/>.</param>
    /// <param name="headers">Field lines.</param>
    /// <exception cref="ArgumentNullException"><paramref name="run"/> is null.</exception>
    /// <exception cref="ArgumentException">A field line is not valid.</exception>
    public static HttpResponse From(
        Func<Stream, CancellationToken, ValueTask> run, params ReadOnlySpan<(string Name, string Value)> headers)
    {
        ArgumentNullException.ThrowIfNull(run);
        return new HttpResponse(200, headers, new TakeOverBody(protocol: null, run, tellsFailures: false));
    }
}

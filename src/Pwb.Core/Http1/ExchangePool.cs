using System.Collections.Concurrent;
using Pwb.Channels;

namespace Pwb.Http1;

/// <summary>
/// Exchanges that no connection needs now, of all servers of the process. A connection has an exchange only while there is
/// something to parse or to answer, because every byte of an idle connection counts.
/// </summary>
internal static class ExchangePool
{
    // The number of exchanges that are kept besides one for each thread. A connection whose handler waits goes on elsewhere, so
    // some are needed.
    private const int MaxShared = 256;

    private static readonly ConcurrentQueue<HttpExchange> Shared = new();

    [ThreadStatic]
    private static HttpExchange? _own;

    /// <param name="channel">The connection.</param>
    /// <param name="context">The state that the connections of its server share.</param>
    /// <param name="number">The number of requests that the connection has answered.</param>
    public static HttpExchange Rent(Channel channel, Http1Context context, long number)
    {
        HttpExchange? exchange = _own;
        if (exchange is not null) _own = null;
        else if (!Shared.TryDequeue(out exchange)) exchange = new HttpExchange();

        exchange.Attach(channel, context, number);
        return exchange;
    }

    /// <summary>Takes an exchange back after its last request is forgotten. No other reference to it may be left.</summary>
    /// <returns>The number of requests that the connection has answered.</returns>
    public static long Return(HttpExchange exchange)
    {
        long number = exchange.Number;
        if (!exchange.TryDetach()) return number;

        if (_own is null) _own = exchange;
        else if (Shared.Count < MaxShared) Shared.Enqueue(exchange);
        return number;
    }
}

using System.Collections.Concurrent;
using Pwb.Channels;

namespace Pwb.Http1;

/// <summary>
/// Exchanges that nobody has just now, of all servers of the process. A connection has one only while there is something to parse
/// or to answer, because each byte that an idle connection has counts.
/// </summary>
internal static class ExchangePool
{
    // How many are kept besides one for each thread. A handler that waits has its connection go on elsewhere, so some are needed.
    private const int MaxShared = 256;

    private static readonly ConcurrentQueue<HttpExchange> Shared = new();

    [ThreadStatic]
    private static HttpExchange? _own;

    /// <param name="channel">The connection.</param>
    /// <param name="context">What its server's connections share.</param>
    /// <param name="number">How many of its requests have been answered.</param>
    public static HttpExchange Rent(Channel channel, Http1Context context, long number)
    {
        HttpExchange? exchange = _own;
        if (exchange is not null) _own = null;
        else if (!Shared.TryDequeue(out exchange)) exchange = new HttpExchange();

        exchange.Attach(channel, context, number);
        return exchange;
    }

    /// <summary>Takes an exchange back whose last request is forgotten. Nobody may have it any more.</summary>
    /// <returns>How many requests have been answered.</returns>
    public static long Return(HttpExchange exchange)
    {
        long number = exchange.Number;
        if (!exchange.TryDetach()) return number;

        if (_own is null) _own = exchange;
        else if (Shared.Count < MaxShared) Shared.Enqueue(exchange);
        return number;
    }
}

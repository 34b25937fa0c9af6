using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Pwb.Soak;

/// <summary>Does one thing again and again at a steady rate.</summary>
internal static class Load
{
    // Twenty bursts a second are as steady as a timer gets.
    private const int BurstsPerSecond = 20;

    public static async Task RunAsync(
        string name, Func<int, Task<bool>> actAsync, int perSecond, Tally tally, CancellationToken cancellationToken)
    {
        using PeriodicTimer timer = new(TimeSpan.FromSeconds(1.0 / Math.Min(BurstsPerSecond, perSecond)));
        int burst = Math.Max(1, perSecond / BurstsPerSecond);
        for (int number = 0; !cancellationToken.IsCancellationRequested;)
        {
            for (int i = 0; i < burst; i++) tally.Add(name, await SucceedsAsync(actAsync, ++number));
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    private static async Task<bool> SucceedsAsync(Func<int, Task<bool>> actAsync, int number)
    {
        try
        {
            return await actAsync(number);
        }
        catch (Exception exception)
            when (exception is SocketException or HttpRequestException or IOException or AuthenticationException)
        {
            return false;
        }
    }
}

/// <summary>Counts what was done, and what went wrong.</summary>
internal sealed class Tally
{
    private readonly ConcurrentDictionary<string, (long Done, long Failed)> _counts = new(StringComparer.Ordinal);

    public long Failures => _counts.Values.Sum(count => count.Failed);

    public void Add(string name, bool isGood) =>
        _counts.AddOrUpdate(name, _ => (1, isGood ? 0 : 1), (_, count) => (count.Done + 1, count.Failed + (isGood ? 0 : 1)));

    public override string ToString() =>
        string.Join(
            Environment.NewLine, _counts.OrderBy(count => count.Key, StringComparer.Ordinal).Select(
                count => $"{count.Key}: {count.Value.Done} done, {count.Value.Failed} failed"));
}

namespace Pwb.Faults.Support;

/// <summary>
/// Waiting for something that must happen, with an end. The ends are far away: the machine may be busy with other things.
/// </summary>
internal static class Patience
{
    /// <summary>Longer than anything here takes on the slowest machine that has to pass.</summary>
    public static readonly TimeSpan Long = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    /// <summary>Waits until a condition holds.</summary>
    /// <exception cref="TimeoutException">It never did.</exception>
    public static Task UntilAsync(Func<bool> condition, string what, TimeSpan? patience = null) =>
        UntilAsync(() => Task.FromResult(condition()), what, patience);

    /// <summary>Waits until a condition holds.</summary>
    /// <exception cref="TimeoutException">It never did.</exception>
    public static async Task UntilAsync(Func<Task<bool>> condition, string what, TimeSpan? patience = null)
    {
        long end = Environment.TickCount64 + (long)(patience ?? Long).TotalMilliseconds;
        using PeriodicTimer timer = new(PollInterval);
        while (!await condition())
        {
            if (Environment.TickCount64 > end) throw new TimeoutException($"In vain: waited until {what}.");
            await timer.WaitForNextTickAsync();
        }
    }

    /// <summary>Does something at a steady pace until it says that it is done.</summary>
    /// <param name="interval">The time between two steps.</param>
    /// <param name="step">Returns whether to go on.</param>
    public static async Task PaceAsync(TimeSpan interval, Func<Task<bool>> step)
    {
        using PeriodicTimer timer = new(interval);
        while (await step()) await timer.WaitForNextTickAsync();
    }

    /// <summary>Lets time pass in which nothing is to happen.</summary>
    public static async Task QuietAsync(TimeSpan time)
    {
        using PeriodicTimer timer = new(time);
        await timer.WaitForNextTickAsync();
    }
}

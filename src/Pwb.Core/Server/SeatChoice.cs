using Pwb.Epoll;
using Pwb.Logging;
using Pwb.Platform;

namespace Pwb.Server;

/// <summary>Chooses between the runtime's sockets and epoll for a server's sockets, and makes seats for epoll.</summary>
internal static class SeatChoice
{
    /// <summary>The environment variable that decides where the options do not.</summary>
    public const string Variable = "PWB_SOCKETS";

    // Hanging handlers have been waited for already.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    /// <summary>Makes the seats of a server that is about to listen.</summary>
    /// <returns>Null without epoll: by choice, or because the system has none, with a line in the log.</returns>
    /// <exception cref="IOException">The variable has an unknown value.</exception>
    public static Seats? Start(PwbServerOptions options, ServerLog log)
    {
        if (!IsEpoll(options.SocketEngine, Environment.GetEnvironmentVariable(Variable))) return null;
        try
        {
            if (!ThisSystem.IsLinux) throw new IOException("this is not Linux");
            if (!Environment.Is64BitProcess) throw new IOException("this is a process of 32 bits");
            Seats seats = new(options.SeatCount, options.SpinTime);
            seats.Start();
            return seats;
        }
        catch (IOException exception)
        {
            log.NoEpoll(exception.Message);
            return null;
        }
    }

    /// <summary>Ends the seats when all connections have been released. Does not wait for those that hang.</summary>
    public static async Task EndAsync(Seats? seats)
    {
        if (seats is null) return;
        using CancellationTokenSource isOver = new();
        await Task.WhenAny(seats.EndAsync(), Task.Delay(Patience, isOver.Token)).ConfigureAwait(false);
        await isOver.CancelAsync().ConfigureAwait(false);
    }

    /// <summary>Whether epoll is chosen.</summary>
    /// <param name="engine">The option.</param>
    /// <param name="variable">The variable's value.</param>
    /// <exception cref="IOException">The variable has an unknown value.</exception>
    public static bool IsEpoll(SocketEngine engine, string? variable) => engine == SocketEngine.Default
        ? variable switch
        {
            null or "" or "runtime" => false,
            "epoll" => true,
            { } other => throw new IOException($"Cannot listen: {Variable} is '{other}', which is neither runtime nor epoll."),
        }
        : engine == SocketEngine.Epoll;
}

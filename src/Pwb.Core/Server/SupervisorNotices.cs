using System.Net.Sockets;
using Pwb.Logging;
using Pwb.Platform;

namespace Pwb.Server;

/// <summary>Tells the supervisor of this process, if it has one that asks, how the server fares.</summary>
/// <param name="heartbeat">Gives signs of life.</param>
/// <param name="log">Says who could not be told.</param>
internal sealed class SupervisorNotices(Heartbeat heartbeat, ServerLog log)
{
    // No supervisor that hangs holds up a stop for longer.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Says that the server is ready, and at the end of its work that it stops. Signs of life go on.</summary>
    public async Task AroundAsync(Task work)
    {
        heartbeat.Supervisor = Supervisor.Current;
        await TellAsync("READY=1").ConfigureAwait(false);
        await work.ConfigureAwait(false);
        await TellAsync("STOPPING=1").ConfigureAwait(false);
    }

    private async Task TellAsync(string notice)
    {
        if (Supervisor.Current is not { } supervisor) return;
        using CancellationTokenSource patience = new(Patience);
        try
        {
            await supervisor.TellAsync(notice, patience.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            log.SupervisorNotTold(notice, exception.Message);
        }
    }
}

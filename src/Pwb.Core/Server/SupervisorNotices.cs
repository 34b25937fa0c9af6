using System.Net.Sockets;
using Pwb.Logging;
using Pwb.Platform;

namespace Pwb.Server;

/// <summary>Notifies the supervisor of this process, such as systemd, of the server's state.</summary>
/// <param name="heartbeat">Sends the signs of life.</param>
/// <param name="log">Gets a line when the supervisor cannot be notified.</param>
internal sealed class SupervisorNotices(Heartbeat heartbeat, ServerLog log)
{
    // A supervisor that hangs delays a stop by this time at most.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Reports that the server is ready, and at the end of its work that it stops. Signs of life go on.</summary>
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

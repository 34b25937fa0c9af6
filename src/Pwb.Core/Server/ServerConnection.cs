using System.Globalization;
using Pwb.Channels;
using Pwb.Http1;
using Pwb.Logging;
using Pwb.Protocol;
using Pwb.Telemetry;
using Pwb.Threads;

namespace Pwb.Server;

/// <summary>
/// One connection of a server: its place among the others, the ways to end it, and its life from the first byte to the last. The
/// channel has the bytes, the engine the protocol.
/// </summary>
/// <param name="channel">The connection's bytes.</param>
/// <param name="engine">The connection's protocol.</param>
/// <param name="log">The log for the connection's own events.</param>
/// <param name="refusal">The reason to refuse the connection before its first request, or None.</param>
/// <param name="mayBeEvicted">Whether the connection counts towards the limit, so that it may be closed to make room.</param>
/// <param name="ended">Called at the end of the connection.</param>
internal sealed class ServerConnection(
    Channel channel,
    Http1Engine engine,
    ConnectionLog log,
    Rejection refusal,
    bool mayBeEvicted,
    Action<ServerConnection> ended) : IThreadPoolWorkItem
{
    /// <summary>The index among the open connections, which their set maintains.</summary>
    public int Index { get; set; }

    /// <summary>The operations for any thread.</summary>
    public IChannelControl Control => channel.Control;

    /// <summary>See <see cref="IChannelControl.Idleness"/>. A refused connection is not closed to make room.</summary>
    public Idleness Idleness => refusal == Rejection.None ? channel.Control.Idleness : Idleness.Busy;

    /// <summary>Whether it may be closed to make room. One over a user's stream may not.</summary>
    public bool MayBeEvicted => mayBeEvicted;

    /// <summary>See <see cref="IChannelControl.IdleSince"/>.</summary>
    public long IdleSince => channel.Control.IdleSince;

    /// <summary>The connection's state, for metrics.</summary>
    public ConnectionState State
    {
        get
        {
            if (channel.IsTakenOver) return ConnectionState.Upgraded;
            return Idleness == Idleness.Busy ? ConnectionState.Active : ConnectionState.Idle;
        }
    }

    /// <summary>The method of the current request, or null.</summary>
    public string? ActiveMethod => engine.ActiveMethod;

    public string Scheme => channel.Scheme;

    /// <summary>Serves the connection until it ends. Never throws.</summary>
    /// <param name="cancellationToken">Aborts the connection.</param>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenRegistration registration =
            cancellationToken.UnsafeRegister(static control => ((IChannelControl)control!).Abort(), channel.Control);
        await RunAsync().ConfigureAwait(false);
    }

    private bool NeedsOpening => channel.NeedsOpening || log.IsHeadEnabled || refusal != Rejection.None;

    // The only async frame of an idle connection. Everything else that waits is in other methods.
    private async Task RunAsync()
    {
        try
        {
            bool isOpen = !NeedsOpening || await OpenAsync().ConfigureAwait(false);
            while (isOpen && await engine.ServeAsync().ConfigureAwait(false) == Outcome.Open)
            {
                ValueTask<int> waking = channel.WaitForByteAsync();
                if (!waking.IsCompleted)
                {
                    engine.HasWaited();
                    channel.CloseIfStopping();
                }

                try
                {
                    await waking.ConfigureAwait(false);
                }
                catch (OperationCanceledException) when (channel.Receiver.IsGivenUp)
                {
                    break;
                }
            }

            await channel.CloseAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            await LogAsync(exception).ConfigureAwait(false);
        }
        finally
        {
            channel.EndNow();
            await engine.ReleaseAsync().ConfigureAwait(false);
            await channel.ReleaseAsync().ConfigureAwait(false);
            ended(this);
        }
    }

    /// <returns>Whether there is something to serve; false if the connection was refused.</returns>
    private async ValueTask<bool> OpenAsync()
    {
        Rejection opening =
            channel.NeedsOpening ? await channel.OpenAsync().ConfigureAwait(false) : Rejection.None;
        if (log.IsHeadEnabled) log.Connected(await channel.GoToPoolAsync(), channel.RemoteEndPoint);
        Rejection refused = refusal != Rejection.None ? refusal : opening;
        if (refused != Rejection.None) await engine.RefuseAsync(refused).ConfigureAwait(false);
        return refused == Rejection.None;
    }

    // A user's stream may throw anything. That ends its connection, and no other.
    private async ValueTask LogAsync(Exception exception)
    {
        OnPool on = await channel.GoToPoolAsync();
        if (exception is not (IOException or OperationCanceledException or ObjectDisposedException))
        {
            log.Failed(on, channel.Id.ToString(CultureInfo.InvariantCulture), exception);
        }
        else
        {
            string why = channel.AbortReason ?? (exception is IOException ? exception.Message : "aborted");
            log.Ended(on, channel.RemoteEndPoint, why);
        }
    }

    /// <summary>Serves the connection on the calling thread of the pool.</summary>
    void IThreadPoolWorkItem.Execute() => _ = RunAsync();
}

using System.Globalization;
using Pwb.Channels;
using Pwb.Http1;
using Pwb.Logging;
using Pwb.Protocol;
using Pwb.Telemetry;
using Pwb.Threads;

namespace Pwb.Server;

/// <summary>
/// What a server knows of a connection: its place among the others, how to end it, and its life from the first byte to the last.
/// The channel has the bytes, the engine the protocol.
/// </summary>
/// <param name="channel">The bytes.</param>
/// <param name="engine">The protocol.</param>
/// <param name="log">Where the connection's own events go.</param>
/// <param name="refusal">Why the connection is refused before its first request, if it is.</param>
/// <param name="mayBeEvicted">Whether it has a place among those that are counted, which it may have to give up.</param>
/// <param name="ended">Called when it has ended.</param>
internal sealed class ServerConnection(
    Channel channel,
    Http1Engine engine,
    ConnectionLog log,
    Rejection refusal,
    bool mayBeEvicted,
    Action<ServerConnection> ended) : IThreadPoolWorkItem
{
    /// <summary>Its place among the open connections: theirs to set.</summary>
    public int Index { get; set; }

    /// <summary>What any thread may do with it.</summary>
    public IChannelControl Control => channel.Control;

    /// <summary>
    /// See <see cref="IChannelControl.IdleDueAt"/>; long.MaxValue for one that is refused, and so has no place to give up.
    /// </summary>
    public long IdleDueAt => refusal == Rejection.None ? channel.Control.IdleDueAt : long.MaxValue;

    /// <summary>
    /// See <see cref="IChannelControl.IdleDueAt"/>; long.MaxValue for a connection that somebody else has opened, which has no
    /// place to give up.
    /// </summary>
    public long EvictableDueAt => mayBeEvicted ? IdleDueAt : long.MaxValue;

    /// <summary>What it is doing, for whoever counts.</summary>
    public ConnectionState State
    {
        get
        {
            if (channel.IsTakenOver) return ConnectionState.Upgraded;
            return IdleDueAt == long.MaxValue ? ConnectionState.Active : ConnectionState.Idle;
        }
    }

    /// <summary>The method of the request that is being answered, if one is.</summary>
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

    // The one frame that an idle connection has, so whatever else has to wait is in methods of their own.
    private async Task RunAsync()
    {
        try
        {
            bool isOpen = await OpenAsync().ConfigureAwait(false);
            while (isOpen && await engine.ServeAsync().ConfigureAwait(false))
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

    /// <returns>Whether there is anything to serve; if not, the connection was refused.</returns>
    private async ValueTask<bool> OpenAsync()
    {
        Rejection opening = await channel.OpenAsync().ConfigureAwait(false);
        if (log.IsHeadEnabled) log.Connected(await channel.GoToPoolAsync(), channel.RemoteEndPoint);
        Rejection refused = refusal != Rejection.None ? refusal : opening;
        if (refused != Rejection.None) await engine.RefuseAsync(refused).ConfigureAwait(false);
        return refused == Rejection.None;
    }

    // A stream that is not ours may throw anything. It is its connection's end and nobody else's.
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

    /// <summary>Serves the connection on the pool's thread that this is called on.</summary>
    void IThreadPoolWorkItem.Execute() => _ = RunAsync();
}

using Pwb.Time;

namespace Pwb.Channels;

/// <summary>The state that all channels of a server share.</summary>
/// <param name="clock">The clock.</param>
/// <param name="limits">The server's limits.</param>
/// <param name="callbackFailed">
/// Called for an exception of a callback on a request's token, with the connection, the request and the exception.
/// </param>
internal sealed class ChannelContext(CoarseClock clock, PwbServerLimits limits, Action<long, long, Exception> callbackFailed)
{
    private volatile bool _isStopping;

    public CoarseClock Clock => clock;

    public PwbServerLimits Limits => limits;

    public Action<long, long, Exception> CallbackFailed => callbackFailed;

    /// <summary>Whether connections end after the current response.</summary>
    public bool IsStopping
    {
        get => _isStopping;
        set => _isStopping = value;
    }
}

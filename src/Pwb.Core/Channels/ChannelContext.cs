using Pwb.Time;

namespace Pwb.Channels;

/// <summary>What all channels of a server share.</summary>
/// <param name="clock">The time.</param>
/// <param name="limits">How long a client may take.</param>
/// <param name="callbackFailed">
/// Is told of an exception from a callback on a request's token: the connection, the request, the exception.
/// </param>
internal sealed class ChannelContext(CoarseClock clock, PwbServerLimits limits, Action<long, long, Exception> callbackFailed)
{
    private volatile bool _isStopping;

    public CoarseClock Clock => clock;

    public PwbServerLimits Limits => limits;

    public Action<long, long, Exception> CallbackFailed => callbackFailed;

    /// <summary>Whether connections are to end after the response that is under way.</summary>
    public bool IsStopping
    {
        get => _isStopping;
        set => _isStopping = value;
    }
}

namespace Pwb.Connections;

/// <summary>What all connections of a server share.</summary>
internal sealed class ConnectionContext(IRequestHandler handler, PwbServerOptions options, CoarseClock clock, ConnectionLog log, AccessLog accessLog)
{
    private volatile bool _isStopping;

    public IRequestHandler Handler => handler;

    /// <summary>What the handler says of itself, asked once.</summary>
    public bool HandlerNeverBlocks { get; } = handler.NeverBlocks;

    public PwbServerLimits Limits { get; } = options.Limits;

    public Func<HttpRequest, long?>? MaxContentLengthSelector { get; } = options.MaxContentLengthSelector;

    public CoarseClock Clock => clock;

    public ConnectionLog Log => log;

    public AccessLog AccessLog => accessLog;

    /// <summary>Whether connections are to end after the response that is under way.</summary>
    public bool IsStopping
    {
        get => _isStopping;
        set => _isStopping = value;
    }
}

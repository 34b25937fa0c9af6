using Pwb.Channels;
using Pwb.Handlers;
using Pwb.Logging;
using Pwb.Time;


namespace Pwb.Http1;

/// <summary>The state that all HTTP/1.1 connections of a server share.</summary>
internal sealed class Http1Context(
    IRequestHandler handler, PwbServerOptions options, ChannelContext channels, ConnectionLog log, AccessLog accessLog)
{
    public IRequestHandler Handler => handler;

    /// <summary>
    /// The value of <see cref="IRequestHandler.NeverBlocks"/>, asked once; false with
    /// <see cref="PwbServerOptions.IgnoreNeverBlocks"/>.
    /// </summary>
    public bool HandlerNeverBlocks { get; } = !options.IgnoreNeverBlocks && handler.NeverBlocks;

    /// <summary>Whether requests are lent to the handler: see <see cref="IBorrowingHandler"/>.</summary>
    public bool HandlerBorrows { get; } =
        options.MaxContentLengthSelector is null && handler is IBorrowingHandler { Borrows: true };

    public string[] AdditionalMethods { get; } = (string[])options.AdditionalMethods; // see PwbServerOptions.Copy

    public PwbServerLimits Limits { get; } = options.Limits;

    public Func<HttpRequest, long?>? MaxContentLengthSelector { get; } = options.MaxContentLengthSelector;

    public CoarseClock Clock => channels.Clock;

    public ConnectionLog Log => log;

    public AccessLog AccessLog => accessLog;

    /// <summary>Whether connections end after the current response.</summary>
    public bool IsStopping => channels.IsStopping;
}

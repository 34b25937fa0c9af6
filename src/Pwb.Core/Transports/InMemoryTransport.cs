using Pwb.InMemory;

namespace Pwb.Transports;

/// <summary>The server's end of a connection in memory.</summary>
/// <param name="end">The connection.</param>
/// <param name="failures">Gets the exceptions of handlers; null if the client is to see a bare 500.</param>
internal sealed class InMemoryTransport(ConnectionEnd end, HandlerFailures? failures) : Transport(end, peer: null)
{
    public override bool CanShutdownSend => true;

    public override bool EndsPendingReads => true;

    public override bool HasUnreadData => end.HasUnreadData;

    public override (string Name, string Value)? NoteFailure(Exception exception) =>
        failures is null ? null : (HandlerFailures.FieldName, failures.Add(exception));

    public override ValueTask ShutdownSendAsync()
    {
        end.ShutdownSend();
        return default;
    }

    // Over TCP, a client that closes its end looks like one that has only ended its requests, until something is sent to it. In
    // memory the difference is known.
    public override PeerState LookForEnd()
    {
        if (end.IsOtherClosed) return PeerState.Gone;
        return end.HasOtherEnded ? PeerState.Ended : PeerState.Present;
    }

    public override bool ClosesAtOnce => true;

    protected override void Close(bool abort)
    {
        if (abort) end.Abort();
        else end.Dispose();
    }
}

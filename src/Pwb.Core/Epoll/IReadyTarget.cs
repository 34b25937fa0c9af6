namespace Pwb.Epoll;

/// <summary>A receiver of events.</summary>
internal interface IReadyTarget
{
    /// <summary>
    /// Does the work that the events make possible, on the thread that sits in the seat. The work may take any time: if it takes
    /// too long, another thread takes over the seat.
    /// </summary>
    void OnReady(uint events);
}

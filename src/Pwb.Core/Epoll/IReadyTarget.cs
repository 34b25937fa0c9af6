namespace Pwb.Epoll;

/// <summary>Who is told of events.</summary>
internal interface IReadyTarget
{
    /// <summary>
    /// Does what the events make possible, on the thread that sits in the seat. It may take as long as it likes: when it takes
    /// too long, another thread takes the seat.
    /// </summary>
    void OnReady(uint events);
}

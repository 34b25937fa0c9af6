using System.Diagnostics;
using Pwb.Threads;

namespace Pwb.Epoll;

/// <summary>
/// Looks every millisecond, while there is something to look at, whether a seat is blocked: whoever is busy with the same thing
/// as at the last look loses his seat.
/// </summary>
internal sealed class Watcher
{
    private const int Interval = 1; // milliseconds; a look takes ten microseconds
    private const int MaxIdleLooks = 10;

    private readonly (Seat Seat, Demotion Demotion)[] _seats;
    private readonly long[] _tickets;
    private readonly long[] _waits;
    private readonly Spares _spares;
    private readonly Bell _bell;
    private volatile bool _isEnded;

    /// <param name="seats">What to watch, with what says whether each sends handlers to the pool.</param>
    /// <param name="spares">Who may sit down.</param>
    /// <param name="bell">Wakes it.</param>
    public Watcher((Seat Seat, Demotion Demotion)[] seats, Spares spares, Bell bell)
    {
        _seats = seats;
        _tickets = new long[seats.Length];
        _waits = new long[seats.Length];
        _spares = spares;
        _bell = bell;
    }

    /// <exception cref="OutOfMemoryException">The system gives no thread.</exception>
    public void Start() => new Thread(Run) { IsBackground = true, Name = "PWB watcher" }.UnsafeStart();

    public void End()
    {
        _isEnded = true;
        Interlocked.MemoryBarrier();
        _bell.Ring();
    }

    private void Run()
    {
        int idle = 0;
        while (!_isEnded)
        {
            idle = Look() ? 0 : idle + 1;
            if (idle < MaxIdleLooks) Thread.Sleep(Interval);
            else WaitForWork();
        }

        _bell.Dispose();
    }

    private void WaitForWork()
    {
        _bell.Expect();
        if (_isEnded || Look()) _bell.Forget();
        else _bell.Wait();
    }

    /// <returns>Whether anything is going on.</returns>
    private bool Look()
    {
        double now = Stopwatch.GetElapsedTime(0).TotalMilliseconds;
        bool isAnyBusy = false;
        for (int i = 0; i < _seats.Length; i++)
        {
            (Seat seat, Demotion demotion) = _seats[i];
            long ticket = seat.Ticket;
            long waits = seat.Waits;
            bool isStuck = ticket != 0 && ticket == _tickets[i];
            WatchedThread? sitter = ticket == 0 ? null : seat.Sitter;
            demotion.Look(now, isStuck ? sitter is { IsAsleep: true } : sitter is { IsWaiting: true }, _spares.IsCrowded);
            if (isStuck) _spares.Relieve(seat, ticket);
            isAnyBusy |= ticket != 0 || waits != _waits[i];
            (_tickets[i], _waits[i]) = (ticket, waits);
        }

        _spares.Fill();
        return isAnyBusy;
    }
}

using System.Diagnostics;
using Pwb.Threads;

namespace Pwb.Epoll;

/// <summary>
/// Looks for blocked seats every millisecond while there is traffic. A seat is blocked if its thread sleeps in a handler, or is
/// busy with the same piece of work as at the last look. The watching thread takes such a seat, and another thread watches on.
/// </summary>
internal sealed class Watcher
{
    private const int Interval = 1; // milliseconds; a look takes ten microseconds
    private const int MaxIdleLooks = 10;
    private const int Crowd = 32; // the number of threads that have lost their seats and not come back

    private readonly (Seat Seat, Demotion Demotion)[] _seats;
    private readonly long[] _tickets;
    private readonly long[] _waits;
    private readonly Spares _spares;
    private readonly Bell _bell;
    private readonly Action<Seat> _ended;
    private volatile bool _isEnded;

    /// <param name="seats">The seats to watch, each with its demotion.</param>
    /// <param name="spares">The threads that may watch, or sit down.</param>
    /// <param name="bell">Wakes the watching thread.</param>
    /// <param name="ended">Called when a seat has ended.</param>
    public Watcher((Seat Seat, Demotion Demotion)[] seats, Spares spares, Bell bell, Action<Seat> ended)
    {
        _seats = seats;
        _tickets = new long[seats.Length];
        _waits = new long[seats.Length];
        _spares = spares;
        _bell = bell;
        _ended = ended;
    }

    /// <summary>Watches until a seat is taken, and then sits there. The duty of a <see cref="SeatThread"/>.</summary>
    public void Watch(WatchedThread thread)
    {
        int idle = 0;
        while (!_isEnded)
        {
            Seat? taken = Look(out bool isBusy);
            _spares.Fill();
            if (taken is not null)
            {
                Sit(taken, thread);
                return;
            }

            idle = isBusy ? 0 : idle + 1;
            if (idle < MaxIdleLooks) Thread.Sleep(Interval);
            else WaitForWork();
        }

        _bell.Dispose();
    }

    /// <summary>Sits in a seat until it is taken, or ends. The duty of a <see cref="SeatThread"/>.</summary>
    public void Sit(Seat seat, WatchedThread thread)
    {
        if (seat.Sit(thread)) _ended(seat);
    }

    public void End()
    {
        _isEnded = true;
        Interlocked.MemoryBarrier();
        _bell.Ring();
    }

    private void WaitForWork()
    {
        _bell.Expect();
        if (_isEnded || HasChanged()) _bell.Forget();
        else _bell.Wait();
    }

    private bool HasChanged()
    {
        for (int i = 0; i < _seats.Length; i++)
            if (_seats[i].Seat.Ticket != 0 || _seats[i].Seat.Waits != _waits[i]) return true;
        return false;
    }

    /// <returns>The seat that was taken; another thread already watches. Null if none was.</returns>
    private Seat? Look(out bool isBusy)
    {
        double now = Stopwatch.GetElapsedTime(0).TotalMilliseconds;
        isBusy = false;
        Seat? taken = null;
        SeatThread? successor = null;
        for (int i = 0; i < _seats.Length; i++)
        {
            (Seat seat, Demotion demotion) = _seats[i];
            long ticket = seat.Ticket;
            long waits = seat.Waits;
            bool isSame = ticket != 0 && ticket == _tickets[i];
            WatchedThread? sitter = ticket == 0 ? null : seat.Sitter;
            bool isAsleep = isSame ? sitter is { IsAsleep: true } : sitter is { IsWaiting: true };
            bool isStuck = isSame || isAsleep;
            demotion.Look(now, isAsleep, isCrowded: _spares.Busy - _seats.Length - 1 >= Crowd);
            isBusy |= ticket != 0 || waits != _waits[i];
            (_tickets[i], _waits[i]) = (ticket, waits);
            if (!isStuck || successor is not null || (successor = _spares.TryTake()) is null) continue;
            if (seat.TryTake(ticket)) taken = seat;
        }

        if (taken is not null) successor!.Begin(Watch); // its first look is now, at the other seats too
        else if (successor is not null) _spares.PutBack(successor);
        return taken;
    }
}

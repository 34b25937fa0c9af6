using System.Diagnostics.CodeAnalysis;

namespace Pwb.Epoll;

/// <summary>The seats of a server, and the threads that sit in them or watch them.</summary>
#pragma warning disable CA1001 // the watcher disposes of the bell, and the last thread of each seat of the seat
internal sealed class Seats
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Bell _bell = new();
    private readonly Seat[] _seats;
    private readonly Spares _spares;
    private readonly Watcher _watcher;
    private int _open;

    /// <param name="count">The number of seats. Each has its own connections.</param>
    /// <param name="spinTime">The time to stay awake where the next event is likely at once; zero to sleep always.</param>
    /// <exception cref="IOException">The system has no epoll, does not allow it, or has no descriptors.</exception>
    public Seats(int count, TimeSpan spinTime)
    {
        (Seat, Demotion)[] watched = new (Seat, Demotion)[count];
        _seats = new Seat[count];
        _spares = new Spares();
        try
        {
            for (int i = 0; i < count; i++)
            {
                Demotion demotion = new();
                _seats[i] = new Seat(demotion, new Spinning(spinTime, Environment.ProcessorCount), _bell);
                watched[i] = (_seats[i], demotion);
            }
        }
        catch
        {
            foreach (Seat? seat in _seats) seat?.Dispose();
            _bell.Dispose();
            throw;
        }

        _watcher = new Watcher(watched, _spares, _bell, OnEnded);
        _open = count;
    }

    public IReadOnlyList<Seat> All => _seats;

    /// <summary>Starts a thread for each seat, and one that watches them.</summary>
    /// <exception cref="IOException">The system gives no thread. All seats are disposed of then.</exception>
    public void Start()
    {
        SeatThread?[] threads = new SeatThread?[_seats.Length + 1];
        for (int i = 0; i < threads.Length; i++) threads[i] = _spares.TryTake();
        if (threads.Contains(null))
        {
            foreach (SeatThread? thread in threads) thread?.End();
            foreach (Seat seat in _seats) seat.Dispose();
            _bell.Dispose();
            throw new IOException("the system gives no thread");
        }

        threads[^1]!.Begin(_watcher.Watch);
        for (int i = 0; i < _seats.Length; i++)
        {
            Seat seat = _seats[i];
            threads[i]!.Begin(thread => _watcher.Sit(seat, thread));
        }
    }

    /// <summary>Has all seats end. Completes when the last connection has been released.</summary>
    [SuppressMessage("Usage", "VSTHRD003", Justification = "The task is completed by threads of PWB's own.")]
    public Task EndAsync()
    {
        foreach (Seat seat in _seats) seat.End();
        return _ended.Task;
    }

    private void OnEnded(Seat seat)
    {
        seat.Dispose();
        if (Interlocked.Decrement(ref _open) > 0) return;

        _spares.End();
        _watcher.End();
        _ended.TrySetResult();
    }
}

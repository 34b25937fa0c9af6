using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Pwb.Epoll;
using Pwb.Platform;
using Pwb.Server;
using Pwb.Tests.Infrastructure;
using Pwb.Threads;
using Pwb.Transports;

namespace Pwb.Tests.Server;

/// <summary>One listening socket in several seats. A test says where threads sit, so each seat shows what it does.</summary>
public sealed class SeatedListeningTests
{
    public SeatedListeningTests() => Skip.IfNot(ThisSystem.IsLinux, "Only Linux has epoll.");

    public static TheoryData<int> SeatCounts => [2, 4];

    [SkippableTheory]
    [MemberData(nameof(SeatCounts))]
    public async Task Each_seat_accepts_and_a_connection_stays_where_it_was_accepted(int count)
    {
        for (int i = 0; i < count; i++)
        {
            await using Listening listening = new(count);
            listening.Sit(i);
            using Socket client = listening.Connect();
            Transport connection = await listening.NextAsync(expectedSeat: i);
            Task<int> reading = connection.Stream.ReadAsync(new byte[10]).AsTask();
            client.Send("a"u8);
            (await reading.WaitAsync(Wire.SafetyTimeout)).Should().Be(1, "the only seat in which anybody sits has its events");
        }
    }

    [SkippableTheory]
    [MemberData(nameof(SeatCounts))]
    public async Task In_trouble_a_seat_accepts_nothing_until_it_is_told_to(int count)
    {
        await using Listening listening = new(count);
        listening.Sit(0);
        await listening.GetIntoTroubleAsync();
        using Socket client = listening.Connect();
        for (int i = 0; i < 3; i++) await listening.SeeEventsAsync(0);
        listening.HasAccepted.Should().BeFalse("the listener has left its epoll");
        listening.GoOn();
        await listening.NextAsync(expectedSeat: 0);
    }

    [SkippableTheory]
    [MemberData(nameof(SeatCounts))]
    public async Task In_trouble_a_seat_leaves_the_others_accepting(int count)
    {
        for (int i = 1; i < count; i++)
        {
            await using Listening listening = new(count);
            listening.Sit(0);
            await listening.GetIntoTroubleAsync();
            listening.Sit(i);
            using Socket client = listening.Connect();
            await listening.NextAsync(expectedSeat: i);
        }
    }

    /// <summary>A socket that listens in seats, and the threads that sit there.</summary>
    private sealed class Listening : IAsyncDisposable
    {
        private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        private readonly Seats _seats;
        private readonly SeatedListening _listening;
        private readonly ConcurrentQueue<(Transport Connection, string? Thread)> _accepted = new();
        private readonly SemaphoreSlim _arrivals = new(0);
        private readonly List<Transport> _connections = [];
        private readonly List<Thread> _threads = [];
        private Task<Transport?> _accepting;
        private volatile Exception? _failure;

        public Listening(int count)
        {
            _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            _listener.Listen();
            _seats = new Seats(count, TimeSpan.Zero);
            _listening = new SeatedListening(_seats, _listener, Admit, new DescriptorReserve());
            _accepting = Task.Run(_listening.Accept);
        }

        public bool HasAccepted => !_accepted.IsEmpty;

        /// <summary>Has a thread sit in a seat.</summary>
        public void Sit(int seat)
        {
            Thread thread = new(() => _seats.All[seat].Sit(WatchedThread.Begin())) { IsBackground = true, Name = $"seat {seat}" };
            thread.UnsafeStart();
            _threads.Add(thread);
        }

        public Socket Connect()
        {
            Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            client.Connect(_listener.LocalEndPoint!);
            return client;
        }

        /// <summary>The next connection, once it has been accepted.</summary>
        public async Task<Transport> NextAsync(int expectedSeat)
        {
            (await _arrivals.WaitAsync(Wire.SafetyTimeout)).Should().BeTrue("it is accepted");
            _accepted.TryDequeue(out (Transport Connection, string? Thread) accepted).Should().BeTrue();
            accepted.Thread.Should().Be($"seat {expectedSeat}");
            _connections.Add(accepted.Connection);
            return accepted.Connection;
        }

        /// <summary>Has one connection fail when it is taken over, where somebody sits.</summary>
        public async Task GetIntoTroubleAsync()
        {
            _failure = new InvalidDataException();
            using Socket client = Connect();
            Func<Task> accepting = () => _accepting.WaitAsync(Wire.SafetyTimeout);
            await accepting.Should().ThrowAsync<InvalidDataException>();
            _failure = null;
        }

        /// <summary>Has the seats accept again.</summary>
        public void GoOn() => _accepting = Task.Run(_listening.Accept);

        /// <summary>Completes when a seat has looked for events, and seen to all of them.</summary>
        public Task SeeEventsAsync(int seat)
        {
            Nobody nobody = new();
            _seats.All[seat].TellAgain(nobody);
            return nobody.Told.WaitAsync(Wire.SafetyTimeout);
        }

        public async ValueTask DisposeAsync()
        {
            _listening.Dispose();
            await _accepting.WaitAsync(Wire.SafetyTimeout).ContinueWith(
                _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            foreach (Transport connection in _connections)
            {
                connection.End(abort: true);
                await connection.ReleaseAsync();
            }

            foreach (Seat seat in _seats.All) seat.End();
            foreach (Thread thread in _threads) thread.Join(Wire.SafetyTimeout).Should().BeTrue("its seat has ended");
            foreach (Seat seat in _seats.All) seat.Dispose();
            _listener.Dispose();
            _arrivals.Dispose();
        }

        private IThreadPoolWorkItem? Admit(Transport connection)
        {
            if (_failure is { } failure) throw failure;
            _accepted.Enqueue((connection, Thread.CurrentThread.Name));
            _arrivals.Release();
            return null;
        }
    }

    private sealed class Nobody : IReadyTarget
    {
        private readonly TaskCompletionSource _told = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Told => _told.Task;

        public void OnReady(uint events) => _told.SetResult();
    }
}

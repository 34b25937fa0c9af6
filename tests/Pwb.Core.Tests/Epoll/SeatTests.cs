using System.Collections.Concurrent;
using System.Net.Sockets;
using Pwb.Epoll;
using Pwb.Platform;
using Pwb.Tests.Infrastructure;
using Pwb.Threads;

namespace Pwb.Tests.Epoll;

/// <summary>Handlers where their bytes arrive: whatever one of them does, it holds up nobody else.</summary>
public sealed partial class SeatTests
{
    private static readonly AsyncLocal<string?> Local = new();

    public SeatTests() => Skip.IfNot(ThisSystem.IsLinux, "Only Linux has epoll.");

    public static TheoryData<int> SeatCounts => [1, 2, 4];

    // Not always: on a busy machine a thread may be found asleep for reasons of its own, which sends handlers to the pool for a
    // second, or come too late to wait for what has arrived, and goes on in the pool then, whatever the handler has promised.
    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Any_handler_is_called_in_the_seat(bool neverBlocks)
    {
        ConcurrentQueue<bool> places = new();
        await using PwbServer server = await StartAsync(RequestHandler.From(_ => NotePlace(places), neverBlocks));
        using TcpClient client = await ConnectAsync(server);
        await AskUntilAsync(client, () => places.Contains(true));
    }

    [SkippableTheory]
    [MemberData(nameof(SeatCounts))]
    public async Task Handlers_that_block_for_ever_stall_nobody(int seats)
    {
        using ManualResetEventSlim release = new();
        int blocked = 0;
        await using PwbServer server = await StartAsync(
            RequestHandler.From(request =>
            {
                if (!request.RawPath.SequenceEqual("/block"u8)) return HttpResponse.Text("x");
                Interlocked.Increment(ref blocked);
                release.Wait(Wire.SafetyTimeout);
                return HttpResponse.Text("y");
            }),
            seats);
        using TcpClient other = await ConnectAsync(server);
        List<TcpClient> stuck = [];
        try
        {
            for (int i = 0; i < 20; i++)
            {
                stuck.Add(await ConnectAsync(server));
                await SendAsync(stuck[^1], "/block");
                await AskAsync(other);
                using TcpClient newcomer = await ConnectAsync(server);
                await AskAsync(newcomer);
            }

            SpinWait.SpinUntil(() => Volatile.Read(ref blocked) == 20, Wire.SafetyTimeout).Should().BeTrue();
            release.IsSet.Should().BeFalse();
        }
        finally
        {
            release.Set();
        }

        foreach (TcpClient client in stuck)
        {
            (await ReadAsync(client)).Should().EndWith("y");
            await AskAsync(client);
            client.Dispose();
        }
    }

    // Nothing tells the runtime that this one waits, and nothing but the kernel that it does not compute.
    [SkippableFact]
    public async Task One_that_computes_for_ever_stalls_nobody_either()
    {
        int isReleased = 0;
        await using PwbServer server = await StartAsync(RequestHandler.From(request =>
        {
            while (request.RawPath.SequenceEqual("/spin"u8) && Volatile.Read(ref isReleased) == 0) Thread.SpinWait(1000);
            return HttpResponse.Text("x");
        }));
        using TcpClient stuck = await ConnectAsync(server);
        using TcpClient other = await ConnectAsync(server);
        await AskAsync(stuck);
        await SendAsync(stuck, "/spin");
        for (int i = 0; i < 10; i++) await AskAsync(other);
        Volatile.Write(ref isReleased, 1);
        await ReadAsync(stuck);
    }

    [SkippableFact]
    public async Task A_handler_may_wait_for_its_own_content_and_for_its_own_server()
    {
        using HttpClient inner = new();
        using SemaphoreSlim waits = new(0);
        PwbServer? server = null;
        server = await StartAsync(RequestHandler.From(request =>
        {
            if (request.RawPath.SequenceEqual("/inner"u8)) return HttpResponse.Text("inner");
            byte[] buffer = new byte[10];
            int received = 0;
#pragma warning disable VSTHRD002 // to block is what this is about
            while (true)
            {
                Task<int> reading = request.Body.ReadAsync(buffer.AsMemory(received), CancellationToken.None).AsTask();
                if (received == 2) waits.Release();
                if (reading.Result == 0) break;
                received += reading.Result;
            }

            string text = inner.GetStringAsync(new Uri($"http://localhost:{server!.EndPoint.Port}/inner")).Result;
#pragma warning restore VSTHRD002
            return HttpResponse.Text($"{text} {Latin1.Text(buffer.AsSpan(0, received))}");
        }));
        await using (server)
        {
            using TcpClient client = await ConnectAsync(server);
            for (int i = 0; i < 20; i++)
            {
                await client.GetStream().WriteAsync(
                    Latin1.Bytes("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nab"));
                (await waits.WaitAsync(Wire.SafetyTimeout)).Should().BeTrue();
                await client.GetStream().WriteAsync(Latin1.Bytes("cde"));
                (await ReadAsync(client)).Should().EndWith("inner abcde");
            }
        }
    }

    [SkippableTheory]
    [InlineData("sync")]
    [InlineData("suppressed")]
    [InlineData("async")]
    public async Task What_is_current_in_a_handler_is_so_in_no_other(string way)
    {
        ConcurrentQueue<string?> seen = new();
        using SemaphoreSlim waits = new(0);
        await using PwbServer server = await StartAsync(new Leaking(way, seen, waits));
        using TcpClient first = await ConnectAsync(server);
        using TcpClient second = await ConnectAsync(server);
        for (int i = 0; i < 20; i++)
        {
            await first.GetStream().WriteAsync("POST /set HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\n"u8.ToArray());
            (await waits.WaitAsync(Wire.SafetyTimeout)).Should().BeTrue("the handler waits for its content, if it reads it");
            await first.GetStream().WriteAsync("a"u8.ToArray());
            await ReadAsync(first);
            // What is current when it is accepted would be so in its handlers.
            using TcpClient newcomer = await ConnectAsync(server);
            foreach (TcpClient client in new[] { newcomer, second, first }) await AskAsync(client);
        }

        seen.Should().HaveCount(80).And.OnlyContain(value => value == null);
    }

    // Without a server: there, whoever loses the seat often goes on in the pool for another reason, and shows nothing.
    [SkippableFact]
    public async Task Handlers_that_always_sleep_are_sent_to_the_pool_after_a_while()
    {
        await using SeatedPair pair = new();
        Task sleeping = SleepAsync(pair.Stream, pair.Seat);
        byte[] buffer = new byte[1];
        long end = Environment.TickCount64 + (long)Wire.SafetyTimeout.TotalMilliseconds;
        while (!pair.Seat.SendsHandlersToPool)
        {
            Environment.TickCount64.Should().BeLessThan(end, "it is noticed sooner");
            pair.Client.Send("x"u8);
            (await pair.Client.ReceiveAsync(buffer).WaitAsync(Wire.SafetyTimeout)).Should().Be(1);
        }

        pair.Client.Shutdown(SocketShutdown.Send);
        await sleeping.WaitAsync(Wire.SafetyTimeout);

        static async Task SleepAsync(Stream stream, Seat seat)
        {
            byte[] buffer = new byte[1];
            while (await stream.ReadAsync(buffer).ConfigureAwait(false) > 0)
            {
                if (seat.IsMine) Thread.Sleep(3); // what is tested: a thread that is asleep
                await stream.WriteAsync(buffer).ConfigureAwait(false);
            }
        }
    }

    [SkippableFact]
    public async Task Content_and_responses_are_whole_wherever_they_are_served()
    {
        byte[] content = new byte[3_000_000];
        Random.Shared.NextBytes(content);
        await using PwbServer server = await StartAsync(RequestHandler.From(Wire.EchoAsync), seats: 2);
        await Task.WhenAll(Enumerable.Range(0, 16).Select(async _ =>
        {
            using HttpClient client = new() { BaseAddress = new Uri($"http://localhost:{server.EndPoint.Port}/") };
            for (int i = 0; i < 3; i++)
            {
                using HttpResponseMessage response = await client.PostAsync("/", new ByteArrayContent(content));
                (await response.Content.ReadAsByteArrayAsync()).AsSpan().SequenceEqual(content).Should().BeTrue();
            }
        })).WaitAsync(Wire.SafetyTimeout);
    }

    [SkippableTheory]
    [MemberData(nameof(SeatCounts))]
    public async Task Many_clients_at_once_get_their_own_answers_and_a_stop_ends_all(int seats)
    {
        await using PwbServer server = await StartAsync(
            RequestHandler.From(request => HttpResponse.Text(Latin1.Text(request.RawPath))), seats);
        List<TcpClient> clients = [];
        for (int i = 0; i < 100; i++) clients.Add(await ConnectAsync(server));
        await Task.WhenAll(clients.Select(async (client, index) =>
        {
            for (int i = 0; i < 20; i++) (await AskAsync(client, $"/{index}-{i}")).Should().EndWith($"\r\n\r\n/{index}-{i}");
        })).WaitAsync(Wire.SafetyTimeout);
        await server.StopAsync(); // with its grace: a client that has its response may be served still
        foreach (TcpClient client in clients)
        {
            (await client.GetStream().ReadAsync(new byte[10]).AsTask().WaitAsync(Wire.SafetyTimeout)).Should().Be(0);
            client.Dispose();
        }
    }

    // As the pool's: recursion that is fine there is fine here.
    [SkippableFact]
    public async Task A_handler_has_as_much_stack_as_in_the_pool()
    {
        int inPool = await Task.Run(() => Depth(0));
        int inSeat = 0;
        await using PwbServer server = await StartAsync(RequestHandler.From(_ =>
        {
            if (WatchedThread.Current is not null) inSeat = Depth(0);
            return HttpResponse.Text("x");
        }));
        using TcpClient client = await ConnectAsync(server);
        await AskUntilAsync(client, () => Volatile.Read(ref inSeat) > 0);
        inSeat.Should().BeGreaterThan(inPool * 9 / 10);

        static int Depth(int depth)
        {
            Span<byte> some = stackalloc byte[4096];
            some[depth % some.Length] = 1;
            if (!System.Runtime.CompilerServices.RuntimeHelpers.TryEnsureSufficientExecutionStack()) return depth;
            return Depth(depth + 1) + (some[0] >> 7);
        }
    }

    private static HttpResponse NotePlace(ConcurrentQueue<bool> places)
    {
        places.Enqueue(WatchedThread.Current is not null);
        return HttpResponse.Text("x");
    }

    /// <summary>Notes what is current when it is called, and then makes something current, in several ways.</summary>
    private sealed class Leaking(string way, ConcurrentQueue<string?> seen, SemaphoreSlim waits) : IRequestHandler
    {
        public ValueTask<HttpResponse> HandleAsync(HttpRequest request, CancellationToken cancellationToken)
        {
            seen.Enqueue(Local.Value);
            if (!request.RawPath.SequenceEqual("/set"u8)) return new(HttpResponse.Text("x"));
            if (way == "async") return LeakAsync(request, cancellationToken);
            if (way == "suppressed") ExecutionContext.SuppressFlow();
            Local.Value = "mine";
            if (way != "sync") return LeakAsync(request, cancellationToken);
            waits.Release();
            return new(HttpResponse.Text("x"));
        }

        private async ValueTask<HttpResponse> LeakAsync(HttpRequest request, CancellationToken cancellationToken)
        {
            Local.Value = "mine";
            ValueTask reading = request.Body.ReadExactlyAsync(new byte[1], cancellationToken);
            waits.Release();
            await reading.ConfigureAwait(false);
            Local.Value = "mine";
            return HttpResponse.Text("x");
        }
    }
}

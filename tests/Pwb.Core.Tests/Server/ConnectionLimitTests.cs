using System.Net.Sockets;
using Pwb.Security;
using Pwb.Server;
using Pwb.Telemetry;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Server;

public sealed class ConnectionLimitTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

    private static readonly PwbServerOptions Two = new()
    {
        EndPoints = ServerEndPoint.Loopback(0),
        Limits = PwbServerLimits.Default with { MaxConnections = 2 },
    };

    [Fact]
    public async Task The_connection_that_was_idle_longest_makes_room()
    {
        var clock = new ManualClock();
        await using PwbServer server = new(options: Two with { TimeProvider = clock });
        await server.StartAsync();
        using TcpClient first = await AskAsync(server);
        await UntilIdleAsync(server, 1);
        clock.Advance(TimeSpan.FromSeconds(10));
        server.Tick();
        using TcpClient second = await AskAsync(server);
        await UntilIdleAsync(server, 2);

        using TcpClient third = await AskAsync(server);

        (await first.GetStream().ReadAsync(new byte[1])).Should().Be(0);
        await second.GetStream().WriteAsync(Latin1.Bytes(Get));
        (await ReadAsync(second)).Should().StartWith("HTTP/1.1 200 OK");
    }

    [Fact]
    public async Task Within_a_second_too_the_one_in_use_is_not_the_one_that_makes_room()
    {
        // A clock that stands still: it is always the same second.
        await using PwbServer server = new(options: Two with { TimeProvider = new ManualClock() });
        await server.StartAsync();
        using TcpClient used = await AskAsync(server), idle = await AskAsync(server);
        await UntilIdleAsync(server, 2);
        await used.GetStream().WriteAsync(Latin1.Bytes(Get));
        await ReadAsync(used);
        await UntilIdleAsync(server, 2);

        using TcpClient newcomer = await AskAsync(server);

        (await idle.GetStream().ReadAsync(new byte[1]).AsTask().WaitAsync(Wire.SafetyTimeout)).Should().Be(0);
        await used.GetStream().WriteAsync(Latin1.Bytes(Get));
        (await ReadAsync(used)).Should().StartWith("HTTP/1.1 200 OK");
    }

    [Fact]
    public async Task A_client_that_says_nothing_makes_room_before_one_that_asks_now_and_then()
    {
        var clock = new ManualClock();
        await using PwbServer server = new(options: Two with { TimeProvider = clock });
        await server.StartAsync();
        using TcpClient silent = new(server.EndPoint.Ip.AddressFamily);
        await silent.ConnectAsync(server.EndPoint.Ip);
        await UntilIdleAsync(server, 1);
        clock.Advance(TimeSpan.FromSeconds(3));
        server.Tick();
        using TcpClient used = await AskAsync(server);
        await UntilIdleAsync(server, 2);

        using TcpClient newcomer = await AskAsync(server);

        (await silent.GetStream().ReadAsync(new byte[1]).AsTask().WaitAsync(Wire.SafetyTimeout)).Should().Be(0);
        await used.GetStream().WriteAsync(Latin1.Bytes(Get));
        (await ReadAsync(used)).Should().StartWith("HTTP/1.1 200 OK");
    }

    [Fact]
    public async Task One_whose_first_request_may_be_under_way_makes_room_last()
    {
        await using PwbServer server = new(options: Two with { TimeProvider = new ManualClock() });
        await server.StartAsync();
        using TcpClient fresh = new(server.EndPoint.Ip.AddressFamily);
        await fresh.ConnectAsync(server.EndPoint.Ip);
        await UntilIdleAsync(server, 1);
        using TcpClient used = await AskAsync(server);
        await UntilIdleAsync(server, 2);

        using TcpClient newcomer = await AskAsync(server);

        (await used.GetStream().ReadAsync(new byte[1]).AsTask().WaitAsync(Wire.SafetyTimeout)).Should().Be(0);
        await fresh.GetStream().WriteAsync(Latin1.Bytes(Get));
        (await ReadAsync(fresh)).Should().StartWith("HTTP/1.1 200 OK");
    }

    [Fact]
    public async Task One_that_was_in_use_since_it_was_chosen_does_not_make_room()
    {
        await using PwbServer server = new(options: Two);
        await server.StartAsync();
        using TcpClient client = await AskAsync(server);
        await UntilIdleAsync(server, 1);
        List<ServerConnection> all = [];
        server.Reception.Connections.CopyTo(all);
        long chosen = all[0].IdleSince;
        await client.GetStream().WriteAsync(Latin1.Bytes(Get));
        await ReadAsync(client);
        await UntilIdleAsync(server, 1);

        all[0].Control.Evict(chosen).Should().BeFalse();
        all[0].Control.Evict(all[0].IdleSince).Should().BeTrue();
    }

    [Fact]
    public async Task One_whose_request_has_just_come_does_not_keep_the_next_from_making_room()
    {
        var clock = new ManualClock();

        // The one that has been silent longest has sent something, which its loop has yet to see.
        using TcpListener listener = new(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        using TcpClient busyClient = new();
        await busyClient.ConnectAsync((System.Net.IPEndPoint)listener.LocalEndpoint);
        using StalledStream busy = new(await listener.AcceptSocketAsync());
        await using PwbServer server = new(options: Two with
        {
            TimeProvider = clock,
            EndPoints = [.. ServerEndPoint.Loopback(0), ServerEndPoint.Over(new OneConnection(busy))],
        });
        await server.StartAsync();
        await busy.Waiting.WaitAsync(Wire.SafetyTimeout);
        await busyClient.GetStream().WriteAsync(Latin1.Bytes(Get));
        clock.Advance(TimeSpan.FromSeconds(10));
        server.Tick();
        using TcpClient idle = new(server.EndPoint.Ip.AddressFamily);
        await idle.ConnectAsync(server.EndPoint.Ip);

        // It has to be seen as idle first, which the pool decides.
        TcpClient next = await SendAsync(server);
        for (int tries = 0; tries < 100
            && !(await ReadAsync(next)).StartsWith("HTTP/1.1 200 OK", StringComparison.Ordinal); tries++)
        {
            next.Dispose();
            next = await SendAsync(server);
        }

        next.Connected.Should().BeTrue();
        next.Dispose();
        (await idle.GetStream().ReadAsync(new byte[1])).Should().Be(0);
        await server.StopAsync(new CancellationToken(canceled: true));
        busy.Release();
    }

    [Fact]
    public async Task Only_connections_that_were_accepted_make_room()
    {
        var clock = new ManualClock();
        await using PwbServer server = new(options: Two with { TimeProvider = clock });
        await server.StartAsync();
        ScriptedStream opened = new(); // by somebody else, and idle longest
        opened.Give(Get);
        Task serving = server.ServeAsync(opened);
        await opened.WaitUntilIdleAsync();
        clock.Advance(TimeSpan.FromSeconds(10));
        server.Tick();
        using TcpClient first = await AskAsync(server);
        await UntilIdleAsync(server, 2);
        clock.Advance(TimeSpan.FromSeconds(10));
        server.Tick();
        using TcpClient second = await AskAsync(server);
        await UntilIdleAsync(server, 3);
        using TcpClient third = await AskAsync(server);

        (await first.GetStream().ReadAsync(new byte[1]).AsTask().WaitAsync(Wire.SafetyTimeout)).Should().Be(0);
        serving.IsCompleted.Should().BeFalse();
        opened.EndInput();
        await serving.WaitAsync(Wire.SafetyTimeout);
    }

    [Fact]
    public async Task With_no_idle_connection_a_new_one_gets_503()
    {
        TaskCompletionSource release = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using SemaphoreSlim entered = new(0);
        await using PwbServer server = new(
            RequestHandler.From(async (_, _) =>
            {
                entered.Release();
                await release.Task;
                return HttpResponse.Text("late");
            }),
            Two);
        await server.StartAsync();
        using TcpClient first = await SendAsync(server), second = await SendAsync(server);
        await entered.WaitAsync(Wire.SafetyTimeout);
        await entered.WaitAsync(Wire.SafetyTimeout);

        using TcpClient third = await SendAsync(server);
        string refusal = await ReadAsync(third);
        refusal.Should().StartWith("HTTP/1.1 503 Service Unavailable\r\n").And.Contain("\r\nRetry-After: 1\r\n")
            .And.Contain("\r\nConnection: close\r\n");

        release.SetResult();
        (await ReadAsync(first)).Should().StartWith("HTTP/1.1 200 OK");
        (await ReadAsync(second)).Should().StartWith("HTTP/1.1 200 OK");
    }

    [Fact]
    public async Task What_cannot_be_served_gives_its_place_back()
    {
        await using PwbServer server = new(options: Two);
        await server.StartAsync();
        for (int i = 0; i < 2; i++)
        {
            server.Invoking(s => s.Reception.Admit(null!, new EntryRules(null, null))).Should().Throw<NullReferenceException>();
        }

        using TcpClient first = await AskAsync(server), second = await AskAsync(server);

        await first.GetStream().WriteAsync(Latin1.Bytes(Get));
        (await ReadAsync(first)).Should().StartWith("HTTP/1.1 200 OK", "nobody had to make room");
    }

    // A connection is idle a moment after its client has the answer.
    private static async Task UntilIdleAsync(PwbServer server, int count)
    {
        using CancellationTokenSource patience = new(Wire.SafetyTimeout);
        Census census = new();
        for (; census.Idle < count; server.Reception.Connections.AddTo(census = new Census()))
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private static async Task<TcpClient> AskAsync(PwbServer server)
    {
        TcpClient client = await SendAsync(server);
        (await ReadAsync(client)).Should().StartWith("HTTP/1.1 200 OK");
        return client;
    }

    private static async Task<TcpClient> SendAsync(PwbServer server)
    {
        TcpClient client = new(server.EndPoint.Ip.AddressFamily);
        await client.ConnectAsync(server.EndPoint.Ip);
        await client.GetStream().WriteAsync(Latin1.Bytes(Get));
        return client;
    }

    private static async Task<string> ReadAsync(TcpClient client)
    {
        byte[] buffer = new byte[4096];
        return Latin1.Text(buffer.AsSpan(0, await client.GetStream().ReadAsync(buffer).AsTask().WaitAsync(Wire.SafetyTimeout)));
    }

    /// <summary>A stream whose bytes have arrived, and whose reads do not say so.</summary>
    private sealed class StalledStream(Socket socket) : NetworkStream(socket, ownsSocket: true)
    {
        private readonly TaskCompletionSource _waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource<int> _release = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Waiting => _waiting.Task;

        public void Release() => _release.TrySetResult(0);

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _waiting.TrySetResult();
            return await _release.Task;
        }
    }

    private sealed class OneConnection(Stream stream) : IConnectionListener
    {
        private Stream? _left = stream;

        public async ValueTask<AcceptedConnection?> AcceptAsync(CancellationToken cancellationToken)
        {
            if (Interlocked.Exchange(ref _left, null) is { } own) return new AcceptedConnection(own);
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return null;
        }
    }
}

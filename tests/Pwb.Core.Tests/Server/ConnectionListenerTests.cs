using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Threading.Channels;
using Pwb.InMemory;
using Pwb.Tests.Infrastructure;
using Pwb.Tests.Tls;

namespace Pwb.Tests.Server;

public sealed class ConnectionListenerTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: any.example\r\nConnection: close\r\n\r\n";

    private static readonly IRequestHandler WhoAsks = RequestHandler.From(
        request => HttpResponse.Text($"{request.Scheme} {request.Connection.RemoteEndPoint}"));

    private readonly QueueListener _listener = new();

    [Fact]
    public async Task Its_connections_are_served_beside_those_of_a_port_and_after_a_stop_and_a_start()
    {
        using LogLines log = new();
        await using PwbServer server = new(
            WhoAsks, new PwbServerOptions { EndPoints = [.. ServerEndPoint.Loopback(0), ServerEndPoint.Over(_listener)] }, log);
        for (int i = 0; i < 2; i++)
        {
            await server.StartAsync();
            (await AskAsync(_listener.Connect())).Should().StartWith("HTTP/1.1 200 OK\r\n").And.EndWith("http 192.0.2.7:80");
            server.EndPoints[^1].ToString().Should().Be("queue");
            await server.StopAsync().WaitAsync(Wire.SafetyTimeout);
        }

        (await log.LineAsync("web server")).Should().EndWith(" queue");
    }

    [Fact]
    public async Task May_speak_TLS()
    {
        TlsOptions tls = new(ServerCertificate.SelfSigned());
        await using PwbServer server = new(
            WhoAsks, new PwbServerOptions { EndPoints = [ServerEndPoint.Over(_listener) with { Tls = tls }] });
        await server.StartAsync();

        await using SslStream session = new(_listener.Connect(), leaveInnerStreamOpen: false, (_, _, _, _) => true);
        await session.AuthenticateAsClientAsync("localhost").WaitAsync(Wire.SafetyTimeout);
        (await AskAsync(session)).Should().StartWith("HTTP/1.1 200 OK\r\n").And.EndWith("https 192.0.2.7:80");
    }

    [Fact]
    public async Task Its_failures_are_logged_and_it_is_asked_again()
    {
        using LogLines log = new();
        await using PwbServer server = new(WhoAsks, Options(), log);
        _listener.Fail();
        await server.StartAsync();

        (await log.LineAsync("cannot accept")).Should().Be("Warning: cannot accept connections on queue: the tunnel is down");
        (await AskAsync(_listener.Connect())).Should().StartWith("HTTP/1.1 200 OK");
    }

    [Fact]
    public async Task Its_connections_count_and_drain_like_any_other()
    {
        HeldHandler handler = new();
        await using PwbServer server = new(handler, Options() with { Limits = new PwbServerLimits { MaxConnections = 1 } });
        await server.StartAsync();
        Task<string> first = AskAsync(_listener.Connect());
        await handler.WaitUntilEnteredAsync();
        (await AskAsync(_listener.Connect())).Should().StartWith("HTTP/1.1 503");
        Task stopping = server.StopAsync();
        handler.Release();

        (await first.WaitAsync(Wire.SafetyTimeout)).Should().EndWith("done");
        await stopping.WaitAsync(Wire.SafetyTimeout);
    }

    [Fact]
    public async Task One_that_ends_or_does_not_look_at_its_token_holds_up_no_stop()
    {
        foreach (bool ends in (bool[])[true, false])
        {
            DeafListener deaf = new(ends);
            await using PwbServer server = new(WhoAsks, new PwbServerOptions { EndPoints = [ServerEndPoint.Over(deaf)] });
            await server.StartAsync();
            await deaf.WhenAskedAsync().WaitAsync(Wire.SafetyTimeout);
            await server.StopAsync().WaitAsync(Wire.SafetyTimeout);

            ScriptedStream late = new();
            deaf.Answer(late);
            if (!ends) await late.WaitUntilDisposedAsync().WaitAsync(Wire.SafetyTimeout);
        }
    }

    [Fact]
    public async Task One_whose_callback_on_its_token_throws_holds_up_no_stop_and_leaves_no_port_open()
    {
        ThrowingListener throwing = new();
        await using PwbServer server = new(
            WhoAsks, new PwbServerOptions { EndPoints = [ServerEndPoint.Over(throwing), .. ServerEndPoint.Loopback(0)] });
        await server.StartAsync();
        IPEndPoint port = server.EndPoints[1].Ip;
        await throwing.WhenAskedAsync().WaitAsync(Wire.SafetyTimeout);

        await server.StopAsync().WaitAsync(Wire.SafetyTimeout);

        using TcpClient client = new(port.AddressFamily);
        await client.Invoking(it => it.ConnectAsync(port)).Should().ThrowAsync<SocketException>();
    }

    [Fact]
    public async Task One_that_holds_the_thread_that_asks_it_holds_up_no_stop_and_its_late_connection_is_disposed_of()
    {
        HoldingListener holding = new();
        ScriptedStream late = new();
        await using PwbServer server = new(WhoAsks, new PwbServerOptions { EndPoints = [ServerEndPoint.Over(holding)] });
        await server.StartAsync();
        await holding.WhenAskedAsync().WaitAsync(Wire.SafetyTimeout);
        try
        {
            await server.StopAsync().WaitAsync(Wire.SafetyTimeout);
        }
        finally
        {
            holding.Answer(late);
        }

        await late.WaitUntilDisposedAsync().WaitAsync(Wire.SafetyTimeout);
    }

    [Fact]
    public async Task One_whose_name_throws_goes_by_its_type()
    {
        using LogLines log = new();
        await using PwbServer server = new(
            WhoAsks, new PwbServerOptions { EndPoints = [ServerEndPoint.Over(new NamelessListener())] }, log);
        await server.StartAsync();

        (await log.LineAsync("web server")).Should().Contain(" on NamelessListener");
        (await log.LineAsync("cannot accept")).Should().Contain("on NamelessListener: ");
    }

    [Fact]
    public void Takes_streams_with_both_directions()
    {
        FluentActions.Invoking(() => ServerEndPoint.Over(null!)).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => new AcceptedConnection(null!)).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => new AcceptedConnection(new MemoryStream([], writable: false)))
            .Should().Throw<ArgumentException>();
        ServerEndPoint.Over(_listener).Should().Be(ServerEndPoint.Over(_listener))
            .And.NotBe(ServerEndPoint.Over(new QueueListener()));
    }

    private static async Task<string> AskAsync(Stream stream)
    {
        await stream.WriteAsync(Latin1.Bytes(Get));
        return Latin1.Text(await Wire.ReadAllAsync(stream, CancellationToken.None).WaitAsync(Wire.SafetyTimeout));
    }

    private PwbServerOptions Options() => new() { EndPoints = [ServerEndPoint.Over(_listener)] };

    private sealed class QueueListener : IConnectionListener
    {
        private readonly Channel<Stream?> _streams = Channel.CreateUnbounded<Stream?>();

        public async ValueTask<AcceptedConnection?> AcceptAsync(CancellationToken cancellationToken)
        {
            Stream stream = await _streams.Reader.ReadAsync(cancellationToken) ?? throw new IOException("the tunnel is down");
            return new AcceptedConnection(stream) { RemoteEndPoint = new IPEndPoint(IPAddress.Parse("192.0.2.7"), 80) };
        }

        public Stream Connect()
        {
            MemoryPipe requests = new(), responses = new();
            _streams.Writer.TryWrite(new ConnectionEnd(requests, responses, static _ => { }));
            return new ConnectionEnd(responses, requests, static _ => { });
        }

        public void Fail() => _streams.Writer.TryWrite(null);

        public override string ToString() => "queue";
    }

    private sealed class DeafListener(bool ends) : IConnectionListener
    {
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource<AcceptedConnection?> _answer = new(
            TaskCreationOptions.RunContinuationsAsynchronously);

        public ValueTask<AcceptedConnection?> AcceptAsync(CancellationToken cancellationToken)
        {
            _asked.TrySetResult();
            return ends ? default : new ValueTask<AcceptedConnection?>(_answer.Task);
        }

        public Task WhenAskedAsync() => _asked.Task;

        public void Answer(Stream stream) => _answer.TrySetResult(new AcceptedConnection(stream));
    }

    private sealed class HoldingListener : IConnectionListener
    {
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource<AcceptedConnection?> _answer = new(
            TaskCreationOptions.RunContinuationsAsynchronously);

        public ValueTask<AcceptedConnection?> AcceptAsync(CancellationToken cancellationToken)
        {
            _asked.TrySetResult();
            ((IAsyncResult)_answer.Task).AsyncWaitHandle.WaitOne(); // as code that knows no await
            return new ValueTask<AcceptedConnection?>(_answer.Task);
        }

        public Task WhenAskedAsync() => _asked.Task;

        public void Answer(Stream stream) => _answer.TrySetResult(new AcceptedConnection(stream));
    }

    private sealed class NamelessListener : IConnectionListener
    {
        public ValueTask<AcceptedConnection?> AcceptAsync(CancellationToken cancellationToken) =>
            throw new IOException("the tunnel is down");

        public override string ToString() => throw new InvalidOperationException("no name");
    }

    private sealed class ThrowingListener : IConnectionListener
    {
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async ValueTask<AcceptedConnection?> AcceptAsync(CancellationToken cancellationToken)
        {
            await using CancellationTokenRegistration registration =
                cancellationToken.Register(() => throw new InvalidOperationException("callback"));
            _asked.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            return null;
        }

        public Task WhenAskedAsync() => _asked.Task;
    }
}

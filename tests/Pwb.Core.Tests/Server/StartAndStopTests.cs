using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pwb.Logging;
using Pwb.Server;
using Pwb.Tests.Infrastructure;
using Pwb.Tests.Tls;

namespace Pwb.Tests.Server;

/// <summary>Starting is all or nothing, and nothing of one run, or of whoever starts it, reaches the next or a request.</summary>
public sealed class StartAndStopTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

    private static readonly AsyncLocal<string?> Ambient = new();
    private static readonly PwbServerOptions FreePort = new() { EndPoints = ServerEndPoint.Loopback(0) };

    [Fact]
    public async Task A_start_that_fails_leaves_nothing_open_and_may_be_tried_again()
    {
        using RSA key = RSA.Create(2048);
        using X509Certificate2 certificate =
            new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(
                DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(1));
        TlsOptions tls = new(ServerCertificate.From(certificate));
        certificate.Dispose();
        IPEndPoint plain = new(IPAddress.Loopback, OwnPort.Take());
        await using PwbServer server = new(
            options: new PwbServerOptions
            {
                EndPoints = [
                new(plain), new ServerEndPoint(new IPEndPoint(IPAddress.Loopback, 0)) { Tls = tls }]
            });

        for (int i = 0; i < 2; i++) await server.Invoking(s => s.StartAsync()).Should().ThrowAsync<InvalidOperationException>();

        await this.Invoking(_ => ConnectAsync(plain)).Should().ThrowAsync<SocketException>();
        server.Invoking(s => s.EndPoint).Should().Throw<InvalidOperationException>();
        await server.StopAsync().WaitAsync(Wire.SafetyTimeout);
    }

    [Fact]
    public async Task An_end_point_that_fails_in_another_way_than_sockets_do_leaves_none_bound()
    {
        IPEndPoint first = new(IPAddress.Loopback, OwnPort.Take());
        ServerEndPoint odd = new ServerEndPoint(first) with { Address = new OddEndPoint() };
        FluentActions.Invoking(() => Listener.Bind([new(first), odd], 1, deferAccept: false, new ServerLog(NullLogger.Instance)))
            .Should().Throw<NotSupportedException>();
        await this.Invoking(_ => ConnectAsync(first)).Should().ThrowAsync<SocketException>();
    }

    [Fact]
    public async Task A_token_that_is_cancelled_after_its_stop_does_not_end_the_grace_of_the_next()
    {
        TaskCompletionSource entered = new(TaskCreationOptions.RunContinuationsAsynchronously),
            release = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using CancellationTokenSource late = new();
        using LogLines lines = new();
        using Watcher log = new(lines, "stopped", late.Cancel);
        await using PwbServer server = new(
            RequestHandler.From(async (_, _) =>
            {
                entered.SetResult();
                await release.Task;
                return HttpResponse.Text("done");
            }),
            FreePort,
            log);
        await server.StartAsync();
        await server.StopAsync(late.Token);
        late.IsCancellationRequested.Should().BeTrue();

        await server.StartAsync();
        using TcpClient client = await ConnectAsync(server.EndPoint.Ip);
        await client.GetStream().WriteAsync(Latin1.Bytes(Get));
        await entered.Task.WaitAsync(Wire.SafetyTimeout);
        Task stopping = server.StopAsync();
        await lines.LineAsync("connections still open: 1");
        release.SetResult();
        (await ReadAsync(client)).Should().StartWith("HTTP/1.1 200 OK");
        client.Close();
        await stopping.WaitAsync(Wire.SafetyTimeout);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Requests_see_nothing_of_the_AsyncLocals_of_whoever_starts_the_server_or_gives_it_a_stream(bool asStream)
    {
        Ambient.Value = "the starter's";
        TaskCompletionSource<string?> seen = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using PwbServer server = new(See(seen), FreePort);
        Task serving = Task.CompletedTask;
        ScriptedStream stream = new();
        using TcpClient client = new();
        if (asStream)
        {
            stream.Give(Get);
            serving = server.ServeAsync(stream);
        }
        else
        {
            await server.StartAsync();
            await client.ConnectAsync(server.EndPoint.Ip);
            await client.GetStream().WriteAsync(Latin1.Bytes(Get));
        }

        (await seen.Task.WaitAsync(Wire.SafetyTimeout)).Should().BeNull();
        await server.StopAsync(new CancellationToken(canceled: true));
        await serving.WaitAsync(Wire.SafetyTimeout);
    }

    [Fact]
    public async Task Requests_see_nothing_of_the_AsyncLocals_of_a_logger()
    {
        TaskCompletionSource<string?> seen = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using LogLines lines = new();
        using Watcher log = new(lines, "", () => Ambient.Value = "the logger's");
        await using PwbServer server = new(See(seen), FreePort, log);
        await server.StartAsync();
        using TcpClient client = await ConnectAsync(server.EndPoint.Ip);
        await client.GetStream().WriteAsync(Latin1.Bytes(Get));

        (await seen.Task.WaitAsync(Wire.SafetyTimeout)).Should().BeNull();
        lines.Lines.Should().Contain(line => line.Contains("made a request", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_time_provider_that_throws_costs_a_line_in_the_log_and_nothing_else()
    {
        using LogLines lines = new();
        await using PwbServer server = new(options: FreePort with { TimeProvider = new BrokenClock() }, loggerFactory: lines);
        for (int i = 0; i < 2; i++)
        {
            await server.StartAsync();
            server.Tick();
            using TcpClient client = await ConnectAsync(server.EndPoint.Ip);
            await client.GetStream().WriteAsync(Latin1.Bytes(Get));
            (await ReadAsync(client)).Should().StartWith("HTTP/1.1 200 OK").And.Contain("\r\nDate: ");
            await server.StopAsync().WaitAsync(Wire.SafetyTimeout);
        }

        (await lines.LineAsync("the time provider failed")).Should().StartWith("Error: ")
            .And.EndWith($"({nameof(InvalidTimeZoneException)})");
        lines.Lines.Should().ContainSingle(line => line.Contains("the time provider failed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_owner_that_disposes_synchronously_may_do_so()
    {
        IPEndPoint endPoint = new(IPAddress.Loopback, OwnPort.Take());
        using (PwbServer server = new(options: new PwbServerOptions { EndPoints = [new(endPoint)] }))
        {
            await server.StartAsync();
            (await ConnectAsync(endPoint)).Dispose();
        }

        await this.Invoking(_ => ConnectAsync(endPoint)).Should().ThrowAsync<SocketException>();
    }

    [Fact]
    public async Task A_handler_may_stop_the_server_if_it_does_not_wait_for_it()
    {
        PwbServer? server = null;
        await using PwbServer owned = server = new PwbServer(
            RequestHandler.From(request =>
            {
                _ = server!.StopAsync();
                return HttpResponse.Text("bye");
            }),
            FreePort);
        await server.StartAsync();
        Task running = server.RunUntilStoppedAsync();
        using TcpClient client = await ConnectAsync(server.EndPoint.Ip);
        await client.GetStream().WriteAsync(Latin1.Bytes(Get));

        (await ReadAsync(client)).Should().StartWith("HTTP/1.1 200 OK").And.Contain("\r\nConnection: close\r\n")
            .And.EndWith("bye");
        client.Close();
        await running.WaitAsync(Wire.SafetyTimeout);
    }

    [Fact]
    public async Task Running_until_stopped_takes_a_server_that_listens_already_and_ends_with_its_token()
    {
        using CancellationTokenSource stop = new();
        IPEndPoint endPoint = new(IPAddress.Loopback, OwnPort.Take());
        await using PwbServer server = new(options: new PwbServerOptions { EndPoints = [new(endPoint)] });
        await server.StartAsync();
        Task running = server.RunUntilStoppedAsync(stop.Token);
        (await ConnectAsync(endPoint)).Dispose();
        await stop.CancelAsync();
        await running.WaitAsync(Wire.SafetyTimeout);
        await this.Invoking(_ => ConnectAsync(endPoint)).Should().ThrowAsync<SocketException>();
        await server.RunUntilStoppedAsync(stop.Token).WaitAsync(Wire.SafetyTimeout);

        await server.StartAsync();
        await server.RunUntilStoppedAsync(stop.Token).WaitAsync(Wire.SafetyTimeout);
        server.Invoking(s => s.EndPoints).Should().Throw<InvalidOperationException>(
            "a token that is cancelled already stops what listens");
    }

    private static IRequestHandler See(TaskCompletionSource<string?> seen) => RequestHandler.From(_ =>
    {
        seen.TrySetResult(Ambient.Value);
        return HttpResponse.Text("seen");
    });

    private static async Task<TcpClient> ConnectAsync(IPEndPoint endPoint)
    {
        TcpClient client = new(endPoint.AddressFamily);
        await client.ConnectAsync(endPoint);
        return client;
    }

    private static async Task<string> ReadAsync(TcpClient client)
    {
        byte[] buffer = new byte[4096];
        return Latin1.Text(buffer.AsSpan(0, await client.GetStream().ReadAsync(buffer).AsTask().WaitAsync(Wire.SafetyTimeout)));
    }

    private sealed class OddEndPoint() : IPEndPoint(IPAddress.Loopback, 1)
    {
        public override SocketAddress Serialize() => throw new NotSupportedException();
    }

    [Fact]
    public async Task Run_until_stopped_does_not_even_start_with_a_token_that_is_cancelled()
    {
        using LogLines log = new();
        await using PwbServer server = new(
            options: new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(0) }, loggerFactory: log);
        await server.RunUntilStoppedAsync(new CancellationToken(canceled: true));
        log.Lines.Should().BeEmpty();
    }

    private sealed class BrokenClock : TimeProvider
    {
        public override long GetTimestamp() => throw new InvalidTimeZoneException();

        public override DateTimeOffset GetUtcNow() => throw new InvalidTimeZoneException();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            throw new InvalidTimeZoneException();
    }

    /// <summary>Does something behind each line that begins in a certain way.</summary>
    private sealed class Watcher(LogLines lines, string beginning, Action act) : ILoggerFactory, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Debug;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lines.Log(logLevel, eventId, state, exception, formatter);
            if (formatter(state, exception).StartsWith(beginning, StringComparison.Ordinal)) act();
        }

        public void Dispose()
        {
        }
    }
}

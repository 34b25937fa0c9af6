using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using Pwb.Tests.Infrastructure;
using Pwb.Time;

namespace Pwb.Tests.Tls;

/// <content>How sessions end.</content>
public sealed partial class SessionTests
{
    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")]
    [InlineData("GET / HTTP/1.0\r\n\r\n")]
    [InlineData("nonsense\r\n\r\n")]
    public async Task Says_that_the_end_is_the_end(string request)
    {
        await using PwbServer server = await StartAsync(_ => HttpResponse.Text("x"));
        using TlsClient client = await TlsClient.ConnectAsync(server, protocols: SslProtocols.Tls12);
        await client.SendAsync(request);

        (await client.ReadToEndAsync()).Should().NotBeEmpty();

        client.LastRecordType.Should().Be(Alert, "it is close_notify: RFC 9112 §9.8");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_session_that_somebody_else_has_opened_ends_with_close_notify_too(bool isIdle)
    {
        await using PwbServer server = new();
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        Task<TlsClient> connecting = TlsClient.ConnectAsync((IPEndPoint)listener.LocalEndpoint, protocols: SslProtocols.Tls12);
        SslStream session = new(new NetworkStream(await listener.AcceptSocketAsync(), ownsSocket: true));
        await session.AuthenticateAsServerAsync(ServerCertificate.SelfSigned().Current);
        using TlsClient client = await connecting;
        Task serving = server.ServeAsync(session);

        await client.SendAsync($"GET / HTTP/1.1\r\nHost: localhost\r\n{(isIdle ? "" : "Connection: close\r\n")}\r\n");
        (await client.ReadAsync()).Should().StartWith("HTTP/1.1 200 OK");
        if (isIdle) await server.StopAsync();

        (await client.ReadToEndAsync()).Should().BeEmpty();
        client.LastRecordType.Should().Be(Alert, "it is close_notify: RFC 9112 §9.8");
        await serving.WaitAsync(Wire.SafetyTimeout);
    }

    [Fact]
    public async Task A_client_that_has_said_its_end_gets_its_answer_and_the_end()
    {
        await using PwbServer server = await StartAsync(_ => HttpResponse.Text("x"));
        using TlsClient client = await TlsClient.ConnectAsync(server, protocols: SslProtocols.Tls12);
        await client.SendAsync(Get);
        await client.Stream.ShutdownAsync();

        WireResponse.ParseAll(await client.ReadToEndAsync()).Should().ContainSingle().Which.Status.Should().Be(200);
        client.LastRecordType.Should().Be(Alert);
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task A_client_that_says_its_end_behind_its_last_request_gets_all_of_its_answer(SslProtocols protocol)
    {
        byte[] content = RandomNumberGenerator.GetBytes(5_000_000); // more than the client's system takes
        TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously),
            release = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using PwbServer server = await StartAsync(RequestHandler.From(async (_, _) =>
        {
            ended.SetResult();
            await release.Task;
            return HttpResponse.Bytes(content);
        }));
        using TlsClient client = await TlsClient.ConnectAsync(server, protocols: protocol);
        await client.SendAsync("GET /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        await ended.Task.WaitAsync(Wire.SafetyTimeout);
        // Its close_notify is data to the system: to close with it unread would reset the connection.
        await client.Stream.ShutdownAsync();
        release.SetResult();

        WireResponse.ParseAll(await client.ReadToEndAsync()).Should().ContainSingle()
            .Which.Content.AsSpan().SequenceEqual(content).Should().BeTrue();
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task An_idle_connection_is_told_its_end_by_deadlines_and_when_the_server_stops(bool stop, bool afterRequest)
    {
        ManualClock clock = new();
        await using PwbServer server = await StartAsync(
            _ => HttpResponse.Text("x"), new PwbServerOptions { TimeProvider = clock, Limits = Patient });
        using TlsClient client = await TlsClient.ConnectAsync(server, protocols: SslProtocols.Tls12);
        if (afterRequest)
        {
            await client.SendAsync(Get);
            await client.ReadAsync();
        }

        // The client's handshake is over a moment before the server's, which a stop would end without an alert.
        await ServerWait.UntilAsync(server, afterRequest ? Wait.NextRequest : Wait.FirstByte);
        Task<string> end = client.ReadAsync();
        Task stopping = stop ? server.StopAsync() : Task.CompletedTask;
        while (!end.IsCompleted)
        {
            // A stop waits a second for a newcomer.
            clock.Advance(stop ? TimeSpan.FromMilliseconds(10) : TimeSpan.FromSeconds(10));
            server.Tick();
            await Task.Yield();
        }

        (await end).Should().BeEmpty();
        client.LastRecordType.Should().Be(Alert);
        await stopping.WaitAsync(Wire.SafetyTimeout);
    }

    [Fact]
    public async Task A_body_that_fails_half_way_does_not_look_whole()
    {
        TaskCompletionSource received = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using PwbServer server = await StartAsync(_ => new HttpResponse(200, ResponseBody.Push(async (output, token) =>
        {
            await output.WriteAsync(new byte[1000], token);
            await output.FlushAsync(token);
            await received.Task;
            throw new InvalidOperationException("half-way");
        })));
        using TlsClient client = await TlsClient.ConnectAsync(server, protocols: SslProtocols.Tls12);
        await client.SendAsync(Get);
        (await client.ReadAsync()).Should().NotBeEmpty();
        received.SetResult();

        await client.Invoking(c => c.ReadToEndAsync()).Should().ThrowAsync<IOException>();

        client.LastRecordType.Should().Be(Data, "there was no close_notify");
    }

    [Fact]
    public async Task A_reset_cancels_the_token_of_a_handler()
    {
        TaskCompletionSource entered = new(TaskCreationOptions.RunContinuationsAsynchronously),
            cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using PwbServer server = await StartAsync(RequestHandler.From(async (_, token) =>
        {
            await using CancellationTokenRegistration registration = token.Register(cancelled.SetResult);
            entered.SetResult();
            await cancelled.Task;
            return HttpResponse.Text("never");
        }));
        using TlsClient client = await TlsClient.ConnectAsync(server);
        await client.SendAsync(Get);
        await entered.Task.WaitAsync(Wire.SafetyTimeout);

        client.Socket.Close(timeout: 0);

        await cancelled.Task.WaitAsync(Wire.SafetyTimeout);
    }

    [Fact]
    public async Task A_client_that_does_not_take_its_response_is_aborted()
    {
        ManualClock clock = new();
        LogLines log = new();
        await using PwbServer server = await StartAsync(
            _ => HttpResponse.Bytes(new byte[50_000_000]), new PwbServerOptions { TimeProvider = clock }, log);
        using TlsClient client = await TlsClient.ConnectAsync(server);
        await client.SendAsync(Get);
        await client.ReadAsync();

        Task<string> ended = log.LineAsync("ended");
        while (!ended.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            server.Tick();
            await Task.Yield();
        }

        (await ended).Should().EndWith("the client did not take the response in time");
    }

    [Fact]
    public async Task A_request_in_flight_is_finished_when_the_server_stops()
    {
        TaskCompletionSource entered = new(TaskCreationOptions.RunContinuationsAsynchronously),
            release = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using PwbServer server = await StartAsync(RequestHandler.From(async (_, _) =>
        {
            entered.SetResult();
            await release.Task;
            return HttpResponse.Text("late");
        }));
        using TlsClient client = await TlsClient.ConnectAsync(server, protocols: SslProtocols.Tls12);
        await client.SendAsync(Get);
        await entered.Task.WaitAsync(Wire.SafetyTimeout);

        Task stopping = server.StopAsync();
        release.SetResult();

        WireResponse response = WireResponse.ParseAll(await client.ReadToEndAsync()).Should().ContainSingle().Subject;
        response["Connection"].Should().Be("close");
        client.LastRecordType.Should().Be(Alert);
        client.Dispose();
        await stopping.WaitAsync(Wire.SafetyTimeout);
    }

    [Fact]
    public async Task What_is_broken_on_its_way_ends_the_connection_in_one_line_at_Debug()
    {
        LogLines log = new();
        await using PwbServer server = await StartAsync(_ => HttpResponse.Text("x"), log: log);
        using TlsClient client = await TlsClient.ConnectAsync(server, protocols: SslProtocols.Tls12);

        client.Socket.Send([Data, 3, 3, 0, 40, .. RandomNumberGenerator.GetBytes(40)]); // no key of theirs has made this

        (await log.LineAsync("ended")).Should().StartWith("Debug: 127.0.0.1:").And.NotContain("\n");
        log.Lines.Should().NotContain(line => line.StartsWith("Error", StringComparison.Ordinal));
    }
}

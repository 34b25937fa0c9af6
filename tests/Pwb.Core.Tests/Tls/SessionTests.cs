using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using Pwb.Tests.Infrastructure;
using Pwb.Time;

namespace Pwb.Tests.Tls;

/// <summary>The connection loop over TLS: the same as over TCP, and an end that can be told from a cut.</summary>
public sealed class SessionTests : IDisposable
{
    private const string Get = "GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n";

    // RFC 5246 §6.2.1.
    private const int Alert = 21, Data = 23;

    private static readonly TlsOptions Tls = new(ServerCertificate.SelfSigned());

    // Time flies in some tests: only the wait that they are about may come to an end by it.
    private static readonly PwbServerLimits Patient = new()
    {
        TlsHandshakeTimeout = TimeSpan.FromDays(1),
        ResponseTimeout = TimeSpan.FromDays(1),
        LingerTimeout = TimeSpan.FromDays(1),
        ShutdownGracePeriod = TimeSpan.FromDays(1),
    };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pwb-tls-");

    public static TheoryData<SslProtocols> Protocols => [SslProtocols.Tls12, SslProtocols.Tls13];

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task Keeps_a_connection_and_answers_pipelined_requests_in_order(SslProtocols protocol)
    {
        await using PwbServer server = await StartAsync(request => HttpResponse.Text(request.Path));
        using TlsClient client = await TlsClient.ConnectAsync(server, protocols: protocol);
        for (int i = 0; i < 3; i++)
        {
            await client.SendAsync(Get);
            (await client.ReadAsync()).Should().EndWith("/x");
        }

        // In one record, in records of their own, and one that is cut into records of a byte each.
        string[] requests = [.. Enumerable.Range(0, 150).Select(i => $"GET /{i} HTTP/1.1\r\nHost: localhost\r\n\r\n")];
        await client.SendAsync(string.Concat(requests[..50]));
        foreach (string request in requests[50..149]) await client.SendAsync(request);
        foreach (char character in requests[149].Replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n", StringComparison.Ordinal))
            await client.SendAsync(character.ToString());

        WireResponse.ParseAll(await client.ReadToEndAsync()).Select(response => Latin1.Text(response.Content))
            .Should().Equal(Enumerable.Range(0, 150).Select(i => string.Create(CultureInfo.InvariantCulture, $"/{i}")));
    }

    [Theory]
    [InlineData("GET https://localhost/ HTTP/1.1\r\nHost: localhost", 200)]
    [InlineData("GET http://localhost/ HTTP/1.1\r\nHost: localhost", 421)] // RFC 9110 §7.4: another scheme is another resource
    // Whether a certificate is good enough is for the client to say.
    [InlineData("GET / HTTP/1.1\r\nHost: not.in.the.certificate.example", 200)]
    public async Task Serves_https_alone_and_leaves_it_to_the_client_what_the_certificate_is_good_for(string head, int status)
    {
        await using PwbServer server = await StartAsync(
            request => HttpResponse.Text(request.Scheme), new PwbServerOptions { AllowedHosts = ["*"] });
        using TlsClient client = await TlsClient.ConnectAsync(server);

        await client.SendAsync($"{head}\r\nConnection: close\r\n\r\n");

        WireResponse.ParseAll(await client.ReadToEndAsync())[0].Status.Should().Be(status);
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task A_large_file_and_a_range_of_it_arrive_as_they_are(SslProtocols protocol)
    {
        byte[] content = RandomNumberGenerator.GetBytes(5_000_001);
        await File.WriteAllBytesAsync(Path.Combine(_folder.FullName, "a"), content);
        await using PwbServer server = await StartAsync(new StaticFileHandler(_folder.FullName));
        using TlsClient client = await TlsClient.ConnectAsync(server, protocols: protocol);

        await client.SendAsync(
            "GET /a HTTP/1.1\r\nHost: localhost\r\n\r\nGET /a HTTP/1.1\r\nHost: localhost\r\nRange: bytes=1000-2000999\r\n"
                + "Connection: close\r\n\r\n");

        WireResponse[] responses = [.. WireResponse.ParseAll(await client.ReadToEndAsync())];
        responses.Select(response => response.Status).Should().Equal(200, 206);
        responses[0].Content.AsSpan().SequenceEqual(content).Should().BeTrue();
        responses[1].Content.AsSpan().SequenceEqual(content.AsSpan(1000, 2_000_000)).Should().BeTrue();
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task An_upload_comes_back_while_it_is_still_being_sent(SslProtocols protocol)
    {
        await using PwbServer server = await StartAsync(
            RequestHandler.From(
                (request, _) =>
                    new ValueTask<HttpResponse>(
                        new HttpResponse(
                            200, ResponseBody.Push((output, token) => new ValueTask(request.Body.CopyToAsync(output, token)))))));
        byte[] content = RandomNumberGenerator.GetBytes(3_000_000);
        using TlsClient client = await TlsClient.ConnectAsync(server, protocols: protocol);

        Task<byte[]> answer = client.ReadToEndAsync();
        await client.SendAsync(
            $"POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {content.Length}\r\n\r\n");
        await client.Stream.WriteAsync(content).AsTask().WaitAsync(Wire.SafetyTimeout);

        WireResponse.ParseAll(await answer).Should().ContainSingle()
            .Which.Content.AsSpan().SequenceEqual(content).Should().BeTrue();
    }

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
    public async Task A_head_that_stalls_in_the_middle_of_a_record_is_answered_with_408()
    {
        ManualClock clock = new();
        await using PwbServer server = await StartAsync(
            _ => HttpResponse.Text("x"), new PwbServerOptions { TimeProvider = clock, Limits = Patient });
        using TlsClient client = await TlsClient.ConnectAsync(server, protocols: SslProtocols.Tls12);
        await client.SendAsync(Get + "GET / HT");
        (await client.ReadAsync()).Should().EndWith("x", "it has all of this");
        client.Socket.Send([Data, 3, 3, 1, 0, 1, 2, 3]); // 8 bytes of a record of 256

        Task<byte[]> answer = client.ReadToEndAsync();
        while (!answer.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            server.Tick();
            await Task.Yield();
        }

        WireResponse.ParseAll(await answer).Should().ContainSingle().Which.Status.Should().Be(408);
        client.LastRecordType.Should().Be(Alert);
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

    [Fact]
    public async Task The_scheme_of_a_request_is_that_of_its_connection()
    {
        LogLines log = new();
        await using PwbServer server = await StartAsync(
            request => HttpResponse.Text(request.Scheme), new PwbServerOptions { AccessLogFormat = AccessLogFormat.Json }, log);
        using TlsClient client = await TlsClient.ConnectAsync(server);
        await client.SendAsync(Get);
        (await client.ReadAsync()).Should().EndWith("https");

        await log.LineAsync("\"url.scheme\":\"https\"");

        new HttpRequest("GET", "/").Scheme.Should().Be("http");
        new HttpRequest("GET", "/") { Connection = new() { IsSecure = true } }.Scheme.Should().Be("https");
    }

    private static Task<PwbServer> StartAsync(
        Func<HttpRequest, HttpResponse> handler, PwbServerOptions? options = null, LogLines? log = null) =>
        StartAsync(RequestHandler.From(handler), options, log);

    private static async Task<PwbServer> StartAsync(
        IRequestHandler handler, PwbServerOptions? options = null, LogLines? log = null)
    {
        PwbServer server = new(
            handler,
            (options ?? new PwbServerOptions()) with
            {
                EndPoints = [
                new ServerEndPoint(new IPEndPoint(IPAddress.Loopback, 0)) { Tls = Tls }]
            }, log);
        await server.StartAsync();
        return server;
    }
}

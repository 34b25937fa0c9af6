using System.Globalization;
using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Tls;

/// <summary>The connection loop over TLS: the same as over TCP, and an end that can be told from a cut.</summary>
public sealed partial class SessionTests : IDisposable
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

using System.Globalization;
using Pwb.Http1;
using Pwb.Protocol;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Connections;

/// <summary>What a response does to its connection, as a table, without a connection.</summary>
public sealed class ResponsePlanTests
{
    private const long MaxDrained = 100;

    [Theory]
    // request line and fields | response | content left: "" none, "due" waits for 100, a number of bytes |
    // framing, source, and what else
    [InlineData("GET /", "200 memory", "", "Sized Memory")]
    [InlineData("GET /", "200 empty", "", "Sized Nowhere")]
    [InlineData("GET /", "200 push", "", "Chunked Body")]
    [InlineData("GET /", "200 push 5", "", "Sized Body")]
    [InlineData("GET /", "200 push 0", "", "Sized Body")]
    [InlineData("HEAD /", "200 memory", "", "Sized Nowhere")]
    [InlineData("HEAD /", "200 push", "", "Chunked Nowhere")]
    [InlineData("HEAD /", "200 push 0", "", "Sized Nowhere")]
    [InlineData("GET /", "204 empty", "", "Sized Nowhere")]
    [InlineData("GET /", "304 empty", "", "Sized Nowhere")]
    [InlineData("GET / close", "200 memory", "", "Sized Memory closes")]
    [InlineData("GET / 1.0", "200 memory", "", "Sized Memory closes")]
    [InlineData("GET / 1.0 keep-alive", "200 memory", "", "Sized Memory")]
    [InlineData("GET / 1.0 keep-alive", "200 push 5", "", "Sized Body")]
    [InlineData("GET / 1.0 keep-alive", "200 push", "", "CloseDelimited Body closes")]
    [InlineData("HEAD / 1.0 keep-alive", "200 push", "", "CloseDelimited Nowhere")]
    [InlineData("POST /", "200 memory", "50", "Sized Memory drains")]
    [InlineData("POST /", "200 memory", "200", "Sized Memory drains")]
    [InlineData("POST /", "200 push", "50", "Chunked Body")]
    [InlineData("POST /", "200 push", "200", "Chunked Body closes")]
    [InlineData("POST / expect", "200 push", "due 50", "Chunked Body continues")]
    [InlineData("POST / expect", "200 push", "due 200", "Chunked Body continues closes")]
    [InlineData("POST / expect", "400 push", "due 50", "Chunked Body closes")]
    [InlineData("POST / expect", "400 memory", "due 50", "Sized Memory drains")]
    [InlineData("POST / expect", "200 memory", "", "Sized Memory")]
    [InlineData("GET / expect", "200 memory", "", "Sized Memory closes")]
    [InlineData("HEAD / expect", "200 memory", "", "Sized Nowhere closes")]
    [InlineData("OPTIONS / expect", "200 memory", "", "Sized Memory closes")]
    [InlineData("DELETE / expect", "200 memory", "", "Sized Memory closes")]
    [InlineData("TRACE / expect", "200 memory", "", "Sized Memory closes")]
    [InlineData("PUT / expect", "200 memory", "", "Sized Memory")]
    [InlineData("GET / websocket", "200 memory", "", "Sized Memory closes")] // a proxy may let through what comes behind it
    [InlineData("GET /", "200 memory stopping", "", "Sized Memory closes")]
    [InlineData("GET /", "200 push stopping", "", "Chunked Body closes")]
    public void Follows_from_request_response_and_content(string request, string response, string content, string expected)
    {
        ResponsePlan plan = ResponsePlan.For(
            Response(response), Head(request), Content(content), response.EndsWith("stopping", StringComparison.Ordinal),
            MaxDrained);
        string text =
            $"{plan.Framing} {plan.Sends}{(plan.DrainsFirst ? " drains" : "")}"
                + $"{(plan.SendsContinue ? " continues" : "")}{(plan.Closes ? " closes" : "")}";
        text.Should().Be(expected);
    }

    [Theory]
    [InlineData("CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("CONNECT x:443 HTTP/1.1\r\nHost: x:443\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("CONNECT x:443 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")]
    [InlineData("CONNECT x HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("CONNECT / HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("CONNECT http://x/ HTTP/1.1\r\nHost: x\r\n\r\n")]
    public async Task Nothing_behind_a_CONNECT_of_any_form_is_processed(string connect)
    {
        Infrastructure.Outcome outcome = await Wire.Default.ExchangeAsync(
            connect + "POST /admin HTTP/1.1\r\nHost: a\r\n\r\n", end: InputEnd.Wait);
        outcome.Response()["Connection"].Should().Be("close");
        outcome.Requests.Should().BeEmpty();
    }

    // Varnish passes everything on from such a request on, whatever the answer, and looks at none of it
    // (found by tests/clients/proxies).
    [Theory]
    [InlineData("GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n", true)]
    [InlineData("GET / HTTP/1.1\r\nUpgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\n", true)]
    [InlineData("GET / HTTP/1.1\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n", false)]
    [InlineData("GET / HTTP/1.1\r\nUpgrade: websocket\r\n", false)]
    [InlineData("POST / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nContent-Length: 0\r\n", false)]
    [InlineData("GET / HTTP/1.0\r\nUpgrade: websocket\r\nConnection: Upgrade, keep-alive\r\n", false)]
    public async Task Nothing_behind_a_WebSocket_that_is_not_accepted_is_processed(string request, bool isLast)
    {
        Infrastructure.Outcome outcome = await Wire.Default.ExchangeAsync(
            request + "Host: a\r\n\r\nGET /admin HTTP/1.1\r\nHost: a\r\n\r\n");
        outcome.Responses().Should().HaveCount(isLast ? 1 : 2);
        outcome.Requests.Should().HaveCount(isLast ? 1 : 2);
    }

    [Fact]
    public async Task A_pushed_body_of_length_0_is_called()
    {
        int called = 0;
        var wire = new Wire(_ => new HttpResponse(200, ResponseBody.Push((_, _) =>
        {
            called++;
            return default;
        }, 0)));
        (await wire.ExchangeAsync(Wire.Probe)).Response().Content.Should().BeEmpty();
        called.Should().Be(1);
    }

    [Theory]
    [InlineData(false, 64 * 1024)]
    [InlineData(true, 16 * 1024)]
    public async Task A_stream_is_read_in_pieces_that_its_transport_can_send_at_once(bool isSecure, int expected)
    {
        MeasuringStream content = new();
        TlsOptions? tls = isSecure ? new TlsOptions(ServerCertificate.SelfSigned()) : null;
        await using PwbServer server = new(
            RequestHandler.From(_ => new HttpResponse(200, ResponseBody.From(content))),
            new PwbServerOptions { EndPoints = [.. ServerEndPoint.Loopback(0, tls)] });
        await server.StartAsync();
        using HttpClientHandler trusting = new() { ServerCertificateCustomValidationCallback = (_, _, _, _) => true };
        using HttpClient client = new(trusting);
        (await client.GetByteArrayAsync(new Uri(server.Urls[0]))).Should().HaveCount(MeasuringStream.Size);
        content.LargestRead.Should().Be(expected);
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(true, false)]
    public async Task An_answer_before_the_end_of_large_content_reaches_a_client_that_is_still_sending(
        bool isSecure, bool isTooLarge)
    {
        TlsOptions? tls = isSecure ? new TlsOptions(ServerCertificate.SelfSigned()) : null;
        await using PwbServer server = new(
            RequestHandler.From(_ => HttpResponse.Text("early", 403)),
            new PwbServerOptions
            {
                EndPoints = [.. ServerEndPoint.Loopback(0, tls)],
                Limits = new PwbServerLimits { MaxContentLength = isTooLarge ? 1_000_000 : 100_000_000 },
            });
        await server.StartAsync();
        using HttpClientHandler trusting = new() { ServerCertificateCustomValidationCallback = (_, _, _, _) => true };
        using HttpClient client = new(trusting);
        for (int i = 0; i < 20; i++)
        {
            using ByteArrayContent content = new(new byte[2_000_000 + (i * 2_000_000)]);
            using HttpResponseMessage response = await client.PostAsync(new Uri(server.Urls[0]), content);
            ((int)response.StatusCode).Should().Be(isTooLarge ? 413 : 403);
        }
    }

    private static RequestHead Head(string request)
    {
        string[] words = request.Split(' ');
        RequestHead head = new();
        head.Reset();
        head.KnownMethod = string.Intern(words[0]);
        head.MinorVersion = words.Contains("1.0") ? 0 : 1;
        head.HasClose = words.Contains("close");
        head.HasKeepAlive = words.Contains("keep-alive");
        head.ExpectsContinue = words.Contains("expect");
        head.AsksForWebSocket = words.Contains("websocket");
        return head;
    }

    private static HttpResponse Response(string response)
    {
        string[] words = response.Split(' ');
        ResponseBody body = words[1] switch
        {
            "memory" => ResponseBody.From("x"),
            "empty" => ResponseBody.Empty,
            _ => ResponseBody.Push(
                (_, _) => default, words is [_, _, var length]
                    && long.TryParse(length, CultureInfo.InvariantCulture, out long bytes) ? bytes : null),
        };
        return new HttpResponse(int.Parse(words[0], null), body);
    }

    private static ContentState Content(string content) => new(
        IsLeft: content.Length > 0,
        IsContinueDue: content.StartsWith("due", StringComparison.Ordinal),
        KnownLeft: content.Length == 0 ? 0 : long.Parse(content.Split(' ')[^1], null));

    private sealed class MeasuringStream : OddStream
    {
        public const int Size = 300_000;

        private int _position;

        public int LargestRead { get; private set; }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            LargestRead = Math.Max(LargestRead, buffer.Length);
            int count = Math.Min(buffer.Length, Size - _position);
            _position += count;
            return new ValueTask<int>(count);
        }
    }
}

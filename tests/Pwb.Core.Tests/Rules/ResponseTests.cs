using System.Globalization;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Rules;

/// <summary>R19 and R20: what every response has. RFC 9110 §6.6.1, §8.3, §8.6, §9.3.2, §15.</summary>
public sealed class ResponseTests
{
    private const string Get = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n";

    [Fact]
    public async Task Is_the_tutorials_greeting_by_default()
    {
        foreach (string path in (string[])["/", "/11", "/favicon.ico"])
        {
            WireResponse response =
                (await Wire.Default.AssertEverySplitAsync($"GET {path} HTTP/1.1\r\nHost: localhost:8888\r\n\r\n")).Response();

            response.Status.Should().Be(200);
            response["Server"].Should().Be("PWB1.0");
            response["Content-Length"].Should().Be("9");
            response["Content-Type"].Should().StartWith("text/plain");
            response["Date"].Should().Be(ManualClock.StartAsImfFixdate);
            response.ContentText.Should().Be("hello PWB");
        }
    }

    [Theory]
    [InlineData(
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "Content-Length: 2\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nServer: PWB1.0\r\n\r\nok")]
    [InlineData(
        "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n",
        "Content-Length: 2\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nServer: PWB1.0\r\n\r\n")]
    [InlineData(
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        "Content-Length: 2\r\nConnection: close\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nServer: PWB1.0\r\n\r\nok")]
    [InlineData(
        "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
        "Content-Length: 2\r\nConnection: keep-alive\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nServer: PWB1.0\r\n\r\nok")]
    public async Task Has_its_fields_in_this_order(string input, string expected)
    {
        var wire = new Wire(_ => HttpResponse.Text("ok").With("X-One", "1").WithAdded("X-One", "2"));

        Outcome outcome = await wire.AssertEverySplitAsync(input);

        outcome.Text.Should().Be(
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nX-One: 1\r\nX-One: 2\r\n" + expected);
    }

    [Fact]
    public async Task Has_a_Date_and_a_form_for_every_status()
    {
        for (int status = 200; status <= 599; status++)
        {
            var response = new HttpResponse(
                status, null, ("Allow", "GET"), ("Upgrade", "x"), ("Content-Range", "bytes 0-0/1"), ("WWW-Authenticate", "x"),
                ("Proxy-Authenticate", "x"));
            var wire = new Wire(request => request.Path is "/probe" ? HttpResponse.Text("probe") : response);
            foreach (string method in (string[])["GET", "HEAD"])
            {
                Outcome outcome = await wire.ExchangeAsync($"{method} /a HTTP/1.1\r\nHost: a\r\n\r\n{Wire.Probe}");

                WireResponse sent = outcome.Responses(method)[0];
                sent.Status.Should().Be(status);
                sent["Date"].Should().Be(ManualClock.StartAsImfFixdate);
                sent.Content.Should().BeEmpty();
                sent["Transfer-Encoding"].Should().BeNull();
                sent["Content-Length"].Should().Be(status is 204 or 304 ? null : "0", "of status {0}", status);
                outcome.Responses(method)[1].ContentText.Should().Be("probe");
            }
        }
    }

    [Theory]
    [InlineData(204)]
    [InlineData(304)]
    public async Task Has_no_content_and_no_framing_for_204_and_304_in_any_version(int status)
    {
        var wire = new Wire(request => request.Path is "/probe" ? HttpResponse.Text("probe") : new HttpResponse(status));
        foreach (string method in (string[])["GET", "HEAD", "POST"])
        {
            foreach (string version in (string[])["HTTP/1.1\r\nHost: a\r\n", "HTTP/1.0\r\nConnection: keep-alive\r\n"])
            {
                Outcome outcome = await wire.AssertEverySplitAsync($"{method} /a {version}\r\n{Wire.Probe}");

                outcome.Responses(method).Select(response => response.Status).Should().Equal(status, 200);
                outcome.Responses(method)[0]["Content-Length"].Should().BeNull();
                outcome.Responses(method)[0]["Transfer-Encoding"].Should().BeNull();
            }

            (await wire.ExchangeAsync($"{method} /a HTTP/1.0\r\n\r\n")).Response(method).IsLast.Should().BeTrue();
        }
    }

    [Fact]
    public async Task Carries_the_date_of_the_heartbeat()
    {
        var wire = new Wire(new FixedResponseHandler());
        (await wire.ExchangeAsync(Get)).Response()["Date"].Should().Be("Sun, 06 Nov 1994 08:49:37 GMT");

        wire.Clock.Advance(TimeSpan.FromSeconds(23));
        wire.Server.Tick();
        (await wire.ExchangeAsync(Get)).Response()["Date"].Should().Be("Sun, 06 Nov 1994 08:50:00 GMT");

        wire.Clock.Advance(TimeSpan.FromDays(54));
        wire.Server.Tick();
        (await wire.ExchangeAsync(Get)).Response()["Date"].Should().Be("Fri, 30 Dec 1994 08:50:00 GMT");
        (await wire.ExchangeAsync("GET /\n")).Response()["Date"].Should().Be("Fri, 30 Dec 1994 08:50:00 GMT");
    }

    [Theory] // R20
    [InlineData("PWB1.0")]
    [InlineData("Other/2.0 (x)")]
    [InlineData(null)]
    public async Task Carries_the_Server_field_as_it_is_set(string? server)
    {
        var wire = new Wire(new FixedResponseHandler(), new PwbServerOptions { ServerHeader = server });

        (await wire.AssertEverySplitAsync(Get)).Response()["Server"].Should().Be(server);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    public async Task Is_a_500_without_detail_when_the_handler_throws(string method)
    {
        Func<HttpRequest, CancellationToken, ValueTask<HttpResponse>>[] handlers =
        [
            (_, _) => throw new InvalidDataException("secret"),
            async (_, _) =>
            {
                await Task.Yield();
                throw new InvalidDataException("secret");
            },
            (_, _) => throw new OperationCanceledException("secret"),
            (_, _) => throw new IOException("secret"),
            (_, _) => throw new AggregateException("secret", new InvalidDataException("secret")),
            (_, _) => new ValueTask<HttpResponse>((HttpResponse)null!),
        ];
        foreach (Func<HttpRequest, CancellationToken, ValueTask<HttpResponse>> handler in handlers)
        {
            var wire = new Wire(
                (request, token) => request.Path is "/probe" ? new(HttpResponse.Text("probe")) : handler(request, token));

            Outcome outcome = await wire.AssertEverySplitAsync($"{method} /secret HTTP/1.1\r\nHost: a\r\n\r\n{Wire.Probe}");

            outcome.Responses(method).Select(response => response.Status).Should().Equal(500, 200);
            outcome.Responses(method)[0]["Content-Type"].Should().StartWith("text/plain");
            outcome.Responses(method)[0]["Content-Length"].Should().NotBe("0");
            outcome.Text.Should().NotContain("secret").And.NotContain("Exception");
        }
    }

    [Fact]
    public async Task Is_a_500_that_leaves_no_content_to_be_parsed_when_the_handler_throws()
    {
        var wire = new Wire(request => request.Path is "/a" ? throw new InvalidDataException() : HttpResponse.Text("ok"));

        Outcome outcome = await wire.AssertEverySplitAsync(
            $"POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: {Get.Length}\r\n\r\n{Get}{Wire.Probe}");

        outcome.Responses()[0].Status.Should().Be(500);
        outcome.RequestLines.Should().BeSubsetOf(["POST /a", "GET /probe"]);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(500)]
    public async Task To_HEAD_has_no_content_for_errors_either(int status)
    {
        var wire = new Wire(_ => HttpResponse.Text("an error", status));

        WireResponse response = (await wire.AssertEverySplitAsync("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")).Response("HEAD");

        response.Status.Should().Be(status);
        response["Content-Length"].Should().Be("8");
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")]
    public async Task Uses_and_disposes_a_body_exactly_once(string input)
    {
        bool head = input.StartsWith("HEAD", StringComparison.Ordinal);
        foreach (int resetAt in (int[])[int.MaxValue, 0, 10, 150])
        {
            var body = new CountingBody();
            var wire = new Wire(_ => new HttpResponse(200, body));

            await wire.Open(new ScriptedStream().FailWritesAt(resetAt), input).FinishAsync();

            body.Writes.Should().BeLessThanOrEqualTo(head ? 0 : 1);
            body.Disposals.Should().Be(1, "also when the peer resets at byte {0}", resetAt);
        }
    }

    [Fact]
    public async Task Disposes_the_stream_of_a_body_whatever_happens()
    {
        foreach (string method in (string[])["GET", "HEAD"])
        {
            foreach (int failsAt in (int[])[int.MaxValue, 0, 5])
            {
                var content = new PlainStream("0123456789"u8.ToArray(), failsAt);
                var wire = new Wire(_ => new HttpResponse(200, ResponseBody.From(content, 10)));

                await wire.ExchangeAsync($"{method} / HTTP/1.1\r\nHost: a\r\n\r\n");

                content.DisposeCount.Should().BeGreaterThanOrEqualTo(1);
            }
        }
    }

    [Fact]
    public async Task Can_be_sent_any_number_of_times()
    {
        HttpResponse response = HttpResponse.Text("again").With("X", "y");
        var wire = new Wire(_ => response);

        Outcome outcome = await wire.ExchangeAsync(
            string.Concat(
                Enumerable.Range(0, 100).Select(
                    i => string.Create(CultureInfo.InvariantCulture, $"GET /{i} HTTP/1.1\r\nHost: a\r\n\r\n"))));

        outcome.Responses().Should().HaveCount(100).And.OnlyContain(sent => sent.ContentText == "again" && sent["X"] == "y");
    }

    private sealed class CountingBody : ResponseBody
    {
        public int Writes { get; private set; }

        public int Disposals { get; private set; }

        public override long? Length => null;

        public override async ValueTask WriteToAsync(Stream output, CancellationToken cancellationToken)
        {
            Writes++;
            await output.WriteAsync("content"u8.ToArray(), cancellationToken);
        }

        public override ValueTask DisposeAsync()
        {
            Disposals++;
            return base.DisposeAsync();
        }
    }
}

using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Rules;

/// <summary>
/// R19: the trailer section of a response, and responses whose head is chosen late. RFC 9110 §6.5, RFC 9112 §7.1.2.
/// </summary>
public sealed class ResponseTrailerTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    [Fact]
    public async Task Comes_behind_chunked_content()
    {
        Outcome outcome = await With(("Digest", "1"), ("X-Cost", "2")).ExchangeAsync(Get + Get);
        Latin1.Text(outcome.Output).Should().EndWith("3\r\nabc\r\n0\r\nDigest: 1\r\nX-Cost: 2\r\n\r\n");
        Latin1.Text(outcome.Output).Split("HTTP/1.1 200 OK").Should().HaveCount(3, "the connection goes on");
    }

    [Fact]
    public async Task Is_dropped_in_HTTP_1_0()
    {
        Outcome outcome = await With(("Digest", "1")).ExchangeAsync("GET / HTTP/1.0\r\n\r\n");
        Latin1.Text(outcome.Output).Should().EndWith("\r\n\r\nabc");
    }

    [Theory]
    [InlineData("Content-Length", "3")]
    [InlineData("Host", "a")]
    [InlineData("Connection", "close")]
    [InlineData("X", "a\r\nb")]
    [InlineData("a b", "c")]
    public async Task Takes_no_field_that_could_be_read_in_another_way(string name, string value)
    {
        // Nothing is on the wire yet, so it is a clean 500.
        Outcome outcome = await With((name, value)).ExchangeAsync(Get);
        outcome.Response().Status.Should().Be(500);
    }

    [Fact]
    public async Task A_deferred_response_chooses_its_status_late()
    {
        var wire = new Wire(_ => DeferredResponse.From(async (starter, token) =>
        {
            Stream output = starter.Start(new HttpResponse(404, null, ("X", "late")));
            await output.WriteAsync("gone"u8.ToArray(), token);
        }).With("X-Frame-Options", "DENY").With("X", "early"));
        Outcome outcome = await wire.ExchangeAsync(Get + "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n" + Get);

        string output = Latin1.Text(outcome.Output);
        output.Should().StartWith("HTTP/1.1 404 Not Found\r\nX: late\r\nX-Frame-Options: DENY\r\n").And.NotContain("early");
        output.Split("HTTP/1.1 404").Should().HaveCount(4);
        output.Split("gone").Should().HaveCount(3, "HEAD has no content");
    }

    [Fact]
    public async Task A_deferred_response_that_fails_or_never_starts_is_a_clean_500()
    {
        var wire = new Wire(request => request.Path == "/fails"
            ? DeferredResponse.From((_, _) => throw new InvalidOperationException("secret"))
            : DeferredResponse.From((_, _) => default));
        Outcome outcome = await wire.ExchangeAsync("GET /fails HTTP/1.1\r\nHost: a\r\n\r\n" + Get);
        outcome.Responses().Select(response => response.Status).Should().Equal(500, 500);
        Latin1.Text(outcome.Output).Should().NotContain("secret");
    }

    [Fact]
    public async Task A_deferred_response_may_turn_out_to_have_no_content()
    {
        var wire = new Wire(_ => DeferredResponse.From((starter, _) =>
        {
            starter.Start(new HttpResponse(204));
            return default;
        }));
        Outcome outcome = await wire.ExchangeAsync(Get + Get);
        outcome.Responses().Select(response => response.Status).Should().Equal(204, 204);
        Latin1.Text(outcome.Output).Should().NotContain("Transfer-Encoding");
    }

    private static Wire With(params (string Name, string Value)[] trailers) =>
        new(_ => new HttpResponse(200, new Body(trailers), ("Trailer", "Digest")));

    private sealed class Body((string Name, string Value)[] trailers) : ResponseBody
    {
        public override long? Length => null;

        public override IReadOnlyList<(string Name, string Value)> Trailers => trailers;

        public override ValueTask WriteToAsync(Stream output, CancellationToken cancellationToken) =>
            output.WriteAsync("abc"u8.ToArray(), cancellationToken);
    }
}

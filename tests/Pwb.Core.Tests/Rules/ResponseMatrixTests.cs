using System.Globalization;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Rules;

/// <summary>
/// R14, R19 and R20: every kind of response body, to GET and HEAD, in HTTP/1.1 and 1.0. A response that is cut is never made to
/// look whole. RFC 9112 §6, RFC 9110 §8.6, §9.3.2.
/// </summary>
public sealed class ResponseMatrixTests
{
    private const string Secret = "secret";

    private static readonly string[] Versions = [
        "HTTP/1.1\r\nHost: a\r\n", "HTTP/1.0\r\n", "HTTP/1.0\r\nConnection: keep-alive\r\n"];

    public static TheoryData<string> Whole { get; } = [.. Names(BodyEnd.Whole)];

    public static TheoryData<string> Cut { get; } = [
        .. Names(BodyEnd.CutAfterFlush), .. Names(BodyEnd.CutBeforeFlush), .. Names(BodyEnd.CutAtOnce)];

    public static TheoryData<string> TooLong { get; } = [.. Names(BodyEnd.TooLong)];

    public static TheoryData<string> Every { get; } = [.. BodyCase.All.Select(body => body.Name)];

    [Theory]
    [MemberData(nameof(Whole))]
    public async Task A_whole_body_is_framed_as_the_version_asks(string name)
    {
        BodyCase body = Find(name);
        foreach (string version in Versions)
        {
            bool chunked = body.Length is null && version.StartsWith("HTTP/1.1", StringComparison.Ordinal);
            bool closes = !version.StartsWith("HTTP/1.1", StringComparison.Ordinal)
                && (body.Length is null || !version.Contains("keep-alive", StringComparison.Ordinal));

            Outcome outcome = await Serve(body).ExchangeAsync($"GET /a {version}\r\n{Wire.Probe}");

            WireResponse response = outcome.Responses()[0];
            response.Status.Should().Be(200);
            response.Content.SequenceEqual(body.Content).Should().BeTrue("the content is that of the body, in {0}", version);
            response["Content-Length"].Should().Be(body.Length?.ToString(CultureInfo.InvariantCulture));
            response["Transfer-Encoding"].Should().Be(chunked ? "chunked" : null);
            response["Connection"].Should().Be(
                closes ? "close" : version.Contains("keep-alive", StringComparison.Ordinal) ? "keep-alive" : null);
            outcome.Requests.Should().HaveCount(closes ? 1 : 2);
        }
    }

    [Theory]
    [MemberData(nameof(Every))]
    public async Task HEAD_has_the_head_of_GET_and_no_content(string name)
    {
        BodyCase body = Find(name);
        foreach (string version in Versions)
        {
            Outcome head = await Serve(body).ExchangeAsync($"HEAD /a {version}\r\n{Wire.Probe}");

            WireResponse response = head.Responses("HEAD")[0];
            response.Status.Should().Be(200, "the body is not asked, so it cannot fail");
            if (!response.IsLast) head.RequestLines.Should().Equal("HEAD /a", "GET /probe");
            if (body.End != BodyEnd.Whole) continue;
            Outcome get = await Serve(body).ExchangeAsync($"GET /a {version}\r\n");
            IEnumerable<(string, string)> fields = get.Responses()[0].Fields;

            // In HTTP/1.0 the close may delimit content: the answer to HEAD has none, so nothing forces its connection to close.
            if (body.Length is null) response.Fields.Where(field => field.Name is not "Connection").Should().Equal(
                fields.Where(field => field.Item1 is not "Connection"));
            else response.Fields.Should().Equal(fields);
        }
    }

    [Theory]
    [MemberData(nameof(Cut))]
    public async Task A_body_that_ends_early_is_never_made_to_look_whole(string name)
    {
        BodyCase body = Find(name);
        foreach (string version in Versions)
        {
            bool closeDelimited = body.Length is null && !version.StartsWith("HTTP/1.1", StringComparison.Ordinal);

            Outcome outcome = await Serve(body).ExchangeAsync($"GET /a {version}\r\n{Wire.Probe}");

            outcome.Text.ToUpperInvariant().Should().NotContain(Secret.ToUpperInvariant());
            WireResponse response = WireResponse.ParseAll(outcome.Output).Should().NotBeEmpty().And.Subject.First();
            if (body.End == BodyEnd.CutAtOnce) response.Status.Should().Be(500, "nothing is on the wire yet");
            if (body.End == BodyEnd.CutAfterFlush) response.Status.Should().Be(200);
            if (response.Status == 500)
            {
                response.IsComplete.Should().BeTrue();
                continue;
            }

            response.IsComplete.Should().Be(
                closeDelimited, "only the reset tells the end of a response that the close ends; {0}", response);
            body.Content.AsSpan().StartsWith(response.Content).Should().BeTrue();
            outcome.RequestLines.Should().Equal("GET /a");
        }
    }

    [Theory]
    [MemberData(nameof(TooLong))]
    public async Task A_body_that_writes_too_much_sends_no_more_than_it_declared(string name)
    {
        BodyCase body = Find(name);
        foreach (string version in Versions)
        {
            Outcome outcome = await Serve(body).ExchangeAsync($"GET /a {version}\r\n{Wire.Probe}");

            WireResponse response = WireResponse.ParseAll(outcome.Output).Should().NotBeEmpty().And.Subject.First();
            if (response.Status == 500) continue;
            response.Status.Should().Be(200);
            body.Content.AsSpan().StartsWith(response.Content).Should().BeTrue();
            // A body of no bytes need not be asked.
            if (body.Length != 0) outcome.RequestLines.Should().Equal(["GET /a"], "the connection is aborted");
        }
    }

    [Theory]
    [MemberData(nameof(Every))]
    public async Task A_slow_peer_gets_the_same_bytes_of_content(string name)
    {
        BodyCase body = Find(name);
        if (body.Content.Length > 100) return; // the window moves byte by byte
        WireResponse expected =
            WireResponse.ParseAll((await Serve(body).ExchangeAsync("GET /a HTTP/1.1\r\nHost: a\r\n\r\n")).Output)[0];

        var stream = new ScriptedStream { AlwaysAsynchronous = true };
        Connection connection = Serve(body).Open(stream.SetWindow(0), "GET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        for (int window = 1; !connection.IsEnded && window < 1000; window++)
        {
            await stream.WaitUntilHeldBackAsync();
            stream.SetWindow(window);
        }

        WireResponse response = WireResponse.ParseAll((await connection.FinishAsync()).Output)[0];
        response.Status.Should().Be(expected.Status);
        response.ContentText.Should().Be(expected.ContentText);
        response.IsComplete.Should().Be(expected.IsComplete);
    }

    [Theory]
    [MemberData(nameof(Every))]
    public async Task A_reset_at_any_byte_harms_nothing_else(string name)
    {
        BodyCase body = Find(name);
        const string Request = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n";
        byte[] whole = (await Serve(body).ExchangeAsync(Request)).Output;
        Wire wire = Serve(body);
        int step = Math.Max(1, whole.Length / 300);
        for (int offset = 0; offset < whole.Length; offset += step)
        {
            byte[] output = (await wire.Open(new ScriptedStream().FailWritesAt(offset), Request).FinishAsync()).Output;

            output.Length.Should().BeLessThanOrEqualTo(offset);
            whole.AsSpan().StartsWith(output).Should().BeTrue();
        }
    }

    private static IEnumerable<string> Names(BodyEnd end) =>
        BodyCase.All.Where(body => body.End == end).Select(body => body.Name);

    private static BodyCase Find(string name) =>
        BodyCase.All.Single(body => string.Equals(body.Name, name, StringComparison.Ordinal));

    private static Wire Serve(BodyCase body) =>
        new(request =>
            request.Path is "/probe"
                ? HttpResponse.Text("probe") : new HttpResponse(200, body.Make(), ("Content-Type", "text/x")));
}

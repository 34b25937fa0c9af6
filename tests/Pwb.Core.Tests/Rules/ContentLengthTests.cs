using System.Globalization;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Rules;

/// <summary>R10 and R13: content of a declared length. RFC 9110 §8.6, RFC 9112 §6.2, §6.3.</summary>
public sealed class ContentLengthTests
{
    private const string Start = "POST /a HTTP/1.1\r\nHost: a\r\n";

    public static TheoryData<string> NotALength { get; } =
    [
        "", " ", "\t", "+5", "-5", "-0", "+0", "5,5", "5, 5", "5,", ",5", "5 5", "5\t5", "0x5", "0X5", "x5", "5x", "5_0", "_5",
        "5_", "5.0", "5.", ".5", "5e0", "five", "a", "5;",
        "\"5\"", "00", "05", "000", "0005", "5-", "5+", "(5)", "5%", "%35", "#5", "\u00B2", "\u0665", "5\u00A0",
        "9223372036854775808", "9223372036854775809",
        "18446744073709551615", "18446744073709551616", "18446744073709551621", "4294967296000000000000",
        "99999999999999999999999999999999999999",
    ];

    [Theory]
    [InlineData("3")]
    [InlineData(" \t 3 \t ")]
    public async Task Reads_content_of_the_declared_length(string value)
    {
        Outcome outcome = await Wire.Echo.AssertServedAsync($"{Start}Content-Length:{value}\r\n\r\nabc", "POST /a");

        outcome.Requests[0].ContentLength.Should().Be(3);
        outcome.Responses()[0].ContentText.Should().Be("abc");
    }

    [Theory]
    [InlineData("content-length")]
    [InlineData("CONTENT-LENGTH")]
    [InlineData("cONTENT-lENGTH")]
    public Task Finds_the_field_whatever_its_case(string name) =>
    Wire.Echo.AssertServedAsync($"{Start}{name}: 3\r\n\r\nabc", "POST /a");

    [Fact]
    public async Task Takes_a_length_of_0_and_no_length_for_no_content()
    {
        Outcome zero = await Wire.Echo.AssertServedAsync($"{Start}Content-Length: 0\r\n\r\n", "POST /a");
        Outcome none = await Wire.Echo.AssertServedAsync($"{Start}\r\n", "POST /a");

        zero.Requests[0].ContentLength.Should().Be(0);
        zero.Responses()[0].Content.Should().BeEmpty();
        none.Requests[0].ContentLength.Should().BeNull();
        none.Responses()[0].Content.Should().BeEmpty();
    }

    [Theory]
    [MemberData(nameof(NotALength))]
    public async Task Refuses_everything_but_digits_when_the_line_is_complete(string value)
    {
        if (value.Contains('\u0665', StringComparison.Ordinal)) value = "\u00D9\u00A5"; // an Arabic digit, in UTF-8
        await Wire.Echo.AssertRefusedAtLastByteAsync($"{Start}Content-Length: {value}\r\n", 400);
        await Wire.Ignoring.AssertRefusedAtLastByteAsync($"POST /a HTTP/1.0\r\nContent-Length: {value}\r\n", 400);
    }

    [Fact]
    public async Task Takes_just_the_digits_out_of_all_256_bytes()
    {
        for (int value = 0; value < 256; value++)
        {
            char c = (char)value;
            if (!char.IsAsciiDigit(c)) await Wire.Echo.AssertRefusedAsync($"{Start}Content-Length: 1{c}1\r\n", 400);
            if (!char.IsAsciiDigit(c) && c is not (' ' or '\t'))
                await Wire.Echo.AssertRefusedAsync($"{Start}Content-Length: {c}1\r\n", 400);
        }
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    [InlineData("PUT")]
    [InlineData("PATCH")]
    [InlineData("DELETE")]
    [InlineData("OPTIONS")]
    [InlineData("TRACE")]
    [InlineData("PROPFIND")]
    [InlineData("BREW")]
    public async Task Is_checked_for_every_method(string method)
    {
        await Wire.Echo.AssertRefusedAtLastByteAsync(
            $"{method} /a HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n", 400, method: method);
        await Wire.Echo.AssertRefusedAtLastByteAsync(
            $"{method} /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n", 400, method: method);
    }

    [Theory] // R13
    [InlineData("GET")]
    [InlineData("HEAD")]
    [InlineData("PUT")]
    [InlineData("PATCH")]
    [InlineData("DELETE")]
    [InlineData("OPTIONS")]
    [InlineData("PROPFIND")]
    public async Task Any_method_may_carry_content_which_is_never_taken_for_a_request(string method)
    {
        const string Content = "GET /b HTTP/1.1\r\nHost: a\r\n\r\n";
        string input = $"{method} /a HTTP/1.1\r\nHost: a\r\nContent-Length: {Content.Length}\r\n\r\n{Content}";

        await Wire.Echo.AssertServedAsync(input, $"{method} /a");
        await Wire.Ignoring.AssertServedAsync(input, $"{method} /a");
    }

    [Theory]
    [InlineData("Content-Length: 3\r\nContent-Length: 3\r\n")]
    [InlineData("Content-Length: 3\r\nContent-Length: 4\r\n")]
    [InlineData("Content-Length: 3\r\nX: y\r\ncontent-length: 3\r\n")]
    [InlineData("Content-Length: 0\r\nContent-Length: 0\r\n")]
    public async Task Refuses_a_second_line_even_of_an_equal_value(string lines)
    {
        await Wire.Echo.AssertRefusedAtLastByteAsync(Start + lines, 400);
        await Wire.Echo.AssertRefusedAtLastByteAsync("POST /a HTTP/1.0\r\n" + lines, 400);
    }

    [Theory]
    [InlineData("30000001", 413)]
    [InlineData("2147483648", 413)]
    [InlineData("4294967296", 413)]
    [InlineData("4294967299", 413)] // 3 after a wrap at 2^32
    [InlineData("9223372036854775807", 413)]
    public async Task Answers_413_above_the_limit_before_the_handler(string value, int status)
    {
        await Wire.Echo.AssertRefusedAtLastByteAsync($"{Start}Content-Length: {value}\r\n\r\n", status);
        (await Wire.Echo.ExchangeAsync($"{Start}Content-Length: {value}\r\n\r\n")).Requests.Should().BeEmpty();
    }

    [Fact]
    public async Task Accepts_the_largest_length_that_is_allowed()
    {
        Outcome outcome = await Wire.Ignoring.ExchangeAsync($"{Start}Content-Length: 30000000\r\n\r\n");

        outcome.Requests.Should().ContainSingle().Which.ContentLength.Should().Be(30_000_000);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(10)]
    public async Task Applies_a_limit_of_its_own_setting(int limit)
    {
        var wire = new Wire(Wire.EchoAsync, new PwbServerOptions { Limits = new PwbServerLimits { MaxContentLength = limit } });

        await wire.AssertServedAsync($"{Start}Content-Length: {limit}\r\n\r\n{new string('x', limit)}", "POST /a");
        await wire.AssertRefusedAtLastByteAsync($"{Start}Content-Length: {limit + 1}\r\n\r\n", 413);
    }

    [Fact]
    public async Task Asks_the_selector_for_the_limit_of_a_request()
    {
        var options = new PwbServerOptions
        {
            Limits = new PwbServerLimits { MaxContentLength = 5 },
            MaxContentLengthSelector = request => request.Path is "/large" ? 10 : null,
        };
        var wire = new Wire(Wire.EchoAsync, options);

        await wire.AssertServedAsync("POST /large HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n0123456789", "POST /large");
        await wire.AssertRefusedAtLastByteAsync("POST /large HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n", 413);
        await wire.AssertServedAsync("POST /small HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n01234", "POST /small");
        await wire.AssertRefusedAtLastByteAsync("POST /small HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\n", 413);
    }

    [Theory] // R13: the peer ends before the content does
    [InlineData("Content-Length: 3\r\n\r\n")]
    [InlineData("Content-Length: 3\r\n\r\nab")]
    [InlineData("Content-Length: 1\r\n\r\n")]
    [InlineData("Content-Length: 100\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n")]
    public async Task A_handler_never_completes_normally_on_incomplete_content(string rest)
    {
        bool completed = false;
        var wire = new Wire(async (request, cancellationToken) =>
        {
            byte[] content = await Wire.ReadAllAsync(request.Body, cancellationToken);
            completed = true;
            return HttpResponse.Bytes(content);
        });

        Outcome outcome = await wire.AssertEverySplitAsync(Start + rest);

        completed.Should().BeFalse();
        outcome.RequestLines.Should().Equal("POST /a");
        outcome.Response().Status.Should().Be(400);
        outcome.Response().IsLast.Should().BeTrue();
    }

    [Fact] // R13: what the handler catches does not make the request whole
    public async Task Closes_after_incomplete_content_even_when_the_handler_answers()
    {
        int? status = null;
        var wire = new Wire(async (request, cancellationToken) =>
        {
            try
            {
                await Wire.ReadAllAsync(request.Body, cancellationToken);
            }
            catch (RequestRejectedException rejected)
            {
                status = rejected.StatusCode;
            }

            return HttpResponse.Text("caught");
        });

        Outcome outcome = await wire.AssertEverySplitAsync($"{Start}Content-Length: 3\r\n\r\nab");

        status.Should().Be(400);
        outcome.Response().IsLast.Should().BeTrue();
    }

    [Theory] // R13: also where the server answers and no handler is asked
    [InlineData("OPTIONS * HTTP/1.1\r\nHost: a\r\n")]
    [InlineData("OPTIONS http://a HTTP/1.1\r\nHost: a\r\n")]
    [InlineData("CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n")]
    public async Task Content_of_what_the_server_answers_itself_is_never_taken_for_a_request(string head)
    {
        const string Content = "GET /b HTTP/1.1\r\nHost: a\r\n\r\n";
        foreach (string framed in (string[])[
            $"Content-Length: {Content.Length}\r\n\r\n{Content}",
            $"Transfer-Encoding: chunked\r\n\r\n{Content.Length:x}\r\n{Content}\r\n0\r\n\r\n"])
        {
            Outcome outcome = await Wire.Echo.AssertEverySplitAsync(head + framed + Wire.Probe);

            outcome.RequestLines.Should().BeSubsetOf(["GET /probe"]);
            outcome.Responses().Should().HaveCount(outcome.Requests.Count + 1);
        }
    }

    [Fact] // R13
    public async Task Content_is_never_taken_for_a_request_when_the_selector_of_its_limit_throws()
    {
        const string Content = "GET /b HTTP/1.1\r\nHost: a\r\n\r\n";
        var wire = new Wire(
            Wire.EchoAsync, new PwbServerOptions { MaxContentLengthSelector = _ => throw new InvalidDataException("secret") });

        Outcome outcome = await wire.AssertEverySplitAsync(
            $"{Start}Content-Length: {Content.Length}\r\n\r\n{Content}{Wire.Probe}");

        outcome.RequestLines.Should().BeSubsetOf(["GET /probe"]);
        outcome.Responses()[0].Status.Should().Be(500);
        outcome.Text.Should().NotContain("secret");
    }

    [Fact]
    public async Task Leaves_the_head_where_it_is_while_content_comes()
    {
        var wire = new Wire(async (request, cancellationToken) =>
        {
            byte[] content = await Wire.ReadAllAsync(request.Body, cancellationToken);
            return HttpResponse.Text($"{request.Method} {request.Path} {request.Host} {request.Headers["X"]} {content.Length}");
        });
        string filler = new('x', 7000); // so that the content begins near the end of a buffer
        string content = new('c', 50_000);
        string input = $"GET /{filler} HTTP/1.1\r\nHost: a\r\n\r\nPOST /a%21 HTTP/1.1\r\nHost: host\r\nX: y\r\n"
            + $"Content-Length: {content.Length}\r\n\r\n{content}";

        Outcome outcome = await wire.AssertEverySplitAsync(input, interesting: [7040, 7100, 8192]);

        outcome.Responses()[1].ContentText.Should().Be("POST /a! host y 50000");
    }

    [Fact]
    public async Task Reads_long_content_whatever_its_segments()
    {
        string content = string.Concat(Enumerable.Range(0, 40_000).Select(i => i.ToString(CultureInfo.InvariantCulture)));
        string input = $"{Start}Content-Length: {content.Length}\r\n\r\n{content}";

        Outcome outcome = await Wire.Echo.AssertEverySplitAsync(
            input + Wire.Probe, interesting: [input.Length, input.Length - content.Length]);

        outcome.Responses()[0].ContentText.Should().Be(content);
        outcome.RequestLines.Should().Equal("POST /a", "GET /probe");
    }
}

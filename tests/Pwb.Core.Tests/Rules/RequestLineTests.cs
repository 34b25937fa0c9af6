using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Rules;

/// <summary>R1 to R3: line ends, empty lines, and the three parts of a request line. RFC 9112 §2.2, §2.3, §3.</summary>
public sealed class RequestLineTests
{
    [Theory] // R1
    [InlineData("GET / HTTP/1.1\n")]
    [InlineData("GET / HTTP/1.1\rX")]
    [InlineData("GET / HTTP/1.1\r\r")]
    [InlineData("GET / HTTP/1.1\r ")]
    [InlineData("GET / HTTP/1.1\r\0")]
    [InlineData("GET /\n")]
    [InlineData("GET\n")]
    [InlineData("GE\n")]
    [InlineData("\n")]
    [InlineData("\rG")]
    [InlineData("\r\r")]
    [InlineData("\r\n\n")]
    [InlineData("\r\n\r")]
    [InlineData("GET / HTTP/1.1\r\n\n")]
    [InlineData("GET / HTTP/1.1\r\n\rX")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\rX")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\r")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n\rX")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n\r\r")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nA: \n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nA:\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nA: \rX")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nA\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nA\r")]
    public Task Refuses_a_line_end_that_is_not_CRLF_at_once(string input) => Wire.Echo.AssertRefusedAtLastByteAsync(input, 400);

    [Theory] // R1: also in a request that follows another
    [InlineData("\n")]
    [InlineData("\rG")]
    [InlineData("GET / HTTP/1.1\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\n")]
    public Task Refuses_a_bare_line_end_in_the_second_request(string second) =>
        Wire.Echo.AssertRefusedAtLastByteAsync("GET /first HTTP/1.1\r\nHost: a\r\n\r\n" + second, 400, earlierResponses: 1);

    [Fact] // R2
    public Task Ignores_one_empty_line_before_a_request() =>
    Wire.Echo.AssertServedAsync("\r\nGET /a HTTP/1.1\r\nHost: a\r\n\r\n", "GET /a");

    [Fact] // R2
    public Task Ignores_one_empty_line_before_each_of_several_requests() => Wire.Echo.AssertServedAsync(
        "\r\nGET /a HTTP/1.1\r\nHost: a\r\n\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n\r\n", "GET /a", "GET /b");

    [Fact] // R2: the line that old clients sent after the content of a POST
    public Task Ignores_one_empty_line_after_content() =>
        Wire.Echo.AssertServedAsync("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc\r\n", "POST /a");

    [Theory] // R2
    [InlineData("\r\n\r\n", 0)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n\r\n\r\n\r\n", 1)]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc\r\n\r\n", 1)]
    public Task Refuses_a_second_empty_line(string input, int earlierResponses) =>
    Wire.Echo.AssertRefusedAsync(input, 400, earlierResponses);

    [Theory] // R3
    [InlineData(" ")]
    [InlineData("\t")]
    [InlineData("\r\n ")]
    [InlineData("GET\t")]
    [InlineData("GET\v")]
    [InlineData("GET  ")]
    [InlineData("GET \t")]
    [InlineData("GET /\t")]
    [InlineData("GET /\v")]
    [InlineData("GET /\f")]
    [InlineData("GET /  ")]
    [InlineData("GET / \t")]
    [InlineData("GET /a b")]
    [InlineData("GET / HTTP/1.1 ")]
    [InlineData("GET / HTTP/1.1\t")]
    [InlineData("GET / HTTP/1.1\v")]
    [InlineData("GET / HTTP/1.1\0")]
    [InlineData("GET / HTTP/1.1x")]
    [InlineData("GET /\u00A0")]
    [InlineData("GET\u00A0")]
    public Task Refuses_other_white_space_and_other_parts_at_once(string input) =>
    Wire.Echo.AssertRefusedAtLastByteAsync(input, 400);

    [Theory] // R3
    [InlineData("GET / h")]
    [InlineData("GET / Ht")]
    [InlineData("GET / HTTPS")]
    [InlineData("GET / F")]
    [InlineData("GET / 1")]
    [InlineData("GET / HTTP ")]
    [InlineData("GET / HTTP\\")]
    [InlineData("GET / HTTP/.")]
    [InlineData("GET / HTTP/ ")]
    [InlineData("GET / HTTP/-")]
    [InlineData("GET / HTTP/+")]
    [InlineData("GET / HTTP/a")]
    [InlineData("GET / HTTP/11")]
    [InlineData("GET / HTTP/01")]
    [InlineData("GET / HTTP/1,")]
    [InlineData("GET / HTTP/1 ")]
    [InlineData("GET / HTTP/1\r")]
    [InlineData("GET / HTTP/1.\r")]
    [InlineData("GET / HTTP/1.x")]
    [InlineData("GET / HTTP/1. ")]
    [InlineData("GET / HTTP/1.-")]
    [InlineData("GET / HTTP/1.10")]
    [InlineData("GET / HTTP/1.1.")]
    [InlineData("GET / HTTP/2.00")]
    [InlineData("GET / HTTP/\u00B9")]
    [InlineData("GET / \r")]
    [InlineData("GET / HTTP\r")]
    [InlineData("GET / HTTP/\r")]
    public Task Refuses_a_malformed_version_at_once(string input) => Wire.Echo.AssertRefusedAtLastByteAsync(input, 400);

    [Theory] // R3
    [InlineData("0.0")]
    [InlineData("0.9")]
    [InlineData("2.0")]
    [InlineData("2.1")]
    [InlineData("3.0")]
    [InlineData("9.9")]
    public Task Answers_505_to_another_major_version_when_the_line_is_complete(string version) =>
        Wire.Echo.AssertRefusedAtLastByteAsync($"GET / HTTP/{version}\r\n", 505);

    [Theory] // R3
    [InlineData("1.1")]
    [InlineData("1.2")]
    [InlineData("1.9")]
    public async Task Treats_a_higher_minor_version_as_1_1(string version)
    {
        await Wire.Echo.AssertServedAsync($"GET /a HTTP/{version}\r\nHost: a\r\n\r\n", "GET /a");
        await Wire.Echo.AssertRefusedAsync($"GET /a HTTP/{version}\r\n\r\n", 400); // without Host
    }

    [Theory] // R3
    [InlineData("1.0", 0)]
    [InlineData("1.1", 1)]
    [InlineData("1.2", 1)]
    public async Task Tells_the_handler_the_version_it_acts_on(string version, int minor)
    {
        Outcome outcome = await Wire.Echo.ExchangeAsync($"GET /a HTTP/{version}\r\nHost: a\r\n\r\n");

        outcome.Requests.Should().ContainSingle().Which.Version.Should().Be(new Version(1, minor));
        outcome.Response().Status.Should().Be(200);
    }

    [Theory] // R3
    [InlineData("GET /\r\n")]
    [InlineData("GET / \r\n")]
    [InlineData("GET\r\n")]
    [InlineData("GET \r\n")]
    [InlineData("/\r\n")]
    [InlineData("GET / HTTP\r\n")]
    [InlineData("GET / HTTP/\r\n")]
    [InlineData("GET HTTP/1.1\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\n")]
    public Task Refuses_the_form_of_HTTP_0_9_and_missing_parts_without_a_header_section(string input) =>
    Wire.Echo.AssertRefusedAsync(input, 400);

    [Fact] // R3: the connection preface of HTTP/2
    public async Task Refuses_the_preface_of_HTTP_2()
    {
        Outcome outcome = await Wire.Echo.AssertEverySplitAsync(
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0", end: InputEnd.Wait);

        outcome.Response().Status.Should().BeOneOf(400, 505);
        outcome.Response().IsLast.Should().BeTrue();
        outcome.Requests.Should().BeEmpty();
        outcome.Output.Should().Equal(outcome.OutputBeforeFin);
    }

    [Fact] // R3: a TLS ClientHello sent to the plain port
    public Task Refuses_a_TLS_handshake_at_once() => Wire.Echo.AssertRefusedAtLastByteAsync("\u0016", 400);

    [Fact] // R3: every byte value after each part of the line
    public async Task Refuses_all_other_bytes_after_each_part()
    {
        for (int value = 0; value < 256; value++)
        {
            char c = (char)value;
            if (c is not '\r') await Wire.Echo.AssertRefusedAtLastByteAsync("GET / HTTP/1.1" + c, 400);
            if (c is not '\n') await Wire.Echo.AssertRefusedAtLastByteAsync("GET / HTTP/1.1\r" + c, 400);
            if (c is not 'H') await Wire.Echo.AssertRefusedAtLastByteAsync("GET / " + c, 400);
            if (c is not '/') await Wire.Echo.AssertRefusedAtLastByteAsync("GET / HTTP" + c, 400);
            if (!char.IsAsciiDigit(c)) await Wire.Echo.AssertRefusedAtLastByteAsync("GET / HTTP/" + c, 400);
            if (c is not '.') await Wire.Echo.AssertRefusedAtLastByteAsync("GET / HTTP/1" + c, 400);
            if (!char.IsAsciiDigit(c)) await Wire.Echo.AssertRefusedAtLastByteAsync("GET / HTTP/1." + c, 400);
        }
    }
}

using System.Globalization;
using System.Text;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Rules;

/// <summary>R6: how long a request line, a field line and a header section may be, and how many lines it may have.</summary>
public sealed class RequestLimitTests
{
    private const int MaxRequestLine = 8192;
    private const int MaxHeaderSection = 32768;
    private const int MaxFieldLines = 100;

    [Theory]
    [InlineData(8000)] // RFC 9112 §3: at least
    [InlineData(MaxRequestLine - 1)]
    [InlineData(MaxRequestLine)]
    public Task Accepts_a_request_line_up_to_the_limit(int length)
    {
        string target = Target(length);
        return Wire.Echo.AssertServedAsync($"GET {target} HTTP/1.1\r\nHost: a\r\n\r\n", [length], $"GET {target}");
    }

    [Fact]
    public Task Answers_414_to_a_line_one_octet_too_long() =>
        Wire.Echo.AssertRefusedAsync($"GET {Target(MaxRequestLine + 1)} HTTP/1.1\r\n", 414, interesting: [MaxRequestLine]);

    [Fact]
    public Task Answers_414_at_the_first_octet_over_the_limit() =>
        Wire.Echo.AssertRefusedAtLastByteAsync("GET /" + new string('a', MaxRequestLine + 1 - 5), 414);

    [Fact]
    public Task Answers_414_to_an_endless_line() =>
    Wire.Echo.AssertRefusedAsync("GET /?" + new string('a', 40_000), 414, interesting: [MaxRequestLine]);

    [Fact]
    public Task Finds_a_bad_octet_before_the_limit_first() =>
    Wire.Echo.AssertRefusedAtLastByteAsync("GET /" + new string('a', 8000) + '#', 400);

    [Theory]
    [InlineData(64)]
    [InlineData(100)]
    public Task Applies_a_limit_of_its_own_setting(int limit)
    {
        var wire = new Wire(
            Wire.EchoAsync, new PwbServerOptions { Limits = new PwbServerLimits { MaxRequestLineLength = limit } });
        return wire.AssertRefusedAtLastByteAsync("GET /" + new string('a', limit + 1 - 5), 414);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(MaxFieldLines - 1)]
    [InlineData(MaxFieldLines)]
    public Task Accepts_field_lines_up_to_the_limit(int count) =>
        Wire.Echo.AssertServedAsync($"GET /a HTTP/1.1\r\n{FieldLines(count)}\r\n", "GET /a");

    [Fact]
    public Task Answers_431_to_one_field_line_too_many() =>
    Wire.Echo.AssertRefusedAsync($"GET /a HTTP/1.1\r\n{FieldLines(MaxFieldLines + 1)}", 431);

    [Theory]
    [InlineData(MaxHeaderSection - 1)]
    [InlineData(MaxHeaderSection)]
    public Task Accepts_a_header_section_up_to_the_limit(int length) =>
        Wire.Echo.AssertServedAsync($"GET /a HTTP/1.1\r\n{Section(length)}\r\n", [length], "GET /a");

    [Fact]
    public Task Accepts_one_field_line_that_fills_the_section() =>
        Wire.Echo.AssertServedAsync(
            $"GET /a HTTP/1.1\r\nHost: a\r\nA: {new string('b', MaxHeaderSection - 9 - 5)}\r\n\r\n", [MaxHeaderSection],
            "GET /a");

    [Fact]
    public Task Answers_431_to_a_section_one_octet_too_long() =>
        Wire.Echo.AssertRefusedAsync($"GET /a HTTP/1.1\r\n{Section(MaxHeaderSection + 1)}", 431, interesting: [MaxHeaderSection]);

    [Theory]
    [InlineData("A: ")] // an endless value
    [InlineData("A")] // an endless name
    [InlineData("A:\t")]
    public Task Answers_431_to_an_endless_field_line(string start) =>
        Wire.Echo.AssertRefusedAsync(
            $"GET /a HTTP/1.1\r\nHost: a\r\n{start}{new string('b', MaxHeaderSection)}", 431, interesting: [MaxHeaderSection]);

    [Fact]
    public Task Answers_431_to_endless_white_space_in_a_field_line() =>
        Wire.Echo.AssertRefusedAsync($"GET /a HTTP/1.1\r\nHost: a\r\nA: {new string(' ', MaxHeaderSection)}", 431);

    [Fact]
    public Task Finds_a_bad_field_before_the_limit_first() =>
        Wire.Echo.AssertRefusedAtLastByteAsync($"GET /a HTTP/1.1\r\n{FieldLines(MaxFieldLines - 1)} ", 400);

    [Fact] // the limits count one request, not the connection
    public async Task Starts_to_count_anew_with_each_request()
    {
        string request = $"GET /a HTTP/1.1\r\n{FieldLines(MaxFieldLines)}\r\n";

        Outcome outcome = await Wire.Echo.ExchangeAsync(string.Concat(Enumerable.Repeat(request, 50)));

        outcome.Responses().Should().HaveCount(50).And.OnlyContain(response => response.Status == 200);
    }

    [Fact] // a section that is larger than any buffer that is likely: nothing moves under the handler's fields
    public async Task Keeps_every_field_of_a_long_section_intact()
    {
        var input = new StringBuilder("GET /a HTTP/1.1\r\nHost: a\r\n");
        for (int i = 1; i < MaxFieldLines; i++)
            input.Append(CultureInfo.InvariantCulture, $"X-{i}: {new string((char)('a' + (i % 26)), 250)}{i}\r\n");
        input.Append("\r\n");

        Outcome outcome = await Wire.Echo.AssertEverySplitAsync(input.ToString());

        outcome.Requests[0].Fields.Should().HaveCount(MaxFieldLines);
        for (int i = 1; i < MaxFieldLines; i++)
            outcome.Requests[0].Fields[i].Should().Be(
                ($"X-{i}", new string((char)('a' + (i % 26)), 250) + i.ToString(CultureInfo.InvariantCulture)));
    }

    // A target that makes "GET target HTTP/1.1" so many octets long.
    private static string Target(int lineLength) => "/" + new string('a', lineLength - "GET / HTTP/1.1".Length);

    private static string FieldLines(int count) =>
        "Host: a\r\n" + string.Concat(Enumerable.Range(1, count - 1).Select(i => $"A{i}: b\r\n"));

    // Field lines of so many octets in all, their line ends included.
    private static string Section(int length)
    {
        var section = new StringBuilder("Host: a\r\n");
        while (length - section.Length > 2000) section.Append("A: ").Append('b', 995).Append("\r\n");
        int rest = length - section.Length;
        return section.Append("A: ").Append('b', rest - 5).Append("\r\n").ToString();
    }
}

using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Rules;

/// <summary>R7: the Host field. RFC 9112 §3.2, RFC 9110 §7.2, RFC 3986 §3.2.</summary>
public sealed class HostTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("localhost")]
    [InlineData("example.com")]
    [InlineData("EXAMPLE.com")]
    [InlineData("example.com.")]
    [InlineData("xn--fiq228c.example")]
    [InlineData("a-b_c~d.e")]
    [InlineData("1")]
    [InlineData("127.0.0.1")]
    [InlineData("a:1")]
    [InlineData("a:80")]
    [InlineData("a:8888")]
    [InlineData("a:65535")]
    [InlineData("127.0.0.1:8888")]
    [InlineData("[::1]")]
    [InlineData("[::]")]
    [InlineData("[::1]:8888")]
    [InlineData("[1:2:3:4:5:6:7:8]")]
    [InlineData("[1:2:3:4:5:6:7::]")]
    [InlineData("[::2:3:4:5:6:7:8]")]
    [InlineData("[2001:DB8::ff00:42:8329]:1")]
    [InlineData("[::ffff:192.0.2.1]")]
    [InlineData("[1:2:3:4:5:6:192.0.2.1]")]
    [InlineData("%41b")]
    [InlineData("%e4%b8%ad")]
    public async Task Serves_a_valid_host(string host)
    {
        Outcome outcome = await Wire.Echo.AssertServedAsync($"GET /a HTTP/1.1\r\nHost: {host}\r\n\r\n", "GET /a");

        outcome.Requests[0].Host.Should().Be(host);
    }

    [Theory]
    [InlineData("Host:a")]
    [InlineData("host: a")]
    [InlineData("HOST: a")]
    [InlineData("hOsT:\t a \t ")]
    public async Task Finds_the_field_whatever_its_case_and_white_space(string line)
    {
        Outcome outcome = await Wire.Echo.AssertServedAsync($"GET /a HTTP/1.1\r\n{line}\r\n\r\n", "GET /a");

        outcome.Requests[0].Host.Should().Be("a");
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("\t")]
    [InlineData("a b")]
    [InlineData("a\tb")]
    [InlineData("a,b")]
    [InlineData("a, b")]
    [InlineData("a,")]
    [InlineData(",a")]
    [InlineData("a, a")]
    [InlineData("u@a")]
    [InlineData("u:p@a")]
    [InlineData("@a")]
    [InlineData("a@")]
    [InlineData("a/")]
    [InlineData("a/b")]
    [InlineData("/a")]
    [InlineData("/")]
    [InlineData("//a")]
    [InlineData("http://a")]
    [InlineData("a?")]
    [InlineData("a?b")]
    [InlineData("a#")]
    [InlineData("a#b")]
    [InlineData("a\\b")]
    [InlineData("\"a\"")]
    [InlineData("<a>")]
    [InlineData("a|b")]
    [InlineData("a^b")]
    [InlineData("a`b")]
    [InlineData("{a}")]
    [InlineData(":")]
    [InlineData(":80")]
    [InlineData("a:b")]
    [InlineData("a:8b")]
    [InlineData("a:-1")]
    [InlineData("a:+80")]
    [InlineData("a: 80")]
    [InlineData("a :80")]
    [InlineData("a:8 0")]
    [InlineData("a:80:80")]
    [InlineData("a::80")]
    [InlineData("a:0x50")]
    [InlineData("a:65536")]
    [InlineData("a:4294967376")] // 80 after a wrap at 2^32
    [InlineData("a:18446744073709551696")] // 80 after a wrap at 2^64
    [InlineData("[")]
    [InlineData("]")]
    [InlineData("[]")]
    [InlineData("[::1")]
    [InlineData("::1")]
    [InlineData("1:2:3:4:5:6:7:8")]
    [InlineData("[[::1]]")]
    [InlineData("[::1]a")]
    [InlineData("[::1]80")]
    [InlineData("a[::1]")]
    [InlineData("[::1]:b")]
    [InlineData("[::g]")]
    [InlineData("[:]")]
    [InlineData("[:::]")]
    [InlineData("[::1::2]")]
    [InlineData("[12345::]")]
    [InlineData("[1:2:3:4:5:6:7]")]
    [InlineData("[1:2:3:4:5:6:7:8:9]")]
    [InlineData("[1:2:3:4:5:6:7:]")]
    [InlineData("[:1:2:3:4:5:6:7]")]
    [InlineData("[127.0.0.1]")]
    [InlineData("[::256.0.0.1]")]
    [InlineData("[::1.2.3]")]
    [InlineData("[::1.2.3.4.5]")]
    [InlineData("[::1%25eth0]")]
    [InlineData("[::1%eth0]")]
    [InlineData("[a]")]
    [InlineData("[::1 ]")]
    [InlineData("%")]
    [InlineData("a%")]
    [InlineData("a%4")]
    [InlineData("a%zz")]
    [InlineData("a%4g")]
    [InlineData("\u00E9")]
    [InlineData("a\u0080")]
    [InlineData("\u00E4\u00B8\u00AD")]
    public async Task Refuses_an_invalid_host_when_its_line_is_complete(string host)
    {
        await Wire.Echo.AssertRefusedAtLastByteAsync($"GET / HTTP/1.1\r\nHost: {host}\r\n", 400);
        await Wire.Echo.AssertRefusedAtLastByteAsync($"GET / HTTP/1.0\r\nHost: {host}\r\n", 400);
        await Wire.Echo.AssertRefusedAtLastByteAsync($"GET http://a/ HTTP/1.1\r\nHost: {host}\r\n", 400);
    }

    [Fact]
    public async Task Takes_no_delimiter_and_no_control_character_out_of_all_256_bytes()
    {
        const string Sure = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
        const string Open = "!$&'()*+;="; // RFC 3986 has them in a reg-name; nobody has them in a name
        for (int value = 0; value < 256; value++)
        {
            char c = (char)value;
            if (Open.Contains(c, StringComparison.Ordinal)) continue;
            if (Sure.Contains(c, StringComparison.Ordinal))
                await Wire.Echo.AssertServedAsync($"GET / HTTP/1.1\r\nHost: a{c}b\r\n\r\n", "GET /");
            else await Wire.Echo.AssertRefusedAsync($"GET / HTTP/1.1\r\nHost: a{c}b\r\n", 400);
        }
    }

    [Theory]
    [InlineData("Host: a\r\nHost: a\r\n")]
    [InlineData("Host: a\r\nHost: b\r\n")]
    [InlineData("Host: a\r\nX: y\r\nhost: a\r\n")]
    [InlineData("Host: a\r\nHost:\r\n")]
    public async Task Refuses_a_second_Host_field(string lines)
    {
        await Wire.Echo.AssertRefusedAtLastByteAsync("GET / HTTP/1.1\r\n" + lines, 400);
        await Wire.Echo.AssertRefusedAtLastByteAsync("GET / HTTP/1.0\r\n" + lines, 400);
        await Wire.Echo.AssertRefusedAtLastByteAsync("GET http://a/ HTTP/1.1\r\n" + lines, 400);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n")]
    [InlineData("GET / HTTP/1.2\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nX-Host: a\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHos: a\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost_: a\r\n\r\n")]
    [InlineData("GET http://a/ HTTP/1.1\r\n\r\n")]
    [InlineData("OPTIONS * HTTP/1.1\r\n\r\n")]
    [InlineData("CONNECT a:80 HTTP/1.1\r\n\r\n")]
    public async Task Refuses_HTTP_1_1_without_Host_when_the_head_is_complete(string input) =>
        await Wire.Echo.AssertRefusedAtLastByteAsync(input, 400, method: input.Split(' ')[0]);

    [Fact]
    public async Task Serves_HTTP_1_0_without_Host()
    {
        Outcome outcome = await Wire.Echo.AssertEverySplitAsync("GET /a HTTP/1.0\r\n\r\n");

        outcome.RequestLines.Should().Equal("GET /a");
        outcome.Response().Status.Should().Be(200);
    }
}

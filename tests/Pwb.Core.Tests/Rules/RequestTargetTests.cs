using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Rules;

/// <summary>R4: the four forms of a target and the characters in it. RFC 9112 §3.2, RFC 3986 §2, §3.</summary>
public sealed class RequestTargetTests
{
    // RFC 3986 §3.3: pchar, without the percent sign; and the slash.
    // Brackets too: they are URI characters, and browsers send them in queries as they are.
    private const string PathCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:@/[]";

    [Theory]
    [InlineData("/")]
    [InlineData("/a")]
    [InlineData("/a/b/")]
    [InlineData("//")]
    [InlineData("//a")]
    [InlineData("/a//b")]
    [InlineData("/.")]
    [InlineData("/a/../b")]
    [InlineData("/a?")]
    [InlineData("/?b")]
    [InlineData("/a?b=c&d=e")]
    [InlineData("/a?b?c/d:@")]
    [InlineData("/%20")]
    [InlineData("/%7E%7e")]
    [InlineData("/%41%5A%2F%2f")]
    [InlineData("/%e4%b8%ad%E6%96%87")]
    [InlineData("/%c3%a9%C3%A9")]
    [InlineData("/%25")]
    [InlineData("/%2500")]
    [InlineData("/?%00%1f%7F")] // in the query they are data
    [InlineData("/?q=a|b")]
    [InlineData("/?f={%22a%22:1}")]
    [InlineData("/?q=100%")]
    [InlineData("/?a%G%4")]
    [InlineData("/?a\\b^c`d[]'")]
    [InlineData("http://h?a|b")]
    [InlineData("/?a%0D%0Ab")]
    [InlineData("/http://a/")]
    [InlineData("/*")]
    public Task Serves_origin_form(string target) =>
    Wire.Echo.AssertServedAsync($"GET {target} HTTP/1.1\r\nHost: a\r\n\r\n", $"GET {target}");

    [Theory]
    [InlineData("/a", "/a", "")]
    [InlineData("/a%20b", "/a b", "")]
    [InlineData("/a+b", "/a+b", "")]
    [InlineData("/%e4%b8%ad", "/\u4E2D", "")]
    [InlineData("/%2541", "/%41", "")] // decoded once
    [InlineData("/a?b=%20", "/a", "b=%20")]
    [InlineData("/a?", "/a", "")]
    [InlineData("/a?b?c", "/a", "b?c")]
    [InlineData("http://h", "/", "")]
    [InlineData("http://h/a%20b?c", "/a b", "c")]
    [InlineData("http://h?c", "/", "c")]
    [InlineData("/?q=a|b&f={%22a%22:1}&p=100%", "/", "q=a|b&f={%22a%22:1}&p=100%")]
    public async Task Gives_the_handler_the_decoded_path_and_the_raw_query(string target, string path, string query)
    {
        Outcome outcome = await Wire.Echo.ExchangeAsync($"GET {target} HTTP/1.1\r\nHost: h\r\n\r\n");

        outcome.Response().Status.Should().Be(200);
        outcome.Requests[0].Path.Should().Be(path);
        outcome.Requests[0].RawQuery.Should().Be(query);
        outcome.Requests[0].Target.Should().Be(target);
    }

    [Fact]
    public async Task Takes_just_the_characters_of_a_path_and_query_out_of_all_256_bytes()
    {
        for (int value = 0; value < 256; value++)
        {
            char c = (char)value;
            foreach (string start in (string[])["/", "/a", "/?", "/a?b"])
            {
                bool isInQuery = start.Contains('?', StringComparison.Ordinal);
                if (isInQuery ? c is > ' ' and < '\u007F' and not ('"' or '#' or '<' or '>')
                    : PathCharacters.Contains(c, StringComparison.Ordinal) || c == '?')
                    await Wire.Echo.AssertServedAsync($"GET {start}{c} HTTP/1.1\r\nHost: a\r\n\r\n", $"GET {start}{c}");
                else if (c is not (' ' or '%'))
                    await Wire.Echo.AssertRefusedAtLastByteAsync($"GET {start}{c}", 400);
            }
        }
    }

    [Theory]
    [InlineData("/#")]
    [InlineData("/a#b")]
    [InlineData("/a?b#c")]
    [InlineData("/a\\b")]
    [InlineData("/..\\")]
    [InlineData("/\u00E9")]
    [InlineData("/\u00C3\u00A9")]
    [InlineData("/a\"b")]
    [InlineData("/<a>")]
    [InlineData("/a|b")]
    [InlineData("/{a}")]
    [InlineData("/a^b")]
    [InlineData("/a`b")]
    [InlineData("/a\u007F")]
    public Task Refuses_characters_that_no_URI_has(string target) =>
    Wire.Echo.AssertRefusedAsync($"GET {target} HTTP/1.1\r\n", 400);

    [Theory]
    [InlineData("/%G")]
    [InlineData("/%4G")]
    [InlineData("/%%")]
    [InlineData("/%4%")]
    [InlineData("/% ")]
    [InlineData("/%4 ")]
    [InlineData("/%\r")]
    [InlineData("/%u")]
    [InlineData("/%-")]
    [InlineData("/%+4")]
    [InlineData("/a%?")]
    public Task Refuses_a_broken_percent_escape(string start) =>
        Wire.Echo.AssertRefusedAsync(start.EndsWith(' ') ? $"GET {start}HTTP/1.1\r\n" : $"GET {start} HTTP/1.1\r\n", 400);

    [Fact]
    public async Task Refuses_every_escaped_control_character_in_the_path_and_no_other_of_ASCII()
    {
        for (int value = 0; value < 256; value++)
        {
            string escape = $"%{value:X2}";
            if (value is < 0x20 or 0x7F)
            {
                await Wire.Echo.AssertRefusedAsync($"GET /a{escape} HTTP/1.1\r\n", 400);
                await Wire.Echo.AssertRefusedAsync($"GET /{escape.ToLowerInvariant()}b?c HTTP/1.1\r\n", 400);
                await Wire.Echo.AssertRefusedAsync($"GET http://a/{escape} HTTP/1.1\r\n", 400);
            }
            else if (value < 0x80)
            {
                await Wire.Echo.AssertServedAsync($"GET /a{escape}b HTTP/1.1\r\nHost: a\r\n\r\n", $"GET /a{escape}b");
            }
        }
    }

    [Theory]
    [InlineData("http://a/", "a")]
    [InlineData("http://a", "a")]
    [InlineData("HTTP://a/", "a")]
    [InlineData("http://a:80/", "a:80")]
    [InlineData("http://a?b", "a")]
    [InlineData("http://a/b?c", "a")]
    [InlineData("http://127.0.0.1:8888/", "127.0.0.1:8888")]
    [InlineData("http://[::1]/", "[::1]")]
    [InlineData("http://[::1]:8888/b", "[::1]:8888")]
    [InlineData("http://a-b.c_d~e/", "a-b.c_d~e")]
    public async Task Serves_absolute_form_whose_authority_wins_over_Host(string target, string host)
    {
        string input = $"GET {target} HTTP/1.1\r\nHost: other.example\r\n\r\n";

        await Wire.Echo.AssertServedAsync(input, $"GET {target}");
        (await Wire.Echo.ExchangeAsync(input)).Requests[0].Host.Should().Be(host);
    }

    [Theory]
    [InlineData("http:")]
    [InlineData("http:/")]
    [InlineData("http:a")]
    [InlineData("http:/a")]
    [InlineData("http://")]
    [InlineData("http:///")]
    [InlineData("http:///a")]
    [InlineData("http://?a")]
    [InlineData("http://:80/")]
    [InlineData("http://u@a/")]
    [InlineData("http://u:p@a/")]
    [InlineData("http://@a/")]
    [InlineData("http://a@/")]
    [InlineData("http://a:b/")]
    [InlineData("http://a:-1/")]
    [InlineData("http://a:80:80/")]
    [InlineData("http://a:65536/")]
    [InlineData("http://[::1/")]
    [InlineData("http://[::1]a/")]
    [InlineData("http://[]/")]
    [InlineData("http://[::g]/")]
    [InlineData("http://::1/")]
    [InlineData("http://a,b/")]
    [InlineData("http://a\\b/")]
    [InlineData("http://a%/")]
    [InlineData("http://a%zz/")]
    [InlineData("http://\u00E9/")]
    [InlineData("http://a/#b")]
    [InlineData("http://a#b")]
    [InlineData("http://a/%")]
    [InlineData("http://a/\\")]
    [InlineData("ftp://a/")]
    [InlineData("ws://a/")]
    [InlineData("file:///a")]
    [InlineData("httpx://a/")]
    [InlineData("htt://a/")]
    [InlineData("mailto:a@b")]
    [InlineData("://a/")]
    public Task Refuses_other_absolute_forms_when_the_line_is_complete(string target) =>
        Wire.Echo.AssertRefusedAsync($"GET {target} HTTP/1.1\r\n", 400);

    [Theory]
    [InlineData("GET a")]
    [InlineData("GET a/b")]
    [InlineData("GET a:80")]
    [InlineData("GET a.example:80")]
    [InlineData("GET ?")]
    [InlineData("GET ?a")]
    [InlineData("GET .")]
    [InlineData("GET %2F")]
    [InlineData("GET *")]
    [InlineData("HEAD *")]
    [InlineData("POST *")]
    [InlineData("PUT *")]
    [InlineData("OPTIONS **")]
    [InlineData("OPTIONS */")]
    [InlineData("OPTIONS *?a")]
    [InlineData("OPTIONS a:80")]
    [InlineData("CONNECT /")]
    [InlineData("CONNECT *")]
    [InlineData("CONNECT a")]
    [InlineData("CONNECT a:")]
    [InlineData("CONNECT :80")]
    [InlineData("CONNECT a:b")]
    [InlineData("CONNECT a:80/")]
    [InlineData("CONNECT a:80?b")]
    [InlineData("CONNECT u@a:80")]
    [InlineData("CONNECT a,b:80")]
    [InlineData("CONNECT a:65536")]
    [InlineData("CONNECT http://a:80/")]
    [InlineData("CONNECT [::1:80")]
    public async Task Refuses_a_form_that_the_method_does_not_take(string start) =>
        await Wire.Echo.AssertRefusedAsync($"{start} HTTP/1.1\r\n", 400, method: start.Split(' ')[0]);

    [Theory] // RFC 9110 §7.4
    [InlineData("GET https://a/")]
    [InlineData("GET hTTpS://a")]
    [InlineData("OPTIONS https://a")]
    [InlineData("POST https://a/b?c")]
    public Task Is_misdirected_with_https_on_a_connection_without_TLS(string start) =>
        Wire.Echo.AssertRefusedAsync($"{start} HTTP/1.1\r\nHost: a\r\n\r\n", 421, method: start.Split(' ')[0]);

    [Theory]
    [InlineData("*")]
    [InlineData("http://a")] // RFC 9112 §3.2.4
    public async Task Answers_OPTIONS_for_the_whole_server_itself(string target)
    {
        Outcome outcome = await Wire.Echo.AssertEverySplitAsync($"OPTIONS {target} HTTP/1.1\r\nHost: a\r\n\r\n{Wire.Probe}");

        outcome.RequestLines.Should().Equal("GET /probe");
        WireResponse response = outcome.Responses("OPTIONS").Should().HaveCount(2).And.Subject.First();
        response.Status.Should().Be(204);
        response["Allow"].Should().BeNull("which methods there are is the resources' matter");
        response["Content-Length"].Should().BeNull();
    }

    [Theory]
    [InlineData("a:80", "")]
    [InlineData("example.com:443", "")]
    [InlineData("127.0.0.1:1", "Connection: keep-alive\r\n")]
    [InlineData("[::1]:65535", "Content-Length: 5\r\n")]
    [InlineData("a:1", "Transfer-Encoding: chunked\r\n")]
    [InlineData("a:2", "Content-Length: 5\r\nExpect: 100-continue\r\n")]
    public async Task Answers_CONNECT_with_405_and_looks_at_nothing_behind_it(string target, string fields)
    {
        foreach (string version in (string[])["1.1", "1.0"])
        {
            if (version is "1.0" && fields.StartsWith("Transfer", StringComparison.Ordinal)) continue;
            WireResponse response = await Wire.Echo.AssertRefusedAsync(
                $"CONNECT {target} HTTP/{version}\r\nHost: {target}\r\n{fields}\r\n", 405, method: "CONNECT");
            response["Allow"].Should().BeEmpty("nothing is allowed there");
        }
    }
}

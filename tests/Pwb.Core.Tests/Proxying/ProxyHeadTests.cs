using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Proxying;

/// <summary>Heads that two parties could read in two ways, in both directions.</summary>
public sealed class ProxyHeadTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private const string Get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    private static readonly IRequestHandler Next = RequestHandler.From(_ => HttpResponse.NotFound());

    [Fact]
    public async Task Fields_that_any_line_of_Connection_names_stay_behind()
    {
        (_, string head) = await AskAsync(
            Ok, "GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\nConnection: X-Mine, X-Other\r\nX-Mine: 1\r\n"
                + "X-Other: 2\r\nX-Third: 3\r\n\r\n");

        head.Should().Contain("\r\nX-Third: 3\r\n").And.NotContain("X-Mine").And.NotContain("X-Other");
    }

    [Theory]
    [InlineData("X_Forwarded_For: 192.0.2.9")]
    [InlineData("x_forwarded-HOST: evil.example")]
    [InlineData("X-Forwarded_Proto: https")]
    public async Task What_a_gateway_would_take_for_one_of_its_own_fields_stays_behind(string line)
    {
        (_, string head) = await AskAsync(Ok, $"GET / HTTP/1.1\r\nHost: a\r\n{line}\r\n\r\n");

        head.Should().NotContain(line);
    }

    [Theory]
    [InlineData("a..b")]
    [InlineData("a%C3%A4")]
    [InlineData("!$&'()*;=~")]
    public async Task A_host_that_cannot_go_on_is_the_client_s_fault(string host)
    {
        using ProxyHandler proxy = new("/", new Uri("http://127.0.0.1:9"), Next);

        Outcome outcome = await Wire.ExchangeAsync(proxy, Latin1.Bytes($"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n"));

        outcome.Text.Should().StartWith("HTTP/1.1 400 Bad Request\r\n");
    }

    [Theory]
    [InlineData("a_b:8080")]
    [InlineData("[::1]:")]
    [InlineData("a.b.")]
    public async Task A_target_gets_one_Host_as_it_was_sent(string host)
    {
        (_, string head) = await AskAsync(Ok, $"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n");

        head.Split("\r\n").Where(line => line.StartsWith("Host:", StringComparison.OrdinalIgnoreCase))
            .Should().Equal($"Host: {host}");
    }

    [Theory]
    [InlineData("Transfer-Encoding: chunked")]
    [InlineData("X-Length: none")]
    public async Task The_head_for_HEAD_has_no_length_that_the_target_did_not_say(string line)
    {
        (string answer, _) = await AskAsync($"HTTP/1.1 200 OK\r\n{line}\r\n\r\n", "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");

        answer.Should().StartWith("HTTP/1.1 200 OK\r\n").And.NotContain("Content-Length")
            .And.Contain("\r\nTransfer-Encoding: chunked\r\n").And.EndWith("\r\n\r\n");
    }

    [Theory]
    [InlineData("")]
    [InlineData("Upgrade: websocket\r\nConnection: Upgrade\r\n")]
    public async Task A_target_of_WebSockets_may_refuse_other_requests(string lines)
    {
        (string answer, _) = await AskAsync($"HTTP/1.1 426 Upgrade Required\r\n{lines}Content-Length: 2\r\n\r\nno", Get);

        answer.Should().StartWith("HTTP/1.1 426 Upgrade Required\r\n").And.Contain("\r\nUpgrade: websocket\r\n")
            .And.EndWith("\r\n\r\nno");
    }

    [Theory]
    [InlineData("Content-Length: 2\r\nContent-Length: 5", "okxyz")]
    [InlineData("Content-Length: 2\r\nContent-Length: 2", "ok")]
    [InlineData("Content-Length: 2, 2", "ok")]
    [InlineData("Content-Length: +2", "ok")]
    [InlineData("Content-Length: -2", "ok")]
    [InlineData("Content-Length:", "ok")]
    [InlineData("Content-Length: 99999999999999999999", "ok")]
    [InlineData("Content-Length: 2\r\nTransfer-Encoding: chunked", "2\r\nok\r\n0\r\n\r\n")]
    [InlineData("Content-Length: 2\r\nTransfer-Encoding: identity", "ok")]
    [InlineData("Transfer-Encoding: gzip", "ok")]
    [InlineData("Transfer-Encoding: gzip, chunked", "2\r\nok\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "2\r\nok\r\n0\r\n\r\n")]
    public async Task A_response_whose_end_is_not_certain_is_502(string framing, string content)
    {
        (string answer, _) = await AskAsync($"HTTP/1.1 200 OK\r\n{framing}\r\n\r\n{content}", Get);

        answer.Should().StartWith("HTTP/1.1 502 Bad Gateway\r\n");
    }

    private static async Task<(string Answer, string Head)> AskAsync(string said, string sent)
    {
        using RawTarget target = new(said);
        using ProxyHandler proxy = new("/", target.Url, Next);
        Outcome outcome = await Wire.ExchangeAsync(proxy, Latin1.Bytes(sent));
        return (outcome.Text, target.Head);
    }
}

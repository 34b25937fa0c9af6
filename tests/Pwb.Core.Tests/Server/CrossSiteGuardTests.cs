using System.Net;
using Pwb.Security;
using Pwb.Tests.Infrastructure;
using Pwb.Tests.Tls;

namespace Pwb.Tests.Server;

/// <summary>
/// Requests that pages of other sites make a browser send: those that could change something are told 403, and reach no handler.
/// </summary>
public sealed class CrossSiteGuardTests
{
    private const string Handshake = "Upgrade: websocket\nConnection: keep-alive, Upgrade\nSec-WebSocket-Version: 13\n"
        + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==";

    private static readonly string[] Trusted = [
        "https://app.example", "http://localhost:3000", "chrome-extension://abcdefgh", "HTTPS://Shop.example:443",
        "http://[2001:db8::1]:8080"];

    [Theory]
    [InlineData(true, "POST", "")] // curl, HttpClient, webhooks
    [InlineData(true, "PUT", "X-Origin: http://evil.example")]
    [InlineData(true, "POST", "Sec-Fetch-Site: same-origin")]
    [InlineData(true, "POST", "Sec-Fetch-Site: none")]
    [InlineData(false, "POST", "Sec-Fetch-Site: cross-site")]
    [InlineData(false, "POST", "Sec-Fetch-Site: same-site")] // another port of this machine is another program
    [InlineData(false, "DELETE", "sec-fetch-site: CROSS-SITE")]
    [InlineData(false, "POST", "Sec-Fetch-Site: something-new")]
    [InlineData(false, "POST", "Sec-Fetch-Site:")]
    [InlineData(false, "POST", "Sec-Fetch-Site: same-origin, cross-site")]
    [InlineData(false, "POST", "Sec-Fetch-Site: cross-site\nOrigin: http://localhost:8888")] // another scheme, or a stripped one
    [InlineData(true, "POST", "Sec-Fetch-Site: same-origin\nOrigin: http://localhost:9999")]
    [InlineData(true, "POST", "Sec-Fetch-Site: none\nOrigin: null")]
    [InlineData(true, "POST", "Origin: http://localhost:8888")]
    [InlineData(true, "POST", "Origin: https://localhost:8888")] // a proxy ended its TLS
    [InlineData(true, "POST", "Origin: http://LOCALHOST:8888")]
    [InlineData(false, "POST", "Origin: http://localhost:8889")]
    [InlineData(false, "POST", "Origin: http://localhost")]
    [InlineData(false, "POST", "Origin: http://127.0.0.1:8888")]
    [InlineData(false, "POST", "Origin: http://evil.example")]
    [InlineData(false, "POST", "Origin: http://localhost:8888.evil.example")]
    [InlineData(false, "POST", "Origin: http://evil.example/localhost:8888")]
    [InlineData(false, "POST", "Origin: http://user@localhost:8888")]
    [InlineData(false, "POST", "Origin: localhost:8888")]
    [InlineData(false, "POST", "Origin: ://localhost:8888")]
    [InlineData(false, "POST", "Origin: null")] // a sandboxed frame, a file
    [InlineData(false, "POST", "Origin:")]
    [InlineData(false, "POST", "Origin: http://localhost:8888 http://evil.example")]
    [InlineData(false, "PUT", "Origin: http://evil.example")]
    [InlineData(false, "DELETE", "Origin: http://evil.example")]
    [InlineData(false, "PATCH", "Origin: http://evil.example")]
    [InlineData(false, "PROPFIND", "Origin: http://evil.example")]
    // A link, an image, a fetch: it reads at most.
    [InlineData(true, "GET", "Origin: http://evil.example\nSec-Fetch-Site: cross-site")]
    [InlineData(true, "HEAD", "Origin: http://evil.example\nSec-Fetch-Site: cross-site")]
    // CORS is the handler's to answer.
    [InlineData(true, "OPTIONS", "Origin: http://evil.example\nAccess-Control-Request-Method: PUT")]
    [InlineData(false, "GET", "Origin: http://evil.example\n" + Handshake)]
    [InlineData(false, "GET", "Origin: null\n" + Handshake)]
    [InlineData(false, "GET", "Sec-Fetch-Site: cross-site\n" + Handshake)]
    [InlineData(true, "GET", "Origin: http://localhost:8888\n" + Handshake)]
    [InlineData(true, "GET", Handshake)] // no browser
    [InlineData(false, "GET", "Origin: http://evil.example\nUpgrade: h2c, WebSocket\nConnection: UPGRADE")]
    [InlineData(true, "GET", "Origin: http://evil.example\nUpgrade: websocket")] // no handshake without Connection
    [InlineData(true, "GET", "Origin: http://evil.example\nConnection: upgrade\nUpgrade: h2c")]
    [InlineData(true, "POST", "Sec-Fetch-Site: cross-site\nOrigin: https://app.example")]
    [InlineData(true, "POST", "Origin: https://app.example:443")]
    [InlineData(false, "POST", "Origin: http://app.example")]
    [InlineData(false, "POST", "Origin: https://app.example:444")]
    [InlineData(false, "POST", "Origin: https://www.app.example")]
    [InlineData(true, "POST", "Sec-Fetch-Site: same-site\nOrigin: http://localhost:3000")]
    [InlineData(true, "POST", "Sec-Fetch-Site: cross-site\nOrigin: chrome-extension://abcdefgh")]
    [InlineData(false, "POST", "Origin: chrome-extension://abcdefgi")]
    [InlineData(true, "POST", "Origin: https://shop.example")]
    [InlineData(true, "POST", "Origin: http://[2001:db8::1]:8080")]
    [InlineData(true, "GET", "Origin: https://app.example\n" + Handshake)]
    public void Decides_by_what_a_browser_says(bool isAllowed, string method, string lines) =>
        Guard(Trusted).Allows(Request(method, "localhost:8888", lines)).Should().Be(isAllowed);

    [Theory]
    [InlineData("localhost", "http://localhost", true)]
    [InlineData("localhost", "http://localhost:80", true)]
    [InlineData("localhost:80", "http://localhost", true)]
    [InlineData("localhost:", "http://localhost", true)]
    [InlineData("www.example.org", "https://www.example.org", true)]
    [InlineData("www.example.org:443", "https://www.example.org", true)]
    [InlineData("www.example.org", "https://www.example.org:443", true)]
    [InlineData("www.example.org:80", "https://www.example.org", false)]
    [InlineData("www.example.org:443", "http://www.example.org", false)]
    [InlineData("[::1]", "http://[::1]", true)]
    [InlineData("[::1]:80", "http://[::1]", true)]
    [InlineData("[::80]", "http://[::80]", true)]
    [InlineData("[::]", "http://[::80]", false)]
    [InlineData("[::1]:8888", "http://[::1]:8888", true)]
    public void A_default_port_is_the_same_as_none(string host, string origin, bool isAllowed) =>
        Guard([]).Allows(Request("POST", host, $"Origin: {origin}")).Should().Be(isAllowed);

    [Fact]
    public void Over_TLS_the_default_port_is_that_of_https()
    {
        HttpRequest request = new(
            "POST", "/", null, ("Host", "localhost:443"),
            ("Origin", "https://localhost"))
        { Connection = new HttpConnectionInfo { IsSecure = true } };

        Guard([]).Allows(request).Should().BeTrue();
    }

    [Fact]
    public void Is_there_on_loopback_by_default_and_elsewhere_by_a_list()
    {
        CrossSiteGuard.For(null, isLoopback: true).Should().NotBeNull();
        CrossSiteGuard.For(null, isLoopback: false).Should().BeNull();
        CrossSiteGuard.For([], isLoopback: false).Should().NotBeNull();
        CrossSiteGuard.For(["*"], isLoopback: true).Should().BeNull();
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("example.org")]
    [InlineData("https://")]
    [InlineData("://example.org")]
    [InlineData("1https://example.org")]
    [InlineData("https://example.org/")]
    [InlineData("https://user@example.org")]
    [InlineData("https://*.example.org")]
    [InlineData("https://example.org:")]
    [InlineData("https://example.org:99999")]
    [InlineData("https://example.org https://example.net")]
    [InlineData("https://例子.example")]
    [InlineData("https://[::g]")]
    [InlineData(null)]
    public void A_list_with_anything_but_origins_is_refused_where_it_is_given(string? origin)
    {
        Action making =
            () => _ = new PwbServer(options: new PwbServerOptions { TrustedOrigins = ["https://ok.example", origin!] });

        making.Should().Throw<ArgumentException>().WithMessage($"TrustedOrigins holds '{origin}'; it takes origins*")
            .WithParameterName("TrustedOrigins");
    }

    [Fact]
    public async Task A_server_on_loopback_refuses_before_its_handler_and_says_whom_and_how_to_allow_it()
    {
        LogLines log = new();
        int calls = 0;
        IRequestHandler handler = RequestHandler.From(_ => HttpResponse.Text($"{++calls}"));
        PwbServerOptions options = new() { EndPoints = ServerEndPoint.Loopback(0), TimeProvider = new ManualClock() };
        await using PwbServer server = new(handler, options, log);
        await server.StartAsync();
        string host = $"localhost:{server.EndPoint.Port}";

        string refused = await Tcp.AskAsync(
            server.EndPoint.Ip,
            $"POST /a?sig=1 HTTP/1.1\r\nHost: {host}\r\nOrigin: http://evil.example\\\x80\r\nContent-Length: 5\r\n\r\n"
                + $"helloGET / HTTP/1.1\r\nHost: {host}\r\n\r\n");
        string unnamed = await Tcp.AskAsync(
            server.EndPoint.Ip,
            $"POST / HTTP/1.1\r\nHost: {host}\r\nSec-Fetch-Site: cross-site\r\nExpect: 100-continue\r\n"
                + $"Content-Length: 1\r\n\r\n");
        string served = await Tcp.AskAsync(
            server.EndPoint.Ip, $"POST / HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nConnection: close\r\n\r\n");

        refused.Should().StartWith("HTTP/1.1 403 Forbidden\r\n").And.Contain("\r\nConnection: close\r\n")
            .And.EndWith(
                "\r\n\r\n403 Forbidden: A page of another site may not do this here.\n",
                "that is the last answer on the connection");
        unnamed.Should().StartWith("HTTP/1.1 403 Forbidden\r\n", "no content is asked for");
        served.Should().EndWith("\r\n\r\n1", "the handler had not been called before");
        log.Lines.Where(line => line.Contains("TrustedOrigins", StringComparison.Ordinal))
            .Should().ContainSingle("there is one line in five seconds")
            .Which.Should().Contain(@"POST /a?sig=REDACTED from a page of the origin http://evil.example\\\x80")
            .And.StartWith("Warning: ").And.Contain("--cors");
    }

    [Fact]
    public async Task In_memory_and_on_streams_it_is_there_only_with_a_list()
    {
        const string Foreign = "POST /a HTTP/1.1\r\nHost: probe\r\nOrigin: http://evil.example\r\nContent-Length: 0\r\n\r\n";
        await Wire.Echo.AssertServedAsync(Foreign, "POST /a");
        await new Wire(Wire.EchoAsync, new PwbServerOptions { TrustedOrigins = [] }).AssertRefusedAsync(Foreign, 403);

        (await PostAsync(null)).Should().Be(HttpStatusCode.OK);
        (await PostAsync([])).Should().Be(HttpStatusCode.Forbidden);
        (await PostAsync(["http://evil.example"])).Should().Be(HttpStatusCode.OK);
        (await PostAsync(["*"])).Should().Be(HttpStatusCode.OK);
    }

    private static async Task<HttpStatusCode> PostAsync(string[]? trusted)
    {
        await using PwbServer server = new(options: new PwbServerOptions { TrustedOrigins = trusted });
        using HttpClient client = server.CreateClient();
        using HttpRequestMessage message = new(HttpMethod.Post, "/") { Headers = { { "Origin", "http://evil.example" } } };
        using HttpResponseMessage response = await client.SendAsync(message);
        return response.StatusCode;
    }

    private static CrossSiteGuard Guard(string[] trusted)
    {
        _ = new PwbServer(options: new PwbServerOptions { TrustedOrigins = trusted });
        return CrossSiteGuard.For(trusted, isLoopback: true)!;
    }

    private static HttpRequest Request(string method, string host, string lines)
    {
        IEnumerable<(string, string)> fields = lines.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(':', 2)).Select(parts => (parts[0], parts[1].Trim()));
        return new HttpRequest(method, "/", null, [("Host", host), .. fields]);
    }
}

using Microsoft.Extensions.Logging;
using Pwb.Security;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Server;

/// <summary>
/// DNS rebinding: a page that gives its own name this machine's address is told 421, and its requests reach no handler.
/// </summary>
public sealed class HostFilterTests
{
    private static readonly string[] Names = ["example.org", "*.example.net"];

    [Theory]
    [InlineData("localhost")]
    [InlineData("LocalHost:8888")]
    [InlineData("localhost.")]
    [InlineData("app.localhost")]
    [InlineData("a.b.localhost:1")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:8888")]
    [InlineData("192.0.2.1")]
    [InlineData("[::1]")]
    [InlineData("[::1]:8888")]
    [InlineData("")] // HTTP/1.0
    public void Allows_this_machine_and_addresses_on_loopback_only(string authority)
    {
        foreach (string[]? names in (string[]?[])[null, [], Names])
            HostFilter.For(names, isLoopback: true)!.Allows(Latin1.Bytes(authority)).Should().BeTrue();
        foreach (string[] names in (string[][])[[], Names])
            HostFilter.For(names, isLoopback: false)!.Allows(Latin1.Bytes(authority)).Should().Be(authority.Length == 0);
    }

    [Theory]
    [InlineData("203.0.113.9", "203.0.113.9:80", true)]
    [InlineData("203.0.113.9", "203.0.113.8", false)]
    [InlineData("[2001:db8::1]", "[2001:DB8::1]:80", true)]
    [InlineData("[2001:db8::1]", "[2001:db8::2]", false)]
    [InlineData("localhost", "localhost:80", true)]
    public void Allows_an_address_elsewhere_if_it_is_in_the_list(string host, string authority, bool isAllowed)
    {
        _ = new PwbServer(options: new PwbServerOptions { AllowedHosts = [host] });

        HostFilter.For([host], isLoopback: false)!.Allows(Latin1.Bytes(authority)).Should().Be(isAllowed);
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("localhost.evil.example")]
    [InlineData("evil-localhost")]
    [InlineData(".localhost")]
    [InlineData("localhost..")]
    [InlineData("127.0.0.1.evil.example")]
    [InlineData("127.0.0.1.nip.io")]
    [InlineData("1.2.3.4.5")]
    [InlineData("256.0.0.1")]
    [InlineData("127.1")]
    [InlineData("1")]
    [InlineData("0x7f000001")]
    [InlineData("%6cocalhost")]
    [InlineData("example.org")]
    [InlineData(".")]
    public void Allows_no_other_name_on_loopback(string authority) =>
        HostFilter.For(null, isLoopback: true)!.Allows(Latin1.Bytes(authority)).Should().BeFalse();

    [Theory]
    [InlineData("example.org", true)]
    [InlineData("EXAMPLE.org:80", true)]
    [InlineData("example.org.", true)]
    [InlineData("www.example.org", false)]
    [InlineData("www.example.net", true)]
    [InlineData("a.b.example.net", true)]
    [InlineData("example.net", false)]
    [InlineData(".example.net", false)]
    [InlineData("wwwexample.net", false)]
    [InlineData("example.com", false)]
    public void Allows_the_names_of_the_list(string authority, bool isAllowed)
    {
        HostFilter.For(Names, isLoopback: true)!.Allows(Latin1.Bytes(authority)).Should().Be(isAllowed);
        HostFilter.For(Names, isLoopback: false)!.Allows(Latin1.Bytes(authority)).Should().Be(isAllowed);
    }

    [Fact]
    public void Nothing_is_checked_without_a_list_elsewhere_nor_with_a_star()
    {
        HostFilter.For(null, isLoopback: false).Should().BeNull();
        HostFilter.For(["*"], isLoopback: true).Should().BeNull();
    }

    [Theory]
    [InlineData("")]
    [InlineData("example.org:80")]
    [InlineData("http://example.org")]
    [InlineData("example.org/")]
    [InlineData("*example.org")]
    [InlineData("www.*.org")]
    [InlineData("*.")]
    [InlineData(".example.org")]
    [InlineData("example.org.")]
    [InlineData("例子.example")]
    [InlineData("a b")]
    [InlineData("[::1]:80")]
    [InlineData("[::g]")]
    [InlineData("::1")]
    [InlineData(null)]
    public void A_list_with_anything_but_names_is_refused_where_it_is_given(string? host)
    {
        Action making = () => _ = new PwbServer(options: new PwbServerOptions { AllowedHosts = ["ok.example", host!] });

        making.Should().Throw<ArgumentException>().WithMessage($"AllowedHosts holds '{host}'; it takes names*")
            .WithParameterName("AllowedHosts");
    }

    [Fact]
    public async Task A_server_on_loopback_refuses_other_names_before_its_handler_and_says_how_to_add_one()
    {
        var log = new Lines();
        int calls = 0;
        IRequestHandler handler = RequestHandler.From(_ => HttpResponse.Text($"{++calls}"));
        PwbServerOptions options = new() { EndPoints = ServerEndPoint.Loopback(0), TimeProvider = new ManualClock() };
        await using PwbServer server = new(handler, options, log);
        await server.StartAsync();

        string refused = await Tcp.AskAsync(
            server.EndPoint.Ip, "GET / HTTP/1.1\r\nHost: evil.example:8888\r\n\r\nGET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        string served = await Tcp.AskAsync(server.EndPoint.Ip, "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        await Tcp.AskAsync(server.EndPoint.Ip, "GET http://other.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n");

        refused.Should().StartWith("HTTP/1.1 421 Misdirected Request\r\n").And.Contain("\r\nConnection: close\r\n")
            .And.EndWith(
                "\r\n\r\n421 Misdirected Request: This server does not answer for that host.\n",
                "that is the last answer on the connection");
        served.Should().EndWith("\r\n\r\n1", "the handler had not been called before");
        log.Warnings.Should().ContainSingle("there is one line in five seconds").Which.Should().Contain("evil.example:8888")
            .And.Contain("AllowedHosts").And.Contain("--allow-host");
    }

    [Fact]
    public async Task The_host_of_an_absolute_target_is_the_one_that_counts()
    {
        var wire = new Wire(_ => HttpResponse.Text("x"), new PwbServerOptions { AllowedHosts = ["example.org", "probe"] });

        await wire.AssertServedAsync(
            "GET http://example.org/a HTTP/1.1\r\nHost: evil.example\r\n\r\n", "GET http://example.org/a");
        await wire.AssertRefusedAsync("GET http://evil.example/a HTTP/1.1\r\nHost: example.org\r\n\r\n", 421);
    }

    [Theory]
    [InlineData("Content-Length: 5\r\n\r\nhello")]
    [InlineData("Content-Length: 5\r\nExpect: 100-continue\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")]
    public async Task Content_is_not_asked_for_and_never_read_as_a_request(string rest)
    {
        var wire = new Wire(_ => HttpResponse.Text("x"), new PwbServerOptions { AllowedHosts = [] });

        await wire.AssertRefusedAsync($"POST /a HTTP/1.1\r\nHost: evil.example\r\n{rest}", 421);
    }

    [Fact]
    public Task A_stream_is_checked_only_if_there_is_a_list() =>
        Wire.Echo.AssertServedAsync("GET /a HTTP/1.1\r\nHost: evil.example\r\n\r\n", "GET /a");

    private sealed class Lines : ILoggerFactory, ILogger
    {
        public List<string> Warnings { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel == LogLevel.Warning;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (Warnings) Warnings.Add(formatter(state, exception));
        }

        public void Dispose()
        {
        }
    }
}

using System.Net;
using System.Security.Authentication;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Model;

/// <summary>A request can be made in a test, so that a handler needs no server to be tested.</summary>
public sealed class HttpRequestTests
{
    [Fact]
    public void Is_what_it_was_made_of()
    {
        var request = new HttpRequest("GET", "/a%20b?c=%20d", null, ("Host", "example.com:8080"), ("X", "y"));

        request.Method.Should().Be("GET");
        request.Path.Should().Be("/a b");
        Latin1.Text(request.Target).Should().Be("/a%20b?c=%20d");
        Latin1.Text(request.RawPath).Should().Be("/a%20b");
        Latin1.Text(request.RawQuery).Should().Be("c=%20d");
        request.Host.Should().Be("example.com:8080");
        request.Version.Should().Be(new Version(1, 1));
        request.Headers["x"].Should().Be("y");
        request.Trailers.Count.Should().Be(0);
        request.Connection.RemoteEndPoint.Should().BeNull();
        request.Scheme.Should().Be("http");
    }

    [Fact]
    public async Task Has_no_content_where_none_was_given()
    {
        var request = new HttpRequest("GET", "/");

        (await request.Body.ReadAsync(new byte[1])).Should().Be(0);
        request.Headers.Count.Should().BeLessThanOrEqualTo(1); // Host, if anything
    }

    [Fact]
    public async Task Has_the_content_that_was_given()
    {
        var request = new HttpRequest("POST", "/", new MemoryStream("abc"u8.ToArray()), ("Content-Type", "text/plain"));

        (await Wire.ReadAllAsync(request.Body, CancellationToken.None)).Should().Equal("abc"u8.ToArray());
    }

    [Theory]
    [InlineData("/%e4%b8%ad%E6%96%87", "/\u4E2D\u6587")]
    [InlineData("/a%2541", "/a%41")]
    [InlineData("/a+b", "/a+b")]
    [InlineData("/", "/")]
    [InlineData("/?a/b", "/")]
    [InlineData("http://a/b%21", "/b!")]
    [InlineData("http://a", "/")]
    public void Decodes_its_path_once(string target, string path) => new HttpRequest("GET", target).Path.Should().Be(path);

    [Theory]
    [InlineData("GET", "/", "A", "b\r\nX: y")]
    [InlineData("GET", "/", "A", "b\r\n\r\nGET / HTTP/1.1")]
    [InlineData("GET", "/", "A", "b\n")]
    [InlineData("GET", "/", "A: b\r\nX", "y")]
    [InlineData("GET", "/", "A: b", "y")]
    [InlineData("GET", "/", "", "y")]
    [InlineData("GET", "/", "A ", "y")]
    [InlineData("GET", "/ HTTP/1.1\r\nX: y", "A", "b")]
    [InlineData("GET", "/ HTTP/1.0\r\n", "A", "b")]
    [InlineData("GET /x HTTP/1.1\r\nX:", "/", "A", "b")]
    [InlineData("\r\nGET", "/", "A", "b")]
    [InlineData("GET", "/../a", "A", "b")]
    [InlineData("GET", "/%E9", "A", "b")]
    public void Is_made_of_one_request_line_and_of_lines_that_are_one_each(
        string method, string target, string name, string value) =>
        FluentActions.Invoking(() => new HttpRequest(method, target, null, (name, value))).Should().Throw<ArgumentException>();

    [Fact]
    public void May_have_a_version_trailers_and_a_connection_of_the_tests_own()
    {
        HttpConnectionInfo connection = new()
        {
            Id = 7,
            RemoteEndPoint = new IPEndPoint(IPAddress.Loopback, 50_123),
            IsSecure = true,
            TlsProtocol = SslProtocols.Tls13,
        };
        HttpRequest request = new("POST", "/")
        {
            Version = HttpVersion.Version10,
            Trailers = new HttpFields(("X-Sum", " 1 "), ("x-sum", "2")),
            Connection = connection,
        };

        request.Version.Should().Be(HttpVersion.Version10);
        request.Trailers["X-SUM"].Should().Be("1, 2");
        request.Connection.Should().BeSameAs(connection);
        request.Scheme.Should().Be("https");
        request.Connection.Protocol.Should().Be("HTTP/1.1");
        FluentActions.Invoking(() => new HttpRequest("GET", "/") { Version = HttpVersion.Version20 })
            .Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new HttpRequest("GET", "/") { Trailers = null! }).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => new HttpRequest("GET", "/") { Connection = null! }).Should().Throw<ArgumentNullException>();
    }

    [Fact]
    public void Has_room_for_items()
    {
        HttpRequest request = new("GET", "/");
        object key = new();

        request.Items.Should().BeEmpty();
        request.Items[key] = "alice";
        request.Items[key].Should().Be("alice");
        new HttpRequest("GET", "/").Items.Should().BeEmpty();
    }

    [Theory]
    [InlineData(400)]
    [InlineData(408)]
    [InlineData(413)]
    public async Task May_have_content_that_is_refused_and_so_may_a_handler_refuse(int status)
    {
        RequestRejectedException exception = new(status);
        exception.StatusCode.Should().Be(status);
        exception.Message.Should().NotBeEmpty();

        WireResponse sent =
            (await Wire.ExchangeAsync(
                RequestHandler.From(_ => throw exception), Latin1.Bytes("GET / HTTP/1.1\r\nHost: h\r\n\r\n"))).Response();
        sent.Status.Should().Be(status);
        FluentActions.Invoking(() => new RequestRejectedException(404)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void May_have_a_method_of_the_application()
    {
        new HttpRequest("NOTIFY", "/cb").Method.Should().Be("NOTIFY");
        FluentActions.Invoking(() => new HttpRequest("NO TIFY", "/cb"))
            .Should().Throw<ArgumentException>().WithParameterName("method");
    }

    [Fact]
    public async Task Goes_to_a_handler_as_one_from_the_wire_does()
    {
        IRequestHandler handler = RequestHandler.From(async (request, cancellationToken) =>
            HttpResponse.Text(
                $"{request.Method} {request.Path} {request.Host} "
                    + $"{(await Wire.ReadAllAsync(request.Body, cancellationToken)).Length}"));
        var made = new HttpRequest("PUT", "/a%21", new MemoryStream(new byte[3]), ("Host", "h"));

        HttpResponse direct = await handler.HandleAsync(made, CancellationToken.None);
        WireResponse sent =
            (await Wire.ExchangeAsync(handler, Latin1.Bytes("PUT /a%21 HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc")))
                .Response();

        var output = new MemoryStream();
        await direct.Body.WriteToAsync(output, CancellationToken.None);
        Latin1.Text(output.ToArray()).Should().Be("PUT /a! h 3").And.Be(sent.ContentText);
    }
}

using System.Text;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Model;

/// <summary>A response that exists is valid: R19, and RFC 9110 §5.1, §5.5, §8.6, §15.</summary>
public sealed partial class HttpResponseTests
{
    [Fact]
    public void Refuses_what_is_null()
    {
        FluentActions.Invoking(() => new HttpResponse(200, null, (null!, "v"))).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new HttpResponse(200, null, ("X", null!))).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => HttpResponse.Text(null!)).Should().Throw<ArgumentNullException>();
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(101)]
    [InlineData(199)]
    [InlineData(600)]
    [InlineData(999)]
    [InlineData(1200)]
    public void Refuses_a_status_that_is_not_final(int status) =>
    FluentActions.Invoking(() => new HttpResponse(status)).Should().Throw<ArgumentException>();

    [Theory]
    [InlineData(200)]
    [InlineData(204)]
    [InlineData(299)]
    [InlineData(304)]
    [InlineData(599)]
    public void Takes_a_final_status(int status)
    {
        var response = new HttpResponse(status);

        response.StatusCode.Should().Be(status);
        response.Body.Length.Should().Be(0);
    }

    [Theory]
    [InlineData(204)]
    [InlineData(205)]
    [InlineData(304)]
    public void Refuses_content_where_the_status_has_none(int status)
    {
        FluentActions.Invoking(() => new HttpResponse(status, ResponseBody.From("x"))).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new HttpResponse(status, ResponseBody.Push((_, _) => default, 1)))
            .Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => HttpResponse.Text("x", status)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => HttpResponse.Bytes("x"u8.ToArray(), statusCode: status)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new HttpResponse(status, ResponseBody.Empty)).Should().NotThrow();
    }

    [Theory]
    [InlineData(204)]
    [InlineData(304)]
    public async Task Never_asks_a_body_of_unknown_length_for_content_that_the_status_has_not(int status)
    {
        // A gateway gives what it was given, whatever the status.
        bool isAsked = false, isDisposed = false;
        ResponseBody body = ResponseBody.From(new EndedStream(() => isAsked = true, () => isDisposed = true));
        Outcome outcome = await new Wire(_ => new HttpResponse(status, body)).ExchangeAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");

        outcome.Response().Status.Should().Be(status);
        Latin1.Text(outcome.Output).Should().EndWith("\r\n\r\n").And.NotContain("Transfer-Encoding")
            .And.NotContain("Content-Type");
        isAsked.Should().BeFalse();
        isDisposed.Should().BeTrue();
    }

    [Fact]
    public void Refuses_405_without_Allow()
    {
        FluentActions.Invoking(() => new HttpResponse(405)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new HttpResponse(405, null, ("X", "y"))).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => HttpResponse.Text("no", 405)).Should().Throw<ArgumentException>();
        new HttpResponse(405, null, ("allow", "GET")).StatusCode.Should().Be(405);
        new HttpResponse(405, ResponseBody.From("no"), ("Allow", "")).Headers["Allow"].Should().BeEmpty();
    }

    [Fact]
    public async Task Makes_text_in_UTF_8()
    {
        HttpResponse response = HttpResponse.Text("\u4E2D\u6587", 404);

        response.StatusCode.Should().Be(404);
        response.Headers["Content-Type"].Should().Be("text/plain; charset=utf-8");
        response.Body.Length.Should().Be(6);
        var output = new MemoryStream();
        await response.Body.WriteToAsync(output, CancellationToken.None);
        Encoding.UTF8.GetString(output.ToArray()).Should().Be("\u4E2D\u6587");
        HttpResponse.Text("{}", 200, "application/json").Headers["Content-Type"].Should().Be("application/json");
    }

    [Fact]
    public void Makes_bytes_of_a_type()
    {
        HttpResponse response = HttpResponse.Bytes(new byte[3]);

        response.StatusCode.Should().Be(200);
        response.Headers["Content-Type"].Should().Be("application/octet-stream");
        response.Body.Length.Should().Be(3);
        HttpResponse.Bytes(new byte[3], 201, "image/png").Headers["Content-Type"].Should().Be("image/png");
        FluentActions.Invoking(() => HttpResponse.Bytes(new byte[3], contentType: "image/png\r\nX: y"))
            .Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => HttpResponse.Text("x", 200, "text/plain\n")).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void With_replaces_in_a_copy()
    {
        var first = new HttpResponse(201, null, ("A", "1"), ("B", "2"), ("a", "3"));

        HttpResponse second = first.With("A", "4");

        Show(first).Should().Equal("A: 1", "B: 2", "a: 3");
        Show(second).Should().BeEquivalentTo("A: 4", "B: 2");
        second.StatusCode.Should().Be(201);
        second.Body.Should().BeSameAs(first.Body);
        Show(second.With("C", "5")).Should().BeEquivalentTo("A: 4", "B: 2", "C: 5");
    }

    [Fact]
    public void With_replaces_the_type_that_fits_the_body()
    {
        HttpResponse response = new HttpResponse(200, ResponseBody.From("{}")).With("content-type", "application/json");

        response.Headers["Content-Type"].Should().Be("application/json");
    }

    [Theory] // RFC 9110 §5.3: only fields that are lists may have several lines
    [InlineData("Content-Type", "a/b")]
    [InlineData("content-type", "text/plain; charset=utf-8")]
    public void Refuses_a_second_Content_Type(string name, string value)
    {
        FluentActions.Invoking(() => HttpResponse.Text("x").WithAdded(name, value)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new HttpResponse(200, null, ("Content-Type", "a/b"), (name, value)))
            .Should().Throw<ArgumentException>();
    }

    [Fact]
    public void WithAdded_adds_in_a_copy()
    {
        var first = new HttpResponse(200, null, ("A", "1"));

        HttpResponse second = first.WithAdded("a", "2").WithAdded("Set-Cookie", "x=y").WithAdded("Set-Cookie", "z=w");

        Show(first).Should().Equal("A: 1");
        Show(second).Should().Equal("A: 1", "a: 2", "Set-Cookie: x=y", "Set-Cookie: z=w");
        second.Headers["A"].Should().Be("1, 2");
    }

    private static void AssertRefused(string name, string value)
    {
        FluentActions.Invoking(() => new HttpResponse(200, null, (name, value))).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new HttpResponse(200).With(name, value)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new HttpResponse(200).WithAdded(name, value)).Should().Throw<ArgumentException>();
    }

    [Theory]
    [InlineData(206, "Content-Range", "bytes 0-0/1")]
    [InlineData(206, "Content-Type", "multipart/byteranges; boundary=a")]
    [InlineData(401, "WWW-Authenticate", "Basic realm=a")]
    [InlineData(405, "allow", "GET")]
    [InlineData(407, "Proxy-Authenticate", "Basic realm=a")]
    [InlineData(426, "Upgrade", "websocket")]
    public void Has_the_field_that_its_status_demands(int status, string name, string value)
    {
        new HttpResponse(status, null, (name, value)).StatusCode.Should().Be(status);
        FluentActions.Invoking(() => new HttpResponse(status, null, ("X", value)))
            .Should().Throw<ArgumentException>().WithMessage($"A {status} response has a field *").WithParameterName("headers");
        FluentActions.Invoking(() => HttpResponse.Text("x", status)).Should().Throw<ArgumentException>();
    }

    private sealed class EndedStream(Action asked, Action disposed) : MemoryStream
    {
        public override bool CanSeek => false;

        public override Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
        {
            asked();
            return Task.CompletedTask;
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            asked();
            return new ValueTask<int>(0);
        }

        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            disposed();
        }
    }
}

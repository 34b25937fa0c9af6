using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Model;

public sealed class ResponseFactoryTests
{
    [Theory]
    [InlineData("/", "/")]
    [InlineData("/\u00FC", "/%C3%BC")]
    [InlineData("/\u4F60?q=\u597D#\u4F60", "/%E4%BD%A0?q=%E5%A5%BD#%E4%BD%A0")]
    [InlineData("/a%20b", "/a%20b")]
    [InlineData("/100%", "/100%25")]
    [InlineData("/a b\"<>\\^`{|}", "/a%20b%22%3C%3E%5C%5E%60%7B%7C%7D")]
    [InlineData("/a\r\nSet-Cookie: x=1", "/a%0D%0ASet-Cookie:%20x=1")]
    [InlineData("//evil.example", "/evil.example")]
    [InlineData("////evil.example/x", "/evil.example/x")]
    [InlineData("/\\evil.example", "/%5Cevil.example")]
    [InlineData("/\t/evil.example", "/%09/evil.example")]
    public void A_redirect_to_a_path_stays_on_this_server_and_holds_only_what_a_URI_holds(string path, string location) =>
        HttpResponse.Redirect(path).Headers["Location"].Should().Be(location);

    [Theory]
    [InlineData("https://example.org", "https://example.org/")]
    [InlineData(
        "http://b\u00FCcher.example:8080/\u00FC?q=\u00FC#\u00FC", "http://xn--bcher-kva.example:8080/%C3%BC?q=%C3%BC#%C3%BC")]
    [InlineData("https://[::1]:8443/x", "https://[::1]:8443/x")]
    [InlineData("myapp://callback?code=1", "myapp://callback/?code=1")]
    public void A_redirect_to_another_server_takes_a_Uri(string uri, string location) =>
        HttpResponse.Redirect(new Uri(uri), 308).Headers["Location"].Should().Be(location);

    [Theory]
    [InlineData("")]
    [InlineData("login")]
    [InlineData("https://evil.example/")]
    [InlineData("javascript:alert(1)")]
    [InlineData("\\evil.example")]
    public void A_redirect_takes_no_other_text(string path) => FluentActions.Invoking(() => HttpResponse.Redirect(path))
        .Should().Throw<ArgumentException>().WithParameterName(nameof(path));

    [Fact]
    public void A_redirect_has_the_status_of_one()
    {
        HttpResponse.Redirect("/").StatusCode.Should().Be(302);
        HttpResponse.Redirect("/", 303).StatusCode.Should().Be(303);
        FluentActions.Invoking(() => HttpResponse.Redirect("/", 200)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => HttpResponse.Redirect("/", 304)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => HttpResponse.Redirect(new Uri("/x", UriKind.Relative))).Should().Throw<ArgumentException>();
    }

    [Theory]
    [InlineData("report.pdf", "attachment; filename=\"report.pdf\"")]
    [InlineData("a b;c.txt", "attachment; filename=\"a b;c.txt\"")]
    [InlineData("\u53D1\u7968.pdf", "attachment; filename=\"__.pdf\"; filename*=UTF-8''%E5%8F%91%E7%A5%A8.pdf")]
    [InlineData(
        "na\u00EFve \"x\" 100%.txt",
        "attachment; filename=\"na_ve _x_ 100_.txt\"; filename*=UTF-8''na%C3%AFve%20%22x%22%20100%25.txt")]
    [InlineData("../../etc/passwd", "attachment; filename=\".._.._etc_passwd\"")]
    [InlineData("C:\\x\r\ny", "attachment; filename=\"C:_x__y\"")]
    [InlineData("\U0001F600", "attachment; filename=\"_\"; filename*=UTF-8''%F0%9F%98%80")]
    public void An_attachment_has_a_name_that_every_client_reads_and_none_takes_for_a_path(string name, string disposition)
    {
        HttpResponse response = HttpResponse.Text("x").Attachment(name);

        response.Headers["Content-Disposition"].Should().Be(disposition);
        System.Net.Http.Headers.ContentDispositionHeaderValue.TryParse(disposition, out _).Should().BeTrue();
    }

    [Fact]
    public void A_problem_is_an_object_of_RFC_9457()
    {
        HttpResponse response = HttpResponse.Problem(
            422, "Too many.", type: "https://shop.example/too-many", members: [("max", 3), ("none", null)]);

        response.Body.TryGetMemory(out ReadOnlyMemory<byte> content).Should().BeTrue();
        response.Headers["Content-Type"].Should().Be("application/problem+json");
        JsonNode.Parse(content.Span)!.ToJsonString().Should().Be(
            "{\"type\":\"https://shop.example/too-many\",\"title\":\"Unprocessable Content\",\"status\":422,\"detail\":\"Too "
                + "many.\",\"max\":3,\"none\":null}");
        FluentActions.Invoking(() => HttpResponse.Problem(200)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => HttpResponse.Problem(405)).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void With_another_body_the_fields_stay_and_the_length_is_its_own()
    {
        HttpResponse response = new HttpResponse(
            200, ResponseBody.From("abc"), ("ETag", "\"1\"")).WithBody(ResponseBody.From("longer"));

        Latin1.Text(response.Head.ToArray()).Should().Be(
            "HTTP/1.1 200 OK\r\nETag: \"1\"\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 6\r\n");
    }

    [Fact]
    public void Field_lines_come_apart_into_strings()
    {
        List<string> lines = [];
        foreach ((string name, string value) in new HttpRequest(
            "GET", "/", null, ("X-A", "1"), ("X-B", "\u00FC")).Headers) lines.Add($"{name}={value}");

        lines.Should().Equal("X-A=1", "X-B=\u00FC", "Host=localhost");
    }

    [Fact]
    public void A_body_in_memory_gives_its_bytes_out_and_no_other_does()
    {
        ResponseBody.From("abc").TryGetMemory(out ReadOnlyMemory<byte> content).Should().BeTrue();
        Encoding.UTF8.GetString(content.Span).Should().Be("abc");
        ResponseBody.Empty.TryGetMemory(out content).Should().BeTrue();
        ResponseBody.Push((_, _) => default, 0).TryGetMemory(out content).Should().BeFalse();
        content.IsEmpty.Should().BeTrue();
    }

    [Fact]
    public void A_wrapped_body_has_the_trailers_of_the_one_inside() =>
        ResponseBody.Wrap(new TrailingBody(), output => output).Trailers.Should().Equal(("X-End", "1"));

    [Fact]
    public async Task A_wrapped_body_goes_through_the_stream_and_passes_its_disposal_on()
    {
        using var source = new PlainStream("abcabcabc"u8.ToArray());
        ResponseBody body = ResponseBody.Wrap(
            ResponseBody.From(source), output => new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true));
        using var output = new MemoryStream();

        await body.WriteToAsync(output, CancellationToken.None);
        await body.DisposeAsync();

        output.Position = 0;
        using var unzipped = new StreamReader(new GZipStream(output, CompressionMode.Decompress));
        (await unzipped.ReadToEndAsync()).Should().Be("abcabcabc");
        body.Length.Should().BeNull();
        source.DisposeCount.Should().Be(1);
    }

    private sealed class TrailingBody : ResponseBody
    {
        public override long? Length => null;

        public override IReadOnlyList<(string Name, string Value)> Trailers => [("X-End", "1")];

        public override ValueTask WriteToAsync(Stream output, CancellationToken cancellationToken) => default;
    }
}

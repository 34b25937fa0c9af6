using System.IO.Compression;
using System.Text;

namespace Pwb.Tests.Around;

public sealed class CompressionTests
{
    private static readonly string Text = string.Concat(Enumerable.Repeat("0123456789", 200));

    [Theory]
    [InlineData("gzip", "gzip")]
    [InlineData("br", "br")]
    [InlineData("gzip, br", "br")]
    [InlineData("gzip, br;q=0.5", "gzip")]
    [InlineData("br;q=0, *", "gzip")]
    [InlineData("zstd", null)]
    [InlineData("identity, gzip;q=0.5", null)]
    [InlineData(null, null)]
    public async Task The_client_chooses(string? accepted, string? coding)
    {
        using HttpClient client = Client(_ => HttpResponse.Text(Text).With("ETag", "\"1\"").With("Accept-Ranges", "bytes"));
        if (accepted is not null) client.DefaultRequestHeaders.Add("Accept-Encoding", accepted);

        using HttpResponseMessage response = await client.GetAsync("/");
        using HttpResponseMessage head = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/"));

        response.Content.Headers.ContentEncoding.FirstOrDefault().Should().Be(coding);
        response.Headers.Vary.Should().Equal("Accept-Encoding");
        response.Headers.GetValues("ETag").Should().Equal(coding is null ? "\"1\"" : "W/\"1\"");
        response.Headers.AcceptRanges.Should().HaveCount(coding is null ? 1 : 0);
        (await Decoded(response)).Should().Be(Text);
        head.Content.Headers.ContentEncoding.Should().Equal(response.Content.Headers.ContentEncoding);
        head.Headers.ETag.Should().Be(response.Headers.ETag);
        head.Content.Headers.ContentLength.Should().Be(coding is null ? Text.Length : null);
    }

    [Theory]
    [InlineData("text/plain", true)]
    [InlineData("text/event-stream", true)]
    [InlineData("APPLICATION/JSON", true)]
    [InlineData("application/problem+json", true)]
    [InlineData("image/svg+xml; charset=utf-8", true)]
    [InlineData("image/png", false)]
    [InlineData("video/mp4", false)]
    [InlineData("application/octet-stream", false)]
    [InlineData("application/zip", false)]
    public async Task Only_what_is_not_compressed_already_is_compressed(string contentType, bool isCompressed) =>
        (await CodingOf(HttpResponse.Text(Text, contentType: contentType))).Should().Be(isCompressed ? "gzip" : null);

    [Theory]
    [InlineData("Content-Encoding", "x-own")]
    [InlineData("Content-Range", "bytes 0-1/2")]
    [InlineData("Cache-Control", "private, No-Transform")]
    [InlineData("Content-Digest", "sha-256=:x:")]
    public async Task What_must_stay_as_it_is_stays(string name, string value)
    {
        HttpResponse response = HttpResponse.Text(Text).With(name, value);

        (await CodingOf(response)).Should().Be(name == "Content-Encoding" ? value : null);
    }

    [Fact]
    public async Task Small_content_and_parts_stay_as_they_are_and_content_of_unknown_length_does_not()
    {
        (await CodingOf(HttpResponse.Text(Text[..1023]))).Should().BeNull();
        (await CodingOf(HttpResponse.Text(Text[..1024]))).Should().Be("gzip");
        (await CodingOf(HttpResponse.Text(Text, 404))).Should().Be("gzip");
        (await CodingOf(new HttpResponse(206, ResponseBody.From(Text), ("Content-Range", "bytes 0-1999/3000"))))
            .Should().BeNull();
        (await CodingOf(new HttpResponse(204))).Should().BeNull();
        (await CodingOf(new HttpResponse(200, ResponseBody.Push((_, _) => default), ("Content-Type", "text/plain"))))
            .Should().Be("gzip");
    }

    [Theory]
    [InlineData("\"1\"", "\"1\"")]
    [InlineData("W/\"1\"", "W/\"1\"")]
    public async Task Not_modified_names_the_form_that_the_client_has(string known, string entityTag)
    {
        using HttpClient client = Client(request => HttpResponse.Text(Text).With("ETag", "\"1\"").RespondTo(request));
        client.DefaultRequestHeaders.Add("Accept-Encoding", "gzip");
        client.DefaultRequestHeaders.TryAddWithoutValidation("If-None-Match", known);

        using HttpResponseMessage response = await client.GetAsync("/");

        ((int)response.StatusCode).Should().Be(304);
        response.Headers.GetValues("ETag").Should().Equal(entityTag);
        response.Headers.Vary.Should().Equal("Accept-Encoding");
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    public async Task A_flush_passes_through_so_that_an_event_is_there_at_once(string coding)
    {
        var next = new TaskCompletionSource();
        async ValueTask Write(Stream output, CancellationToken token)
        {
            await output.WriteAsync("one\n"u8.ToArray(), token);
            await output.FlushAsync(token);
            await next.Task.WaitAsync(token);
            await output.WriteAsync("two\n"u8.ToArray(), token);
        }

        using HttpClient client = Client(
            _ => new HttpResponse(200, ResponseBody.Push(Write), ("Content-Type", "text/event-stream")));
        client.DefaultRequestHeaders.Add("Accept-Encoding", coding);
        using HttpResponseMessage response = await client.GetAsync("/", HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(Decode(await response.Content.ReadAsStreamAsync(), coding));

        (await reader.ReadLineAsync()).Should().Be("one");
        next.SetResult();
        (await reader.ReadToEndAsync()).Should().Be("two\n");
    }

    [Fact]
    public async Task A_body_that_fails_half_way_never_looks_whole()
    {
        using HttpClient client = Client(_ => new HttpResponse(
            200,
            ResponseBody.Push(async (output, token) =>
            {
                await output.WriteAsync(new byte[200_000], token);
                await output.FlushAsync(token);
                throw new InvalidOperationException();
            }),
            ("Content-Type", "text/plain")));
        client.DefaultRequestHeaders.Add("Accept-Encoding", "gzip");

        await client.Invoking(c => c.GetByteArrayAsync("/")).Should().ThrowAsync<HttpRequestException>();
    }

    [Fact]
    public void What_makes_no_sense_is_refused()
    {
        FixedResponseHandler inner = new();
        FluentActions.Invoking(() => new CompressionHandler(inner, new CompressionOptions { MinLength = -1 }))
            .Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new CompressionHandler(inner, new CompressionOptions { Level = (CompressionLevel)99 }))
            .Should().Throw<ArgumentException>();
    }

    private static HttpClient Client(Func<HttpRequest, HttpResponse> handler) =>
        new PwbServer(new CompressionHandler(RequestHandler.From(handler))).CreateClient();

    private static async Task<string?> CodingOf(HttpResponse response)
    {
        HttpRequest request = new("GET", "/", null, ("Accept-Encoding", "gzip"));
        return (await new CompressionHandler(RequestHandler.From(_ => response)).HandleAsync(request, CancellationToken.None))
            .Headers["Content-Encoding"];
    }

    private static Stream Decode(Stream content, string? coding) => coding switch
    {
        "gzip" => new GZipStream(content, CompressionMode.Decompress),
        "br" => new BrotliStream(content, CompressionMode.Decompress),
        _ => content,
    };

    private static async Task<string> Decoded(HttpResponseMessage response)
    {
        Stream content = await response.Content.ReadAsStreamAsync();
        using var reader = new StreamReader(
            Decode(content, response.Content.Headers.ContentEncoding.FirstOrDefault()), Encoding.UTF8);
        return await reader.ReadToEndAsync();
    }
}

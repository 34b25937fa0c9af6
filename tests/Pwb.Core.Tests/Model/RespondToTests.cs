using System.Globalization;
using System.Text;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Model;

public sealed class RespondToTests
{
    private const string Digits = "0123456789";
    private const string Modified = "Sun, 06 Nov 1994 08:49:37 GMT";

    public static TheoryData<string> Kinds { get; } = ["bytes", "seekable", "sized", "push", "own"];

    [Theory]
    [InlineData("GET", "", "200 0123456789")]
    [InlineData("GET", "If-None-Match: \"1\"", "304 ")]
    [InlineData("HEAD", "If-None-Match: W/\"1\"", "304 ")]
    [InlineData("GET", "If-None-Match: \"2\"", "200 0123456789")]
    [InlineData("GET", "If-Match: \"2\"", "412 412 Precondition Failed\n")]
    [InlineData("GET", "If-Match: \"1\"", "200 0123456789")]
    [InlineData("GET", "If-Modified-Since: " + Modified, "304 ")]
    [InlineData("GET", "If-Unmodified-Since: Sun, 06 Nov 1994 08:49:36 GMT", "412 412 Precondition Failed\n")]
    [InlineData("POST", "If-None-Match: \"1\"", "200 0123456789")]
    [InlineData("GET", "Range: bytes=2-3", "206 23")]
    [InlineData("HEAD", "Range: bytes=2-3", "200 0123456789")]
    [InlineData("GET", "Range: bytes=-1", "206 9")]
    [InlineData("GET", "Range: bytes=10-", "416 416 Range Not Satisfiable\n")]
    [InlineData("GET", "Range: bytes=0-1|If-Range: \"1\"", "206 01")]
    [InlineData("GET", "Range: bytes=0-1|If-Range: \"2\"", "200 0123456789")]
    [InlineData("GET", "Range: bytes=0-1|If-Range: " + Modified, "206 01")]
    [InlineData("GET", "Range: bytes=0-1|If-None-Match: \"1\"", "304 ")]
    public async Task Gives_what_the_request_asks_for(string method, string fields, string expected)
    {
        foreach (string kind in (string[])["bytes", "seekable", "sized", "push", "own"])
        {
            HttpResponse whole = Make(kind, ("ETag", "\"1\""), ("Last-Modified", Modified), ("Cache-Control", "no-cache"));
            HttpResponse response = whole.RespondTo(Request(method, fields));

            (await Text(response)).Should().Be(expected, "of {0}", kind);
            if (response.StatusCode is 304) response.Headers["ETag"].Should().Be("\"1\"");
            if (response.StatusCode is 304) response.Headers["Cache-Control"].Should().Be("no-cache");
            string range = response.StatusCode switch { 206 => @"^bytes \d-\d/10$", 416 => @"^bytes \*/10$", _ => "^$" };
            (response.Headers["Content-Range"] ?? "").Should().MatchRegex(range);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Several_parts_are_made_of_what_can_be_read_at_a_place_and_else_it_is_the_whole(string kind)
    {
        HttpResponse response = Make(kind).RespondTo(Request("GET", "Range: bytes=0-0,8-"));
        string text = await Text(response);

        if (kind is "bytes" or "seekable")
            text.Should().StartWith("206 \r\n--").And.Contain("Content-Range: bytes 0-0/10\r\n\r\n0\r\n")
                .And.Contain("bytes 8-9/10\r\n\r\n89\r\n");
        else text.Should().Be("200 " + Digits);
    }

    [Theory]
    [InlineData("If-Match: W/\"1\"", 412)]
    [InlineData("If-Match: \"1\"", 412)]
    [InlineData("If-Match: *", 200)]
    [InlineData("If-None-Match: \"1\"", 304)]
    [InlineData("Range: bytes=0-0|If-Range: W/\"1\"", 200)]
    public void A_weak_tag_proves_no_bytes(string fields, int statusCode) =>
        Make("bytes", ("ETag", "W/\"1\"")).RespondTo(Request("GET", fields)).StatusCode.Should().Be(statusCode);

    [Fact]
    public void Ranges_are_offered_where_they_would_be_answered()
    {
        HttpRequest request = Request("GET", "Range: bytes=0-0");

        Make("bytes").RespondTo(Request("GET", "")).Headers["Accept-Ranges"].Should().Be("bytes");
        new HttpResponse(200, ResponseBody.Push((_, _) => default)).RespondTo(request).Headers["Accept-Ranges"].Should().BeNull();
        Make("bytes", ("Accept-Ranges", "none")).RespondTo(request).StatusCode.Should().Be(200);
        HttpResponse.Text(Digits, 201).RespondTo(request).StatusCode.Should().Be(201);
        HttpResponse.Text(Digits).With("Content-Encoding", "gzip")
            .RespondTo(Request("GET", "Range: bytes=0-0,2-2")).StatusCode.Should().Be(200);
    }

    [Theory]
    [InlineData("")]
    [InlineData("If-None-Match: *")]
    [InlineData("If-Match: \"2\"")]
    [InlineData("Range: bytes=1-2")]
    [InlineData("Range: bytes=99-")]
    public async Task The_body_is_disposed_of_whatever_is_sent(string fields)
    {
        var stream = new CountedStream(Encoding.ASCII.GetBytes(Digits));

        await new HttpResponse(200, ResponseBody.From(stream)).RespondTo(Request("GET", fields)).Body.DisposeAsync();

        stream.IsDisposed.Should().BeTrue();
    }

    [Theory]
    [InlineData(null, "", null)]
    [InlineData(null, "If-Match: *", 412)]
    [InlineData(null, "If-None-Match: *", null)]
    [InlineData("\"7\"", "If-None-Match: *", 412)]
    [InlineData("\"7\"", "If-Match: \"7\"", null)]
    [InlineData("\"7\"", "If-Match: \"6\"", 412)]
    [InlineData("\"7\"", "", null)]
    public void A_change_is_made_to_the_state_that_the_client_knows(string? entityTag, string fields, int? statusCode) =>
        Request("PUT", fields).CheckPreconditions(entityTag)?.StatusCode.Should().Be(statusCode);

    [Fact]
    public async Task A_file_has_type_tag_and_time_and_ranges()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory().FullName, "\u53D1\u7968.csv");
        await File.WriteAllTextAsync(path, Digits);
        File.SetLastWriteTimeUtc(path, new DateTime(1994, 11, 6, 8, 49, 37, DateTimeKind.Utc));

        HttpResponse whole = FileResponse.Of(path, Request("GET", ""));
        HttpResponse same = FileResponse.Of(path, Request("GET", "If-None-Match: " + whole.Headers["ETag"]));
        HttpResponse part = FileResponse.Of(path, Request("GET", "Range: bytes=-2"), "text/plain");

        (await Text(whole)).Should().Be("200 " + Digits);
        whole.Headers["Content-Type"].Should().Be("text/csv; charset=utf-8");
        whole.Headers["Last-Modified"].Should().Be(Modified);
        (await Text(same)).Should().Be("304 ");
        (await Text(part)).Should().Be("206 89");
        part.Headers["Content-Type"].Should().Be("text/plain");
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
    }

    [Fact]
    public async Task Without_a_file_it_is_404()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "empty"), "");

        FileResponse.Of(Path.Combine(folder, "no"), Request("GET", "")).StatusCode.Should().Be(404);
        FileResponse.Of(Path.Combine(folder, "no", "no"), Request("GET", "")).StatusCode.Should().Be(404);
        FileResponse.Of(folder, Request("GET", "")).StatusCode.Should().Be(404);
        HttpResponse empty = FileResponse.Of(Path.Combine(folder, "empty"), Request("GET", "Range: bytes=0-"));
        (await Text(empty)).Should().Be("416 416 Range Not Satisfiable\n");
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_client_downloads_the_rest_of_what_writes_itself()
    {
        HttpResponse Answer(HttpRequest request) => Make("push", ("ETag", "\"1\"")).RespondTo(request);
        using HttpClient client = new PwbServer(RequestHandler.From(Answer)).CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Add("Range", "bytes=4-");
        request.Headers.Add("If-Range", "\"1\"");

        using HttpResponseMessage response = await client.SendAsync(request);

        (await response.Content.ReadAsStringAsync()).Should().Be("456789");
        response.Content.Headers.ContentRange!.ToString().Should().Be("bytes 4-9/10");
    }

    private static HttpResponse Make(string kind, params (string, string)[] fields)
    {
        byte[] content = Encoding.ASCII.GetBytes(Digits);
        ResponseBody body = kind switch
        {
            "bytes" => ResponseBody.From(content),
            "seekable" => ResponseBody.From(new MemoryStream([.. "xx"u8, .. content]) { Position = 2 }),
            "sized" => ResponseBody.From(new PlainStream(content), content.Length),
            "push" => ResponseBody.Push(
                async (output, token) =>
                {
                    await output.WriteAsync(content.AsMemory(0, 3), token);
#pragma warning disable VSTHRD103 // a body may also write without async
                    output.Write(content, 3, 1);
#pragma warning restore VSTHRD103
                    await output.FlushAsync(token);
                    await output.WriteAsync(content.AsMemory(4), token);
                },
                content.Length),
            _ => new OwnBody(content),
        };
        return new HttpResponse(200, body, fields);
    }

    private static HttpRequest Request(string method, string fields)
    {
        string[][] lines = [.. fields.Split('|', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(": "))];
        return new HttpRequest(method, "/", null, [.. lines.Select(line => (line[0], line[1]))]);
    }

    private static async Task<string> Text(HttpResponse response)
    {
        using var output = new MemoryStream();
        await response.Body.WriteToAsync(output, CancellationToken.None);
        await response.Body.DisposeAsync();
        response.Body.Length.Should().Be(output.Length);
        return string.Create(CultureInfo.InvariantCulture, $"{response.StatusCode} {Encoding.UTF8.GetString(output.ToArray())}");
    }

    private sealed class OwnBody(byte[] content) : ResponseBody
    {
        public override long? Length => content.Length;

        public override ValueTask WriteToAsync(Stream output, CancellationToken cancellationToken) =>
            output.WriteAsync(content, cancellationToken);
    }

    private sealed class CountedStream(byte[] content) : MemoryStream(content)
    {
        public bool IsDisposed { get; private set; }

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            base.Dispose(disposing);
        }
    }
}

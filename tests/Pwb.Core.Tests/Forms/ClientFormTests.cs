using System.Net.Http.Headers;
using System.Text;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Forms;

/// <summary>
/// Forms as clients send them, by their literal bytes, over a connection: read as a whole, files by a function.
/// </summary>
public sealed class ClientFormTests
{
    // curl 8 -F 'title=Hello; world' -F 'doc=@a "b".txt;type=text/plain'
    private const string Curl = """
        POST /upload HTTP/1.1
        Host: localhost:8080
        User-Agent: curl/8.5.0
        Accept: */*
        Content-Length: 341
        Content-Type: multipart/form-data; boundary=------------------------d74496d66958873e

        --------------------------d74496d66958873e
        Content-Disposition: form-data; name="title"

        Hello; world
        --------------------------d74496d66958873e
        Content-Disposition: form-data; name="doc"; filename="a %22b%22.txt"
        Content-Type: text/plain

        line one
        line two

        --------------------------d74496d66958873e--

        """;

    // Chromium: a text field, a file input that was left empty, a file with a name that is no ASCII, a checkbox twice.
    private const string Chromium = """
        POST /upload HTTP/1.1
        Host: localhost:8080
        Connection: keep-alive
        Content-Length: 747
        Content-Type: multipart/form-data; boundary=----WebKitFormBoundaryTkr3kCBQlBe1nrhc

        ------WebKitFormBoundaryTkr3kCBQlBe1nrhc
        Content-Disposition: form-data; name="title"

        Grüße
        ------WebKitFormBoundaryTkr3kCBQlBe1nrhc
        Content-Disposition: form-data; name="empty"; filename=""
        Content-Type: application/octet-stream


        ------WebKitFormBoundaryTkr3kCBQlBe1nrhc
        Content-Disposition: form-data; name="doc"; filename="你好 a"b.txt"
        Content-Type: text/plain

        content
        ------WebKitFormBoundaryTkr3kCBQlBe1nrhc
        Content-Disposition: form-data; name="tag"

        one
        ------WebKitFormBoundaryTkr3kCBQlBe1nrhc
        Content-Disposition: form-data; name="tag"

        two
        ------WebKitFormBoundaryTkr3kCBQlBe1nrhc--

        """;

    // requests for Python: chunked here, as with a generator; its boundary is plain, and there is a CRLF behind the last one.
    private const string Requests = """
        POST /upload HTTP/1.1
        Host: localhost:8080
        User-Agent: python-requests/2.31.0
        Transfer-Encoding: chunked
        Content-Type: multipart/form-data; boundary=f3a1b2c4d5e6f708192a3b4c5d6e7f80

        e4
        --f3a1b2c4d5e6f708192a3b4c5d6e7f80
        Content-Disposition: form-data; name="title"

        Hello
        --f3a1b2c4d5e6f708192a3b4c5d6e7f80
        Content-Disposition: form-data; name="doc"; filename="a.bin"

        {"a": 1}
        --f3a1b2c4d5e6f708192a3b4c5d6e7f80--

        0


        """;

    public static TheoryData<string, string, string> Clients => new()
    {
        { nameof(Curl), Curl, "title=Hello; world | doc:a \"b\".txt(text/plain)=line one\r\nline two\r\n" },
        { nameof(Chromium), Chromium.Replace("a\"b", "a%22b", StringComparison.Ordinal),
            "title=Grüße | empty:(application/octet-stream)= | doc:你好 a\"b.txt(text/plain)=content | tag=one | tag=two" },
        { nameof(Requests), Requests, "title=Hello | doc:a.bin()={\"a\": 1}" },
    };

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task Are_read_the_same_however_they_are_split(string client, string text, string expected)
    {
        byte[] request = Sized(client == nameof(Requests), text.ReplaceLineEndings("\r\n"));
        Wire wire = new(async (asked, cancellationToken) => HttpResponse.Text(await ShowAsync(asked, cancellationToken)));
        foreach (Segmentation segmentation in Segmentation.All(request.Length))
        {
            byte[] output = (await wire.ExchangeAsync(request, segmentation)).Output;
            Encoding.UTF8.GetString(output).Should().StartWith("HTTP/1.1 200 ")
                .And.EndWith("\r\n\r\n" + expected, "{0} is sent {1}", client, segmentation.Name);
        }
    }

    [Fact]
    public async Task Are_read_from_the_runtimes_own_client()
    {
        await using PwbServer server = new(
            RequestHandler.From(
                async (asked, cancellationToken) => HttpResponse.Text(await ShowAsync(asked, cancellationToken))));
        using HttpClient client = server.CreateClient();
        using MultipartFormDataContent form = new();
        using StringContent title = new("Grüße");
        using ByteArrayContent file = new("content"u8.ToArray());
        form.Add(title, "title");
        file.Headers.ContentType = new MediaTypeHeaderValue("text/csv");
        form.Add(file, "doc", "äb.csv");
        using HttpResponseMessage response = await client.PostAsync("/", form);

        (await response.Content.ReadAsStringAsync()).Should().Be("title=Grüße | doc:äb.csv(text/csv)=content");

        using FormUrlEncodedContent fields = new([new("a b", "1&2=3"), new("ü", "+%")]);
        using HttpResponseMessage second = await client.PostAsync("/", fields);
        (await second.Content.ReadAsStringAsync()).Should().Be("a b=1&2=3 | ü=+%");
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded", "Content-Encoding: gzip")]
    [InlineData("multipart/form-data; boundary=b", "Content-Encoding: gzip")]
    [InlineData("application/x-www-form-urlencoded", "Content-Encoding: identity\r\nContent-Encoding: br")]
    public async Task One_that_is_coded_is_refused(string contentType, string lines)
    {
        Wire wire = new(
            async (asked, cancellationToken) =>
                HttpResponse.Text(string.Join('|', Walk(await asked.ReadFormAsync(cancellationToken: cancellationToken)))));
        byte[] request = Latin1.Bytes(
            $"POST / HTTP/1.1\r\nHost: a\r\nContent-Type: {contentType}\r\n{lines}\r\nContent-Length: 5\r\n\r\n--b--");

        string output = Latin1.Text((await wire.ExchangeAsync(request)).Output);

        output.Should().StartWith("HTTP/1.1 415 ").And.Contain("\r\nAccept-Encoding: identity\r\n");
    }

    [Theory]
    [InlineData("text/plain", "x", 415)]
    [InlineData("multipart/form-data; boundary=b", "--b\r\n", 400)]
    [InlineData(
        "multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=long\r\n\r\n0123456789+\r\n--b--", 413)]
    [InlineData("application/x-www-form-urlencoded", "long=0123456789%2B", 413)]
    [InlineData("application/x-www-form-urlencoded", "a=1&b=2&c=3&d=4", 413)]
    [InlineData("application/x-www-form-urlencoded", "a=0123456789&b=0123456789&c=012345", 413)]
    [InlineData("application/x-www-form-urlencoded", "toolong=1", 413)]
    [InlineData("application/x-www-form-urlencoded", "=1&a=0123456789&%zz=", 200)]
    public async Task What_is_wrong_with_one_is_answered_by_itself_and_echoes_nothing(
        string contentType, string content, int statusCode)
    {
        FormLimits limits = new() { MaxParts = 3, MaxNameLength = 5, MaxValueLength = 10, MaxFieldsLength = 32 };
        Wire wire = new(
            async (asked, cancellationToken) =>
                HttpResponse.Text(string.Join('|', Walk(await asked.ReadFormAsync(limits, cancellationToken)))));
        byte[] request = Latin1.Bytes(
            $"POST / HTTP/1.1\r\nHost: a\r\nContent-Type: {contentType}\r\nContent-Length: {content.Length}\r\n\r\n{content}");

        string output = Latin1.Text((await wire.ExchangeAsync(request)).Output);
        output.Should().StartWith($"HTTP/1.1 {statusCode} ");
        if (statusCode != 200) output.Should().NotContain("0123").And.NotContain("toolong");
    }

    [Fact]
    public async Task A_charset_is_that_of_the_part_or_of_the_form_or_UTF_8()
    {
        const string content =
            "--b\r\nContent-Disposition: form-data; name=a\r\n\r\n\u00C3\u00BC\r\n" +
            "--b\r\nContent-Disposition: form-data; name=_charset_\r\n\r\nISO-8859-1\r\n" +
            "--b\r\nContent-Disposition: form-data; name=b\r\n\r\n\u00FC\r\n" +
            "--b\r\nContent-Disposition: form-data; name=c\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\n"
            + "\u00C3\u00BC\r\n--b--";

        Walk(await FieldsAsync("multipart/form-data; boundary=b", content)).Should().Equal(
            ("a", "ü"), ("_charset_", "ISO-8859-1"), ("b", "ü"), ("c", "ü"));
        Func<Task> reading = () =>
            FieldsAsync("multipart/form-data; boundary=b", content.Replace("ISO-8859-1", "koi8-r", StringComparison.Ordinal));
        (await reading.Should().ThrowAsync<RequestRejectedException>()).Which.StatusCode.Should().Be(415);
    }

    [Fact]
    public async Task Fields_are_found_by_name_in_their_order_and_as_values()
    {
        FormFields form = await FieldsAsync("Application/X-WWW-Form-URLencoded; charset=UTF-8", "n=7&n=8&x=%C3%BC+y&empty");

        form.Count.Should().Be(4);
        form["n"].Should().Be("7");
        form["x"].Should().Be("ü y");
        form["N"].Should().BeNull();
        form.Contains("empty").Should().BeTrue();
        form.GetAll("n").Should().Equal("7", "8");
        (form.TryGet("n", out int number) ? number : 0).Should().Be(7);
        form.TryGet("x", out int _).Should().BeFalse();
        new FormFields([("a", "1")])["a"].Should().Be("1");
    }

    private static List<(string Name, string Value)> Walk(FormFields form)
    {
        List<(string, string)> fields = [];
        foreach ((string name, string value) in form) fields.Add((name, value));
        return fields;
    }

    private static async Task<FormFields> FieldsAsync(string contentType, string content) =>
        await new HttpRequest(
            "POST", "/", new MemoryStream(Latin1.Bytes(content)), ("Content-Type", contentType)).ReadFormAsync();

    private static async Task<string> ShowAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        List<string> files = [];
        FormFields form = await request.ReadFormAsync(
            async (file, token) =>
                files.Add(
                    $"{file.Name}:{file.FileName}({file.ContentType})={Latin1.Text(await Wire.ReadAllAsync(file.Body, token))}"),
            cancellationToken: cancellationToken);
        IEnumerable<string> fields = Walk(form).Select(field => $"{field.Name}={field.Value}");
        return string.Join(
            " | ", [.. fields.Where(field => !field.StartsWith("tag", StringComparison.Ordinal)), .. files,
                .. fields.Where(field => field.StartsWith("tag", StringComparison.Ordinal))]);
    }

    // The lengths in the text are those of its bytes, whatever this file's line ends are.
    private static byte[] Sized(bool isChunked, string text)
    {
        int head = text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4;
        if (!isChunked)
        {
            string sized = System.Text.RegularExpressions.Regex.Replace(
                text[..head], "Content-Length: \\d+", $"Content-Length: {Encoding.UTF8.GetByteCount(text[head..])}");
            return Encoding.UTF8.GetBytes(sized + text[head..]);
        }

        int size = text.IndexOf("\r\n", head, StringComparison.Ordinal),
            end = text.LastIndexOf("\r\n0\r\n", StringComparison.Ordinal);
        return Encoding.UTF8.GetBytes($"{text[..head]}{end - size - 2:x}{text[size..]}");
    }
}

using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Forms;

/// <summary>
/// RFC 7578 and RFC 2046 §5.1, by literal bytes, whole, cut at every byte and byte by byte. Cases of other
/// projects' tests are among them.
/// </summary>
public sealed class MultipartTests
{
    private const string Type = "multipart/form-data; boundary=b";
    private const string Head = "Content-Disposition: form-data; name=\"n\"\r\n";

    [Theory]
    [InlineData("--b--\r\n", "")]
    [InlineData("--b--", "")]
    [InlineData("\r\n--b--", "")]
    [InlineData("--b\r\n" + Head + "\r\nv\r\n--b--\r\n", "n=v")]
    [InlineData("--b \t \r\n" + Head + "\r\nv\r\n--b-- \t\r\n", "n=v")]
    [InlineData("ignored\r\n--not\r\n--b\r\n" + Head + "\r\nv\r\n--b--\r\nignored\r\n--b\r\n", "n=v")]
    [InlineData("--b\r\n" + Head + "\r\n\r\n--b--", "n=")]
    [InlineData("--b\r\n" + Head + "\r\n--b--", "n=")]
    [InlineData("--b\r\n" + Head + "\r\n\r\n\r\n--b--", "n=\r\n")]
    [InlineData("--b\r\n" + Head + "\r\n\r\r\n\n\r\n-\r\n--\r\n--B\r\n--b--", "n=\r\r\n\n\r\n-\r\n--\r\n--B")]
    [InlineData("--b\r\n" + Head + "\r\n--b\r\n" + Head + "\r\nx--b--\r\n--b--", "n= | n=x--b--")]
    [InlineData("--b\r\n" + Head + "\r\n\n--b--\r\n--b--", "n=\n--b--")]
    [InlineData("--b\r\ncontent-disposition:FORM-DATA;NAME=n;x=y\r\n\r\nv\r\n--b--", "n=v")]
    [InlineData(
        "--b\r\nX-A: 1\r\n" + Head
            + "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\nv\r\n--b--",
            "n(text/plain; charset=utf-8)=v")]
    [InlineData("--b\r\n" + Head + "\r\n" + "--b\r\n" + Head + "\r\n--b--", "n= | n=")]
    public async Task Reads_parts_between_boundaries(string content, string expected) =>
        (await FormText.ReadEveryWayAsync(Type, Latin1.Bytes(content))).Should().Be(expected);

    [Theory]
    [InlineData("", "The form ends before its last boundary.")]
    [InlineData("--b", "A boundary of the form is followed by something else.")]
    [InlineData("--b\r\n", "The form ends before its last boundary.")]
    [InlineData("--b\r\n" + Head + "\r\nv", "The form ends before its last boundary.")]
    [InlineData("--b\r\n" + Head + "\r\nv\r\n--b", "A boundary of the form is followed by something else.")]
    [InlineData("--b\r\n" + Head + "\r\nv\r\n--b-", "A boundary of the form is followed by something else.")]
    [InlineData("--b\r\n" + Head + "\r\nv\r\n--b--x", "A boundary of the form is followed by something else.")]
    [InlineData("--b\r\n" + Head + "\r\nv\r\n--b--\n", "A boundary of the form is followed by something else.")]
    [InlineData("--b\r\n" + Head + "\r\nv\r\n--bx\r\n--b--", "A boundary of the form is followed by something else.")]
    [InlineData("--b\n" + Head + "\r\nv\r\n--b--", "A boundary of the form is followed by something else.")]
    [InlineData("--b\r\n" + Head + "\r\nv\n--b--\n", "The form ends before its last boundary.")]
    [InlineData("--b\r\n\r\nv\r\n--b--", "A part of the form has no name.")]
    [InlineData("--b\r\nContent-Type: text/plain\r\n\r\nv\r\n--b--", "A part of the form has no name.")]
    [InlineData("--b\r\nContent-Disposition: form-data\r\n\r\nv\r\n--b--", "A part of the form has no name.")]
    [InlineData(
        "--b\r\nContent-Disposition: attachment; name=n\r\n\r\nv\r\n--b--",
        "A part of the form is not form-data, or is it twice.")]
    [InlineData("--b\r\n" + Head + Head + "\r\nv\r\n--b--", "A part of the form is not form-data, or is it twice.")]
    [InlineData(
        "--b\r\n" + Head + "Content-Type: a/b\r\nContent-Type: a/b\r\n\r\nv\r\n--b--",
        "A part of the form has two content types.")]
    [InlineData("--b\r\nContent-Disposition: form-data; name=a; name=b\r\n\r\nv\r\n--b--", "A part of the form has two names.")]
    [InlineData(
        "--b\r\nContent-Disposition: form-data; name=\"a\r\n\r\nv\r\n--b--", "The Content-Disposition of a part is malformed.")]
    [InlineData(
        "--b\r\nContent-Disposition: form-data; name=\"a\"b\r\n\r\nv\r\n--b--",
        "The Content-Disposition of a part is malformed.")]
    [InlineData(
        "--b\r\nContent-Disposition: form-data; name = a\r\n\r\nv\r\n--b--", "The Content-Disposition of a part is malformed.")]
    [InlineData(
        "--b\r\nContent-Disposition: form-data; name\r\n\r\nv\r\n--b--", "The Content-Disposition of a part is malformed.")]
    [InlineData(
        "--b\r\nContent-Disposition: form-data;\r\n name=a\r\n\r\nv\r\n--b--",
        "The header lines of a part are malformed. A field line begins with white space.")]
    [InlineData(
        "--b\r\nContent-Disposition : form-data; name=a\r\n\r\nv\r\n--b--",
        "The header lines of a part are malformed. A field name is not a token directly followed by a colon.")]
    [InlineData(
        "--b\r\nContent-Disposition: form-data; name=a\n\r\nv\r\n--b--",
        "The header lines of a part are malformed. A line must end in CRLF, and neither CR nor LF may stand alone.")]
    [InlineData(
        "--b\r\nContent-Disposition: form-data; name=\"a\0\"\r\n\r\nv\r\n--b--",
        "The header lines of a part are malformed. A field value holds a control character.")]
    public async Task Refuses_what_could_be_read_in_two_ways(string content, string sentence)
    {
        string answer = await FormText.ReadEveryWayAsync(Type, Latin1.Bytes(content));

        answer.Should().Be("400: " + sentence);
    }

    [Theory]
    [InlineData("multipart/form-data; boundary=b", "n=v")]
    [InlineData("Multipart/Form-Data;BOUNDARY=\"b\"; charset=utf-8", "n=v")]
    [InlineData("multipart/form-data; charset=utf-8; boundary=b ;", "n=v")]
    [InlineData("multipart/form-data", "400")]
    [InlineData("multipart/form-data; boundary=", "400")]
    [InlineData("multipart/form-data; boundary=\"\"", "400")]
    [InlineData("multipart/form-data; boundary=\"b \"", "400")]
    [InlineData("multipart/form-data; boundary=b; boundary=b", "400")]
    [InlineData("multipart/form-data; boundary=\"b", "400")]
    [InlineData("multipart/form-data; boundary=\"b\u00FC\"", "400")]
    [InlineData("multipart/form-data; boundary=b/c", "400")]
    [InlineData("multipart/form-data boundary=b", "415")]
    [InlineData("multipart/mixed; boundary=b", "415")]
    [InlineData("text/plain", "415")]
    public async Task Takes_the_boundary_from_the_content_type(string contentType, string expected)
    {
        string answer = await FormText.ReadAsync(
            contentType, Latin1.Bytes("--b\r\n" + Head + "\r\nv\r\n--b--"), Segmentation.Whole);

        answer.Split(':')[0].Should().Be(expected);
    }

    [Fact]
    public async Task A_boundary_has_up_to_70_characters_of_those_that_RFC_2046_names()
    {
        const string longest = "0123456789'()+_,-./:=? 0123456789'()+_,-./:=? 0123456789'()+_,-./:=? b";
        longest.Should().HaveLength(70);
        string content = $"--{longest}\r\n{Head}\r\n\r\n--{longest[..69]}\r\n--{longest}--";

        (await FormText.ReadEveryWayAsync($"multipart/form-data; boundary=\"{longest}\"", Latin1.Bytes(content)))
            .Should().Be($"n=\r\n--{longest[..69]}");
        (await FormText.ReadAsync($"multipart/form-data; boundary=\"x{longest}\"", [], Segmentation.Whole))
            .Should().StartWith("400");
    }

    [Theory]
    [InlineData("name=\"a\\\"b\"", "a\"b=")]
    [InlineData("name=\"a%22%0D%0a%41\"", "a\"\r\n%41=")]
    [InlineData("name=\"\"", "=")]
    [InlineData("name=\"\u00C3\u00BC\"", "ü=")]
    [InlineData("name=\"\u00FC\"", "\uFFFD=")]
    [InlineData("name=n; filename=\"\"", "n:=")]
    [InlineData("name=n; filename=a.txt", "n:a.txt=")]
    [InlineData("name=n; filename=\"a;b=c.txt\"", "n:a;b=c.txt=")]
    [InlineData("name=n; filename=\"C:\\dir\\a b.txt\"", "n:a b.txt=")]
    [InlineData("name=n; filename=\"\\\\server\\share\\a.txt\"", "n:a.txt=")]
    [InlineData("name=n; filename=\"../../etc/passwd\"", "n:passwd=")]
    [InlineData("name=n; filename=\"..\"", "n:=")]
    [InlineData("name=n; filename=\"a/\"", "n:=")]
    [InlineData("name=n; filename=\"\u00C3\u00BC.txt\"", "n:ü.txt=")]
    [InlineData("name=n; filename*=UTF-8''%E4%BD%A0.txt", "n:你.txt=")]
    [InlineData("name=n; filename*=utf-8'en'a%2Fb.txt", "n:b.txt=")]
    [InlineData("name=n; filename*=iso-8859-1''%FC.txt", "n:ü.txt=")]
    [InlineData("name=n; filename=\"=?utf-8?B?w7w=?=\"; filename*=utf-8''%C3%BC", "n:ü=")]
    [InlineData("name=n; filename*=koi8-r''a", "400: A file name of the form is malformed.=")]
    [InlineData("name=n; filename*=utf-8''%4", "400: A file name of the form is malformed.=")]
    [InlineData("name=n; filename*=a.txt", "400: A file name of the form is malformed.=")]
    public async Task Names_are_text(string parameters, string expected)
    {
        string content = $"--b\r\nContent-Disposition: form-data; {parameters}\r\n\r\n\r\n--b--";

        string answer = await FormText.ReadEveryWayAsync(Type, Latin1.Bytes(content));
        answer.Should().Be(expected.StartsWith("400", StringComparison.Ordinal) ? expected[..^1] : expected);
    }

    [Fact]
    public async Task Limits_are_kept_to_the_byte_and_exceeding_one_is_413()
    {
        string lines = Head + "X: " + new string('x', 200 - Head.Length - 5) + "\r\n";
        byte[] content = Latin1.Bytes($"--b\r\n{lines}\r\n\r\n--b\r\n{lines}\r\n\r\n--b--");

        (await FormText.ReadEveryWayAsync(Type, content, new FormLimits { MaxPartHeaderLength = 200, MaxParts = 2 }))
            .Should().Be("n= | n=");
        (await FormText.ReadEveryWayAsync(Type, content, new FormLimits { MaxPartHeaderLength = 199 }))
            .Should().StartWith("413: The header lines");
        (await FormText.ReadEveryWayAsync(Type, content, new FormLimits { MaxParts = 1 })).Should().Be(
            "413: The form has too many parts.");
        (await FormText.ReadEveryWayAsync(Type, content, new FormLimits { MaxNameLength = 1 })).Should().Be("n= | n=");

        string many = string.Concat(Enumerable.Repeat("X: y\r\n", 32));
        (await FormText.ReadEveryWayAsync(Type, Latin1.Bytes($"--b\r\n{many}{Head}\r\n\r\n--b--")))
            .Should().StartWith("413: The header lines");
        (await FormText.ReadEveryWayAsync(
            Type, Latin1.Bytes("--b\r\nContent-Disposition: form-data; name=nn\r\n\r\n\r\n--b--"),
            new FormLimits { MaxNameLength = 1 }))
            .Should().Be("413: The name of a field is too long.");
        ((Action)(() =>
            new HttpRequest("POST", "/", null, ("Content-Type", Type)).ReadMultipart(new FormLimits { MaxParts = 0 })))
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName("MaxParts");
    }

    [Fact]
    public async Task What_is_left_of_a_part_is_dropped_and_its_stream_reads_nothing_of_the_next()
    {
        byte[] content = Latin1.Bytes($"--b\r\n{Head}\r\n{new string('x', 100_000)}\r\n--b\r\n{Head}\r\nsecond\r\n--b--");
        MultipartReader reader = new HttpRequest("POST", "/", new MemoryStream(content), ("Content-Type", Type)).ReadMultipart();

        FormPart first = (await reader.ReadAsync())!;
        first.Body.ReadByte().Should().Be('x');
        FormPart second = (await reader.ReadAsync())!;
        await ((Func<Task>)(() => first.ReadTextAsync().AsTask())).Should().ThrowAsync<ObjectDisposedException>();
        (await second.ReadTextAsync()).Should().Be("second");
        (await second.ReadTextAsync()).Should().Be("", "it has been read");
        (await reader.ReadAsync()).Should().BeNull();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_second_read_throws_at_its_own_line_and_the_first_goes_on(bool ofTheNextPart)
    {
        ScriptedStream stream = new();
        stream.Give("--b\r\n" + Head + "\r\n");
        MultipartReader parts = new HttpRequest("POST", "/", stream, ("Content-Type", Type)).ReadMultipart();
        FormPart part = (await parts.ReadAsync())!;
        byte[] content = new byte[10];
        Task<int> first = part.Body.ReadAsync(content).AsTask();
        Task second = ofTheNextPart ? parts.ReadAsync().AsTask() : part.Body.ReadAsync(new byte[10]).AsTask();
        await second.Awaiting(task => task.WaitAsync(Wire.SafetyTimeout)).Should().ThrowAsync<InvalidOperationException>();
        stream.Give("value\r\n--b--\r\n");
        int count = await first.WaitAsync(Wire.SafetyTimeout);
        count += await part.Body.ReadAsync(content.AsMemory(count));
        Latin1.Text(content.AsSpan(0, count)).Should().Be("value");
        (await parts.ReadAsync()).Should().BeNull();
    }

    [Fact]
    public async Task A_file_is_never_held_in_memory()
    {
        byte[] begin = Latin1.Bytes($"--b\r\nContent-Disposition: form-data; name=f; filename=a\r\n\r\n"),
            block = new byte[64 * 1024];
        Random.Shared.NextBytes(block);
        long left = 2000;
        RepeatingStream stream = new(begin, block, left, Latin1.Bytes("\r\n--b--"));
        MultipartReader reader = new HttpRequest("POST", "/", stream, ("Content-Type", Type)).ReadMultipart();
        FormPart part = (await reader.ReadAsync())!;
        byte[] buffer = new byte[16 * 1024];
        int thread = Environment.CurrentManagedThreadId;
        long before = GC.GetAllocatedBytesForCurrentThread(), length = 0; // other tests, which run beside this one, do not count
        for (int read; (read = await part.Body.ReadAsync(buffer)) > 0;) length += read;

        length.Should().Be(left * block.Length);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Environment.CurrentManagedThreadId.Should().Be(
            thread, "a stream in memory is read at once, and only this thread is measured");
        allocated.Should().BeLessThan(16 * 1024 * 1024, "125 MiB have gone by"); // 2 MB in a Debug build
        (await reader.ReadAsync()).Should().BeNull();
    }

    private sealed class RepeatingStream(byte[] begin, byte[] block, long times, byte[] end) : MemoryStream
    {
        private readonly Queue<byte[]> _edges = new([begin, end]);
        private long _left = times;
        private byte[] _now = [];
        private int _at;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_at == _now.Length)
            {
                bool isEdge = _edges.Count == 2 || (_left == 0 && _edges.Count > 0);
                if (!isEdge && _left == 0) return new(0);
                if (!isEdge) _left--;
                _now = isEdge ? _edges.Dequeue() : block;
                _at = 0;
            }

            int count = Math.Min(buffer.Length, _now.Length - _at);
            _now.AsSpan(_at, count).CopyTo(buffer.Span);
            _at += count;
            return new(count);
        }
    }
}

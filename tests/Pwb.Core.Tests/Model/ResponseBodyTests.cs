using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Model;

public sealed class ResponseBodyTests
{
    public static TheoryData<string> Whole { get; } = [
        .. BodyCase.All.Where(body => body.End == BodyEnd.Whole).Select(body => body.Name)];

    [Theory]
    [MemberData(nameof(Whole))]
    public async Task Tells_its_length_and_writes_its_content(string name)
    {
        BodyCase expected = BodyCase.All.Single(body => string.Equals(body.Name, name, StringComparison.Ordinal));
        ResponseBody body = expected.Make();
        var output = new MemoryStream();

        await body.WriteToAsync(output, CancellationToken.None);
        await body.DisposeAsync();

        body.Length.Should().Be(expected.Length);
        output.ToArray().AsSpan().SequenceEqual(expected.Content).Should().BeTrue();
    }

    [Fact]
    public void Counts_a_string_in_UTF_8() => ResponseBody.From("\u4E2D\u6587!").Length.Should().Be(7);

    [Fact]
    public async Task Disposes_its_stream()
    {
        var stream = new PlainStream("abc"u8.ToArray());

        await ResponseBody.From(stream).DisposeAsync();

        stream.DisposeCount.Should().Be(1);
    }

    [Fact]
    public async Task Can_be_written_again_when_it_is_in_memory()
    {
        ResponseBody body = ResponseBody.From("abc");
        var output = new MemoryStream();
        for (int i = 0; i < 3; i++)
        {
            await body.WriteToAsync(output, CancellationToken.None);
            await body.DisposeAsync();
        }

        Latin1.Text(output.ToArray()).Should().Be("abcabcabc");
    }

    [Fact]
    public void Refuses_what_makes_no_body()
    {
        FluentActions.Invoking(() => ResponseBody.From((string)null!)).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => ResponseBody.From((Stream)null!)).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => ResponseBody.Push(null!)).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => ResponseBody.From(Stream.Null, -1)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => ResponseBody.Push((_, _) => default, -1)).Should().Throw<ArgumentException>();
    }

    [Fact]
    public async Task Of_a_stream_that_can_seek_says_its_length()
    {
        using var content = new MemoryStream("abcdef"u8.ToArray()) { Position = 2 };
        await using ResponseBody body = ResponseBody.From(content);

        body.Length.Should().Be(4);
        WireResponse response =
            (await new Wire(_ => new HttpResponse(200, ResponseBody.From(new MemoryStream("abc"u8.ToArray())))).ExchangeAsync(
                "GET / HTTP/1.1\r\nHost: a\r\n\r\n")).Response();
        response["Content-Length"].Should().Be("3");
        response.ContentText.Should().Be("abc");
    }

    [Fact]
    public async Task Of_a_stream_that_grows_is_as_long_as_it_said()
    {
        string path = Path.GetTempFileName();
        await File.WriteAllTextAsync(path, "abc");
        await using ResponseBody body = ResponseBody.From(
            new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        await using (var writer = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
            await writer.WriteAsync("def"u8.ToArray());
        var output = new MemoryStream();

        await body.WriteToAsync(output, CancellationToken.None);

        Latin1.Text(output.ToArray()).Should().Be("abc");
        File.Delete(path);
    }

    [Fact]
    public async Task Of_a_stream_that_says_it_is_empty_may_have_something()
    {
        var content = new MemoryStream(); // as the files of /proc do
        await using ResponseBody body = ResponseBody.From(content);
        content.Write("abc"u8);
        content.Position = 0;
        var output = new MemoryStream();

        body.Length.Should().BeNull();
        await body.WriteToAsync(output, CancellationToken.None);
        output.Length.Should().Be(3);
    }
}

using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Model;

/// <summary>R9 and RFC 9110 §5.2, §5.3: field lines in wire order, found without case.</summary>
public sealed class HttpFieldsTests
{
    private static HttpFields Fields { get; } =
        new HttpRequest("GET", "/", null, ("Host", "a"), ("Accept", "text/html"), ("X-Empty", ""), ("accept", "*/*")).Headers;

    [Fact]
    public void Counts_and_gives_the_lines_in_order()
    {
        Fields.Count.Should().Be(4);
        Latin1.Text(Fields[1].Name).Should().Be("Accept");
        Latin1.Text(Fields[1].Value).Should().Be("text/html");
        Latin1.Text(Fields[3].Name).Should().Be("accept");

        List<string> names = [];
        foreach (FieldLine line in Fields) names.Add(Latin1.Text(line.Name));
        names.Should().Equal("Host", "Accept", "X-Empty", "accept");
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(4)]
    [InlineData(int.MaxValue)]
    public void Has_no_line_outside_its_count(int index) =>
        FluentActions.Invoking(() => Fields[index].Name.Length).Should().Throw<Exception>()
            .Which.Should().Match(fault => fault is ArgumentException || fault is IndexOutOfRangeException);

    [Theory]
    [InlineData("Accept", "text/html, */*")]
    [InlineData("ACCEPT", "text/html, */*")]
    [InlineData("host", "a")]
    [InlineData("x-empty", "")]
    [InlineData("X-Absent", null)]
    [InlineData("Accep", null)]
    [InlineData("Accept:", null)]
    [InlineData("", null)]
    public void Joins_the_lines_of_a_name(string name, string? expected) => Fields[name].Should().Be(expected);

    [Fact]
    public void Gives_a_value_without_a_string()
    {
        Fields.TryGetValue("HOST"u8, out ReadOnlySpan<byte> host).Should().BeTrue();
        Latin1.Text(host).Should().Be("a");
        Fields.TryGetValue("x-empty"u8, out ReadOnlySpan<byte> empty).Should().BeTrue();
        empty.Length.Should().Be(0);
        Fields.TryGetValue("X-Absent"u8, out ReadOnlySpan<byte> absent).Should().BeFalse();
        absent.Length.Should().Be(0);
    }

    [Fact]
    public async Task Gives_the_same_from_the_wire()
    {
        string? joined = null;
        string? first = null;
        int count = 0;
        var wire = new Wire(request =>
        {
            joined = request.Headers["accept"];
            count = request.Headers.Count;
            if (request.Headers.TryGetValue("HOST"u8, out ReadOnlySpan<byte> host)) first = Latin1.Text(host);
            return HttpResponse.Text("ok");
        });

        await wire.ExchangeAsync("GET / HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\nX-Empty:\r\naccept: */*\r\n\r\n");

        joined.Should().Be("text/html, */*");
        count.Should().Be(4);
        first.Should().Be("a");
    }

    [Fact]
    public async Task Keeps_obs_text_apart()
    {
        string? value = null;
        var wire = new Wire(request =>
        {
            value = request.Headers["X"];
            return HttpResponse.Text("ok");
        });

        await wire.ExchangeAsync("GET / HTTP/1.1\r\nHost: a\r\nX: \u0080\u00E9\u00FF\r\n\r\n");

        value.Should().Be("\u0080\u00E9\u00FF", "as Latin-1, byte for char");
    }

    [Theory]
    [InlineData("Accept", "a, b")]
    [InlineData("X-Any", "a, b")]
    [InlineData("COOKIE", "a; b")] // RFC 9113 §8.2.3
    [InlineData("Authorization", "a")]
    [InlineData("referer", "a")]
    [InlineData("If-Modified-Since", "a")]
    [InlineData("Range", "a")]
    [InlineData("Origin", "a")]
    public void Joins_two_lines_as_the_field_says_or_not_at_all(string name, string value) =>
        new HttpRequest("GET", "/", null, (name, "a"), (name, "b")).Headers[name].Should().Be(value);

    [Fact]
    public void Never_joins_Set_Cookie()
    {
        HttpResponse response = new HttpResponse(
            200, null, ("Set-Cookie", "a=b; Expires=Sun, 06 Nov 1994 08:49:37 GMT")).WithAdded("Set-Cookie", "c=d");

        response.Headers["Set-Cookie"].Should().Be("a=b; Expires=Sun, 06 Nov 1994 08:49:37 GMT");
        response.Headers.Count.Should().Be(2);
    }

    [Fact]
    public void Joins_many_lines_in_one_go()
    {
        (string, string)[] lines = [.. Enumerable.Range(0, 90).Select(i => ("X", new string('x', 300) + i))];
        HttpFields fields = new HttpRequest("GET", "/", null, lines).Headers;
        _ = fields["X"];

        long before = GC.GetAllocatedBytesForCurrentThread();
        string? joined = fields["x"];
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        joined.Should().Be(string.Join(", ", lines.Select(line => line.Item2)));
        allocated.Should().BeLessThan((joined!.Length * 2) + 1000, "one string is made, and not one for each line");
    }
}

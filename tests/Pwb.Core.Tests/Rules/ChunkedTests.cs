using System.Globalization;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Rules;

/// <summary>R12: chunk sizes and chunk data. RFC 9112 §7.1.</summary>
public sealed class ChunkedTests
{
    private const string Start = "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

    [Theory]
    [InlineData("0\r\n\r\n", "")]
    [InlineData("000\r\n\r\n", "")]
    [InlineData("1\r\na\r\n0\r\n\r\n", "a")]
    [InlineData("3\r\nabc\r\n0\r\n\r\n", "abc")]
    [InlineData("003\r\nabc\r\n0\r\n\r\n", "abc")]
    [InlineData("0000000003\r\nabc\r\n0\r\n\r\n", "abc")]
    [InlineData("1\r\na\r\n2\r\nbc\r\n0\r\n\r\n", "abc")]
    [InlineData("a\r\n0123456789\r\n0\r\n\r\n", "0123456789")]
    [InlineData("A\r\n0123456789\r\n0\r\n\r\n", "0123456789")]
    [InlineData("0B\r\n0123456789a\r\n0\r\n\r\n", "0123456789a")]
    [InlineData("10\r\n0123456789abcdef\r\n0\r\n\r\n", "0123456789abcdef")]
    [InlineData("2\r\n\r\n\r\n0\r\n\r\n", "\r\n")]
    [InlineData("5\r\n0\r\n\r\n\r\n0\r\n\r\n", "0\r\n\r\n")] // the end, as data
    public async Task Joins_the_data_of_the_chunks(string content, string expected)
    {
        Outcome outcome = await Wire.Echo.AssertServedAsync(Start + content, "POST /a");
        await Wire.Ignoring.AssertServedAsync(Start + content, "POST /a");

        outcome.Responses()[0].ContentText.Should().Be(expected);
    }

    [Theory]
    [InlineData("\r")]
    [InlineData("\n")]
    [InlineData(" ")]
    [InlineData("\t")]
    [InlineData(";")]
    [InlineData("+")]
    [InlineData("-")]
    [InlineData("0x")]
    [InlineData("0X")]
    [InlineData("x")]
    [InlineData("g")]
    [InlineData("G")]
    [InlineData("3g")]
    [InlineData("3_")]
    [InlineData("_")]
    [InlineData("3,")]
    [InlineData("3.")]
    [InlineData("3h")]
    [InlineData("3:")]
    [InlineData("3=")]
    [InlineData("3\"")]
    [InlineData("3 \r")]
    [InlineData("3\t\r")]
    [InlineData("3 3")]
    [InlineData("3\n")]
    [InlineData("3\r3")]
    [InlineData("3\r\r")]
    [InlineData("3\0")]
    [InlineData("3\u007F")]
    [InlineData("\u00B3")]
    [InlineData("0\n")]
    [InlineData("0\rX")]
    [InlineData("0 \r")]
    [InlineData("3\r\nabcX")]
    [InlineData("3\r\nabc\n")]
    [InlineData("3\r\nabc\rX")]
    [InlineData("3\r\nabc\r\r")]
    [InlineData("3\r\nabc0")]
    [InlineData("3\r\nabc ")]
    [InlineData("3\r\nabc\r\n\r")]
    [InlineData("3\r\nabc\r\n-")]
    [InlineData("3\r\nabc\r\n0\n")]
    public async Task Refuses_a_malformed_chunk_at_once(string content)
    {
        await Wire.Echo.AssertRefusedAtLastByteAsync(Start + content, 400);
        await Wire.Ignoring.AssertRefusedAtLastByteAsync(Start + content, 400);
    }

    [Fact]
    public async Task Takes_just_the_right_bytes_in_and_after_size_and_data_out_of_all_256()
    {
        for (int value = 0; value < 256; value++)
        {
            char c = (char)value;
            if (!char.IsAsciiHexDigit(c)) await Wire.Ignoring.AssertRefusedAtLastByteAsync($"{Start}{c}", 400);
            if (!char.IsAsciiHexDigit(c) && c is not (';' or ' ' or '\t' or '\r'))
                await Wire.Ignoring.AssertRefusedAtLastByteAsync($"{Start}1{c}", 400);
            if (c != '\r') await Wire.Ignoring.AssertRefusedAtLastByteAsync($"{Start}1\r\na{c}", 400);
            if (c != '\n') await Wire.Ignoring.AssertRefusedAtLastByteAsync($"{Start}1\r\na\r{c}", 400);
            if (c != '\n') await Wire.Ignoring.AssertRefusedAtLastByteAsync($"{Start}1\r{c}", 400);
            Outcome outcome = await Wire.Echo.AssertServedAsync($"{Start}1\r\n{c}\r\n0\r\n\r\n", "POST /a");
            outcome.Responses()[0].Content.Should().Equal((byte)value);
        }
    }

    [Theory]
    [InlineData("7fffffff", 413)]
    [InlineData("80000000", 413)] // 2^31
    [InlineData("80000003", 413)]
    [InlineData("ffffffff", 413)]
    [InlineData("100000000", 413)] // 2^32
    [InlineData("100000003", 413)] // 3 after a wrap
    [InlineData("7fffffffffffffff", 413)]
    [InlineData("8000000000000000", 400)] // 2^63
    [InlineData("8000000000000003", 400)]
    [InlineData("ffffffffffffffff", 400)]
    [InlineData("fffffffffffffffd", 400)]
    [InlineData("10000000000000000", 400)] // 2^64
    [InlineData("10000000000000003", 400)] // 3 after a wrap
    [InlineData("100000000000000003", 400)]
    [InlineData("ffffffffffffffffffffffffffffffff", 400)]
    public async Task Never_wraps_a_size(string size, int status)
    {
        await Wire.Echo.AssertRefusedAsync($"{Start}{size}\r\n", status);
        await Wire.Echo.AssertRefusedAsync($"{Start}1\r\na\r\n{size}\r\n", status);
    }

    [Fact]
    public async Task Never_wraps_the_sum_of_the_sizes()
    {
        var wire = new Wire(
            Wire.EchoAsync, new PwbServerOptions { Limits = new PwbServerLimits { MaxContentLength = long.MaxValue } });

        await wire.AssertRefusedAsync($"{Start}3\r\nabc\r\n7fffffffffffffff\r\n", 413);
    }

    [Theory]
    [InlineData("a\r\n0123456789\r\n0\r\n\r\n")]
    [InlineData("5\r\n01234\r\n5\r\n56789\r\n0\r\n\r\n")]
    public async Task Accepts_content_up_to_the_limit(string content)
    {
        var wire = new Wire(Wire.EchoAsync, new PwbServerOptions { Limits = new PwbServerLimits { MaxContentLength = 10 } });

        await wire.AssertServedAsync(Start + content, "POST /a");
    }

    [Theory]
    [InlineData("b\r\n")]
    [InlineData("5\r\n01234\r\n6\r\n")]
    [InlineData("a\r\n0123456789\r\n1\r\n")]
    public async Task Answers_413_when_the_sum_of_the_sizes_passes_the_limit(string content)
    {
        var options = new PwbServerOptions { Limits = new PwbServerLimits { MaxContentLength = 10 } };

        await new Wire(Wire.EchoAsync, options).AssertRefusedAsync(Start + content, 413);
        await new Wire(_ => HttpResponse.Text("ignored"), options).AssertRefusedAsync(Start + content, 413);
    }

    [Fact]
    public async Task Reads_many_chunks_of_many_sizes()
    {
        var random = new Random(12);
        string expected = "";
        string content = "";
        for (int i = 0; i < 400; i++)
        {
            string data = new((char)('a' + (i % 26)), random.Next(1, i < 390 ? 20 : 9000));
            expected += data;
            content += string.Create(CultureInfo.InvariantCulture, $"{data.Length:x}\r\n{data}\r\n");
        }

        Outcome outcome = await Wire.Echo.AssertServedAsync(
            $"{Start}{content}0\r\n\r\n", [Start.Length + content.Length], "POST /a");

        outcome.Responses()[0].ContentText.Should().Be(expected);
    }

    [Fact] // R13
    public async Task A_handler_never_completes_normally_on_incomplete_chunks()
    {
        const string Content = "3;a=\"b\"\r\nabc\r\n0\r\nA: b\r\n\r\n";
        for (int length = 0; length < Content.Length; length++)
        {
            Outcome outcome = await Wire.Echo.AssertEverySplitAsync(Start + Content[..length]);

            outcome.RequestLines.Should().Equal("POST /a");
            outcome.Response().Status.Should().Be(400, "the content ends after {0} bytes", length);
            outcome.Response().IsLast.Should().BeTrue();
        }
    }
}

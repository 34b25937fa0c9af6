using Pwb.Http;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Http;

/// <summary>S2 and RFC 9110 §14.1.2, §14.2.</summary>
public sealed class ByteRangesTests
{
    [Theory]
    [InlineData("bytes=0-0", 10, 0, 1)]
    [InlineData("bytes=0-9", 10, 0, 10)]
    [InlineData("bytes=0-", 10, 0, 10)] // all of it, but asked for as a part: 206
    [InlineData("bytes=9-", 10, 9, 1)]
    [InlineData("bytes=9-9", 10, 9, 1)]
    [InlineData("bytes=3-5", 10, 3, 3)]
    [InlineData("bytes=3-10", 10, 3, 7)] // clamped
    [InlineData("bytes=3-99999", 10, 3, 7)]
    [InlineData("bytes=3-9223372036854775807", 10, 3, 7)]
    [InlineData("bytes=3-9223372036854775808", 10, 3, 7)]
    [InlineData("bytes=3-18446744073709551616", 10, 3, 7)]
    [InlineData("bytes=3-99999999999999999999999999999999999999999", 10, 3, 7)]
    [InlineData("bytes=003-0005", 10, 3, 3)]
    [InlineData("bytes=00000000000000000000000000000003-5", 10, 3, 3)]
    [InlineData("bytes=-1", 10, 9, 1)]
    [InlineData("bytes=-10", 10, 0, 10)]
    [InlineData("bytes=-11", 10, 0, 10)]
    [InlineData("bytes=-9223372036854775808", 10, 0, 10)]
    [InlineData("bytes=-99999999999999999999999999", 10, 0, 10)]
    [InlineData("BYTES=0-0", 10, 0, 1)] // §14.1: units compare without case
    [InlineData("bytes=0-0", 1, 0, 1)]
    [InlineData("bytes=4294967296-4294967297", 5_000_000_000, 4_294_967_296, 2)]
    [InlineData("bytes=-4294967297", 5_000_000_000, 705_032_703, 4_294_967_297)]
    [InlineData("bytes=9223372036854775806-", long.MaxValue, long.MaxValue - 1, 1)]
    [InlineData("bytes=0-9223372036854775807", long.MaxValue, 0, long.MaxValue)]
    public void Takes_one_part(string range, long length, long start, long expected) =>
        Parse(range, length).Should().Be((ByteRangeKind.Part, new ByteRange(start, expected)));

    [Theory]
    [InlineData("bytes=10-", 10)]
    [InlineData("bytes=10-10", 10)]
    [InlineData("bytes=11-20", 10)]
    [InlineData("bytes=9223372036854775807-", 10)]
    [InlineData("bytes=9223372036854775807-", long.MaxValue)]
    [InlineData("bytes=18446744073709551616-", 10)]
    [InlineData("bytes=18446744073709551616-18446744073709551617", 10)]
    [InlineData("bytes=-0", 10)]
    [InlineData("bytes=-000", 10)]
    [InlineData("bytes=0-", 0)]
    [InlineData("bytes=0-0", 0)]
    [InlineData("bytes=5-6", 0)]
    [InlineData("bytes=-0", 0)]
    public void Knows_what_is_not_there(string range, long length) =>
        Parse(range, length).Should().Be((ByteRangeKind.Unsatisfiable, new ByteRange(0, length)));

    [Theory]
    [InlineData("")]
    [InlineData("bytes")]
    [InlineData("bytes=")]
    [InlineData("bytes=-")]
    [InlineData("bytes=--")]
    [InlineData("bytes=--1")]
    [InlineData("bytes=-1-")]
    [InlineData("bytes=5")]
    [InlineData("bytes=5-3")] // §14.1.1: invalid
    [InlineData("bytes=a-b")]
    [InlineData("bytes=0-x")]
    [InlineData("bytes=x-0")]
    [InlineData("bytes=0x0-0x9")]
    [InlineData("bytes=+0-9")]
    [InlineData("bytes=0-+9")]
    [InlineData("bytes=0-9-")]
    [InlineData("bytes=0-9/10")]
    [InlineData("bytes=0.0-9")]
    [InlineData("bytes= 0-9")]
    [InlineData("bytes=0 -9")]
    [InlineData("bytes=0- 9")]
    [InlineData("bytes=0-9 ")]
    [InlineData("bytes=\t0-9")]
    [InlineData("bytes =0-9")]
    [InlineData(" bytes=0-9")]
    [InlineData("bytes:0-9")]
    [InlineData("bytes 0-9/10")]
    [InlineData("byte=0-9")]
    [InlineData("bytess=0-9")]
    [InlineData("=0-9")]
    [InlineData("0-9")]
    [InlineData("items=0-9")]
    [InlineData("seconds=1-2")]
    [InlineData("bytes=0-0,2-2")] // several
    [InlineData("bytes=0-0, -1")]
    [InlineData("bytes=0-,0-")]
    [InlineData("bytes=0-1,")]
    [InlineData("bytes=,0-1")]
    [InlineData("bytes=0-0, bytes=1-1")] // two lines
    [InlineData("bytes=\u00B2-\u00B3")] // superscripts are digits to other parsers
    public void Ignores_everything_else(string range)
    {
        Parse(range, 10).Should().Be((ByteRangeKind.Whole, new ByteRange(0, 10)));
        Parse(range, 0).Should().Be((ByteRangeKind.Whole, new ByteRange(0, 0)));
    }

    [Theory]
    [InlineData("bytes=-1")]
    [InlineData("bytes=-5")]
    public void The_end_of_an_empty_file_is_the_whole_of_it(string range) =>
        Parse(range, 0).Should().Be((ByteRangeKind.Whole, new ByteRange(0, 0)));

    [Fact]
    public void A_part_is_always_inside_the_whole()
    {
        Random random = new(5);
        string[] pieces = [
            "bytes=", "bytes", "=", "-", "0", "1", "9", "10", "-1", ",", " ", "9223372036854775807", "9999999999999999999", "5"];
        for (int i = 0; i < 200_000; i++)
        {
            string range = (random.Next(4) > 0 ? "bytes=" : "")
                + string.Concat(Enumerable.Range(0, random.Next(5)).Select(_ => pieces[random.Next(pieces.Length)]));
            long length = random.Next(3) switch { 0 => 0, 1 => random.Next(20), _ => random.NextInt64() };
            (ByteRangeKind kind, ByteRange part) = Parse(range, length);
            bool isInside = kind == ByteRangeKind.Part
                ? part.Start >= 0 && part.Length > 0 && part.Start < length && part.Length <= length - part.Start
                : part.Start == 0 && part.Length == length;
            isInside.Should().BeTrue("{0} of {1} is {2}", range, length, part);
        }
    }

    [Theory]
    [InlineData("bytes=0-0,2-2", "0+1 2+1")]
    [InlineData("bytes=0-0, -1", "0+1 9+1")]
    [InlineData("bytes=0-0 \t,\t 5-", "0+1 5+5")]
    [InlineData("bytes=0-0,1-1,2-2", "0+1 1+1 2+1")]
    [InlineData("bytes=0-0,99-,5-99", "0+1 5+5")]
    public void Takes_a_few_that_ascend(string range, string parts)
    {
        ByteRanges ranges = ByteRanges.Parse(Latin1.Bytes(range), 10, maxCount: 3);

        (ranges.Kind, ranges.Only).Should().Be((ByteRangeKind.Parts, new ByteRange(0, 10)));
        string.Join(' ', ranges.Parts.ToArray().Select(part => $"{part.Start}+{part.Length}")).Should().Be(parts);
    }

    [Theory]
    [InlineData("bytes=0-0,2-2,4-4,6-6", 10)]
    [InlineData("bytes=2-2,0-0", 10)]
    [InlineData("bytes=0-1,1-2", 10)]
    [InlineData("bytes=0-9223372036854775807,-1", long.MaxValue)]
    [InlineData("bytes=0-,9223372036854775806-", long.MaxValue)]
    [InlineData("bytes=-1,-1", 0)]
    public void Ignores_those_that_ask_for_more_than_there_is(string range, long length)
    {
        ByteRanges ranges = ByteRanges.Parse(Latin1.Bytes(range), length, maxCount: 3);

        (ranges.Kind, ranges.Only, ranges.Parts.Length).Should().Be((ByteRangeKind.Whole, new ByteRange(0, length), 0));
    }

    // One at most, as for a representation that is sent in no parts.
    private static (ByteRangeKind Kind, ByteRange Range) Parse(string range, long length)
    {
        ByteRanges ranges = ByteRanges.Parse(Latin1.Bytes(range), length, maxCount: 1);
        return (ranges.Kind, ranges.Only);
    }
}

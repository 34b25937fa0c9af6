using Pwb.Http;

namespace Pwb.Tests.Http;

/// <summary>
/// S1: the order of RFC 9110 §13.2.2, on a representation tagged "a" that was changed on Sun, 06 Nov 1994
/// 08:49:37 GMT, and a half second.
/// </summary>
public sealed class PreconditionsTests
{
    private const string Earlier = "Sun, 06 Nov 1994 08:49:36 GMT";
    private const string Same = "Sun, 06 Nov 1994 08:49:37 GMT";
    private const string Later = "Sun, 06 Nov 1994 08:49:38 GMT";
    private const string Bad = "Sun, 31 Feb 1994 08:49:37 GMT";

    private static readonly DateTimeOffset Modified = new(1994, 11, 6, 8, 49, 37, 500, TimeSpan.Zero);
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 10, 20, 30, TimeSpan.Zero);

    [Theory]
    [InlineData("", "Proceed")]

    // Each alone.
    [InlineData("If-Match: \"a\"", "Proceed")]
    [InlineData("If-Match: *", "Proceed")]
    [InlineData("If-Match: \"b\", \"a\"", "Proceed")]
    [InlineData("If-Match: \"b\"", "Failed")]
    [InlineData("If-Match: W/\"a\"", "Failed")]
    [InlineData("If-Match: a", "Failed")]
    [InlineData("If-Match: ", "Failed")]
    [InlineData("If-Unmodified-Since: " + Later, "Proceed")]
    [InlineData("If-Unmodified-Since: " + Same, "Proceed")]
    [InlineData("If-Unmodified-Since: " + Earlier, "Failed")]
    [InlineData("If-Unmodified-Since: Sunday, 06-Nov-94 08:49:36 GMT", "Failed")]
    [InlineData("If-Unmodified-Since: Sun Nov  6 08:49:36 1994", "Failed")]
    [InlineData("If-Unmodified-Since: " + Bad, "Proceed")]
    [InlineData("If-Unmodified-Since: " + Earlier + ", " + Earlier, "Proceed")]
    [InlineData("If-None-Match: \"a\"", "NotModified")]
    [InlineData("If-None-Match: W/\"a\"", "NotModified")]
    [InlineData("If-None-Match: \"b\", W/\"a\"", "NotModified")]
    [InlineData("If-None-Match: *", "NotModified")]
    [InlineData("If-None-Match: \"b\"", "Proceed")]
    [InlineData("If-None-Match: a", "Proceed")]
    [InlineData("If-None-Match: \"a\", b", "Proceed")]
    [InlineData("If-None-Match: ", "Proceed")]
    [InlineData("If-Modified-Since: " + Earlier, "Proceed")]
    [InlineData("If-Modified-Since: " + Same, "NotModified")]
    [InlineData("If-Modified-Since: " + Later, "NotModified")]
    // The future counts: RFC 9110 §13.1.3 has no exception.
    [InlineData("If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT", "NotModified")]
    [InlineData("If-Modified-Since: Sunday, 06-Nov-94 08:49:37 GMT", "NotModified")]
    [InlineData("If-Modified-Since: Sun Nov  6 08:49:37 1994", "NotModified")]
    [InlineData("If-Modified-Since: " + Bad, "Proceed")]
    [InlineData("If-Modified-Since: ", "Proceed")]
    [InlineData("If-Modified-Since: " + Same + ", " + Same, "Proceed")]
    [InlineData("If-Modified-Since: " + Same + "|If-Modified-Since: " + Same, "Proceed")] // two lines are a list
    [InlineData("If-Range: \"b\"", "Proceed")]
    [InlineData("Range: bytes=0-0|If-Range: \"b\"", "Proceed")]

    // If-Match before If-Unmodified-Since, which does not count beside it.
    [InlineData("If-Match: \"a\"|If-Unmodified-Since: " + Earlier, "Proceed")]
    [InlineData("If-Unmodified-Since: " + Later + "|If-Match: \"b\"", "Failed")]
    [InlineData("If-Match: x|If-Unmodified-Since: " + Later, "Failed")]

    // If-None-Match before If-Modified-Since, which does not count beside it.
    [InlineData("If-None-Match: \"b\"|If-Modified-Since: " + Same, "Proceed")]
    [InlineData("If-Modified-Since: " + Earlier + "|If-None-Match: \"a\"", "NotModified")]
    [InlineData("If-None-Match: x|If-Modified-Since: " + Same, "Proceed")]
    [InlineData("If-None-Match: |If-Modified-Since: " + Same, "Proceed")]

    // The first pair before the second.
    [InlineData("If-None-Match: \"a\"|If-Match: \"b\"", "Failed")]
    [InlineData("If-None-Match: \"a\"|If-Match: \"a\"", "NotModified")]
    [InlineData("If-None-Match: \"b\"|If-Match: \"a\"", "Proceed")]
    [InlineData("If-Modified-Since: " + Same + "|If-Match: \"b\"", "Failed")]
    [InlineData("If-Modified-Since: " + Same + "|If-Match: *", "NotModified")]
    [InlineData("If-Modified-Since: " + Same + "|If-Unmodified-Since: " + Earlier, "Failed")]
    [InlineData("If-Modified-Since: " + Same + "|If-Unmodified-Since: " + Same, "NotModified")]
    [InlineData("If-None-Match: \"a\"|If-Unmodified-Since: " + Earlier, "Failed")]
    [InlineData("If-None-Match: \"a\"|If-Unmodified-Since: " + Bad, "NotModified")]

    // All before Range.
    [InlineData("Range: bytes=0-0|If-None-Match: \"a\"", "NotModified")]
    [InlineData("Range: bytes=0-0|If-Match: \"b\"", "Failed")]
    public void Evaluates_in_the_order_of_the_specification(string fields, string expected) =>
        Evaluate(fields, isGetOrHead: true).ToString().Should().Be(expected);

    [Theory]
    [InlineData("If-None-Match: \"a\"", "Failed")]
    [InlineData("If-None-Match: *", "Failed")]
    [InlineData("If-None-Match: \"b\"", "Proceed")]
    [InlineData("If-Modified-Since: " + Same, "Proceed")]
    [InlineData("If-Match: \"b\"", "Failed")]
    [InlineData("If-Unmodified-Since: " + Earlier, "Failed")]
    public void Other_methods_have_no_304(string fields, string expected) =>
        Evaluate(fields, isGetOrHead: false).ToString().Should().Be(expected);

    [Theory]
    [InlineData("", true)]
    [InlineData("If-Range: \"a\"", true)]
    [InlineData("If-Range: " + Same, true)]
    [InlineData("If-Range: Sunday, 06-Nov-94 08:49:37 GMT", true)]
    [InlineData("If-Range: Sun Nov  6 08:49:37 1994", true)]
    [InlineData("If-Range: \"b\"", false)]
    [InlineData("If-Range: W/\"a\"", false)] // a weak tag never
    [InlineData("If-Range: \"a\", \"b\"", false)] // no list
    [InlineData("If-Range: \"a\"|If-Range: \"a\"", false)]
    [InlineData("If-Range: *", false)]
    [InlineData("If-Range: a", false)]
    [InlineData("If-Range: \"a", false)]
    [InlineData("If-Range: \"", false)]
    [InlineData("If-Range: ", false)]
    [InlineData("If-Range: " + Earlier, false)] // exactly, unlike If-Unmodified-Since
    [InlineData("If-Range: " + Later, false)]
    [InlineData("If-Range: " + Bad, false)]
    [InlineData("If-Range: " + Same + ", " + Same, false)]
    public void A_range_is_current_by_the_strong_tag_or_the_exact_date(string fields, bool expected) =>
        Preconditions.IsRangeCurrent(Fields(fields), "\"a\""u8, Modified, Now).Should().Be(expected);

    [Theory]
    [InlineData(37, 600, false)] // the second that the date names is not over
    [InlineData(37, 999, false)]
    [InlineData(38, 0, true)]
    [InlineData(30, 0, false)] // a file from the future
    public void A_date_is_strong_only_when_its_second_is_over(int second, int millisecond, bool expected) =>
        Preconditions.IsRangeCurrent(Fields("If-Range: " + Same), "\"a\""u8, Modified,
            new DateTimeOffset(1994, 11, 6, 8, 49, second, millisecond, TimeSpan.Zero))
            .Should().Be(expected);

    [Fact]
    public void A_file_from_the_end_of_time_does_no_harm()
    {
        const string End = "Fri, 31 Dec 9999 23:59:59 GMT";
        Preconditions.IsRangeCurrent(Fields("If-Range: " + End), "\"a\""u8, DateTimeOffset.MaxValue, Now).Should().BeFalse();
        Preconditions.Evaluate(Fields("If-Modified-Since: " + End), "\"a\""u8, DateTimeOffset.MaxValue, Now, isGetOrHead: true)
            .Should().Be(PreconditionOutcome.NotModified);
    }

    private static PreconditionOutcome Evaluate(string fields, bool isGetOrHead) =>
        Preconditions.Evaluate(Fields(fields), "\"a\""u8, Modified, Now, isGetOrHead);

    private static SelectionFields Fields(string lines)
    {
        (string, string)[] fields = [.. from line in lines.Split('|', StringSplitOptions.RemoveEmptyEntries)
                                        let colon = line.IndexOf(": ", StringComparison.Ordinal)
                                        select (line[..colon], line[(colon + 2)..])];
        return new SelectionFields(new HttpRequest("GET", "/", null, fields).Headers);
    }
}

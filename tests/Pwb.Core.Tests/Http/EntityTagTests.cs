using Pwb.Http;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Http;

/// <summary>S1, S3 and RFC 9110 §8.8.3, §13.1.1, §13.1.2.</summary>
public sealed class EntityTagTests
{
    private static readonly DateTimeOffset Modified = new(2026, 11, 22, 10, 20, 30, TimeSpan.Zero);

    private static readonly ContentInfo Info = new("index.html", IsDirectory: false, 1234, Modified) { Identity = 42 };

    [Theory]
    [InlineData(nameof(ContentCoding.Identity), "^\"[A-Za-z0-9_-]{16}\"$")]
    [InlineData(nameof(ContentCoding.Brotli), "^\"[A-Za-z0-9_-]{16}-br\"$")]
    [InlineData(nameof(ContentCoding.Gzip), "^\"[A-Za-z0-9_-]{16}-gzip\"$")]
    [InlineData(nameof(ContentCoding.Zstandard), "^\"[A-Za-z0-9_-]{16}-zstd\"$")]
    public void Is_strong_and_names_its_coding(string coding, string pattern) =>
    TagOf(Info, Enum.Parse<ContentCoding>(coding)).Should().MatchRegex(pattern);

    [Fact]
    public void Stays_the_same_between_processes_and_whatever_the_name_and_the_time_zone()
    {
        TagOf(Info, ContentCoding.Identity).Should().Be("\"CCUEWFYk2jLnRRPV\"");
        TagOf(Info with { Name = "copy.html" }, ContentCoding.Identity).Should().Be("\"CCUEWFYk2jLnRRPV\"");
        TagOf(Info with { LastModified = Modified.ToOffset(TimeSpan.FromHours(8)) }, ContentCoding.Identity)
            .Should().Be("\"CCUEWFYk2jLnRRPV\"");
    }

    [Fact]
    public void Changes_with_identity_length_and_time()
    {
        string[] tags =
        [
            TagOf(Info, ContentCoding.Identity),
            TagOf(Info with { Identity = 43 }, ContentCoding.Identity),
            TagOf(Info with { Identity = 0 }, ContentCoding.Identity),
            TagOf(Info with { Length = 1235 }, ContentCoding.Identity),
            TagOf(Info with { LastModified = Modified.AddTicks(1) }, ContentCoding.Identity), // a second is not the least
            TagOf(Info with { Identity = 1234, Length = 42 }, ContentCoding.Identity),
            TagOf(Info, ContentCoding.Gzip),
            TagOf(Info, ContentCoding.Brotli),
        ];
        tags.Should().OnlyHaveUniqueItems();
    }

    [Theory]
    [InlineData("*")]
    [InlineData("\"a\"")]
    [InlineData("\"b\", \"a\"")]
    [InlineData("\"a\", \"b\"")]
    [InlineData("\"b\",\"a\"")]
    [InlineData("\"b\"\t , \t\"a\"")]
    [InlineData("W/\"b\", \"a\"")]
    [InlineData("W/\"a\", \"a\"")]
    [InlineData(",\"a\"")] // empty members are ignored: RFC 9110 §5.6.1.2
    [InlineData(", ,\"a\",, ,")]
    [InlineData("\"a\", \"\"")]
    [InlineData("\"x,y\", \"a\"")]
    [InlineData("\"x\u00FF!#'\\\", \"a\"")] // obs-text; a backslash escapes nothing
    public void Matches_in_both_ways(string list)
    {
        Strongly(list).Should().BeTrue();
        Weakly(list).Should().BeTrue();
    }

    [Theory]
    [InlineData("W/\"a\"")]
    [InlineData("\"b\", W/\"a\"")]
    [InlineData("W/\"a\",W/\"b\"")]
    public void A_weak_tag_matches_weakly_only(string list)
    {
        Strongly(list).Should().BeFalse();
        Weakly(list).Should().BeTrue();
    }

    [Theory]
    [InlineData("")]
    [InlineData(",")]
    [InlineData(", ")]
    [InlineData("\"b\"")]
    [InlineData("\"A\"")]
    [InlineData("\"\"")]
    [InlineData("\"aa\"")]
    [InlineData("\" a\"")]
    [InlineData("\"b,\"a\"")]
    [InlineData("\"b\", \"c\"")]
    [InlineData("\"x, \"a\", \"y\"")]
    public void Does_not_match_another_tag(string list)
    {
        Strongly(list).Should().BeFalse();
        Weakly(list).Should().BeFalse();
    }

    [Theory]
    [InlineData("a")]
    [InlineData("'a'")]
    [InlineData("\"a")]
    [InlineData("a\"")]
    [InlineData("\"")]
    [InlineData("W/")]
    [InlineData("W/a")]
    [InlineData("W/*")]
    [InlineData("w/\"a\"")] // by case
    [InlineData("W/ \"a\"")]
    [InlineData("W\"a\"")]
    [InlineData("/\"a\"")]
    [InlineData("\"a\"\"a\"")]
    [InlineData("\"a\" \"b\"")]
    [InlineData("\"a\";q=1")]
    [InlineData("\"a\", b")]
    [InlineData("b, \"a\"")]
    [InlineData("\"a\", \"b c\"")] // no blank in a tag
    [InlineData("\"a\", \"b\tc\"")]
    [InlineData("\"a\", \"b")]
    [InlineData("\"a\", *")]
    [InlineData("*, \"a\"")]
    [InlineData("*,")]
    [InlineData("*, *")]
    [InlineData("**")]
    [InlineData("\"*\"")]
    public void Matches_nothing_when_anything_is_malformed(string list)
    {
        Strongly(list).Should().BeFalse();
        Weakly(list).Should().BeFalse();
    }

    [Fact]
    public void Is_found_among_many()
    {
        string list = string.Join(",", Enumerable.Range(0, 3000).Select(number => $"\"{number}\""));
        Weakly(list + ",\"a\"").Should().BeTrue();
        Weakly(list).Should().BeFalse();
        Weakly("\"a\"," + list + ",x").Should().BeFalse();
        Weakly(new string(',', 30_000) + "\"a\"").Should().BeTrue();
    }

    [Fact]
    public void Any_text_matches_only_if_it_holds_the_tag()
    {
        Random random = new(5);
        string[] pieces = ["\"a\"", "\"b\"", "\"", "W/", "W", "/", "a", ",", ", ", " ", "\t", "*", "\u0080", "\u00FF"];
        for (int i = 0; i < 200_000; i++)
        {
            string list = string.Concat(Enumerable.Range(0, random.Next(7)).Select(_ => pieces[random.Next(pieces.Length)]));
            bool isStrong = Strongly(list);
            if (isStrong) Weakly(list).Should().BeTrue(list);
            if (Weakly(list)) (list == "*" || list.Contains("\"a\"", StringComparison.Ordinal)).Should().BeTrue(list);

            // What follows an accepted list cannot take the match away, if it is a list itself.
            if (isStrong && list != "*") Strongly(list + ", \"c\"").Should().BeTrue(list);
        }
    }

    private static bool Strongly(string list) => EntityTag.MatchesStrongly(Latin1.Bytes(list), "\"a\""u8);

    private static bool Weakly(string list) => EntityTag.MatchesWeakly(Latin1.Bytes(list), "\"a\""u8);

    private static string TagOf(ContentInfo info, ContentCoding coding) =>
        EntityTag.Create(info.Identity, info.Length, info.LastModified, coding);
}

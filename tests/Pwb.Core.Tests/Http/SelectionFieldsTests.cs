using Pwb.Http;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Http;

/// <summary>S1, S2, S4: the fields that decide what is sent, found in one walk.</summary>
public sealed class SelectionFieldsTests
{
    private static readonly (string Name, string Value)[] Browser =
    [
        ("Host", "localhost:8888"), ("Connection", "keep-alive"), ("Upgrade-Insecure-Requests", "1"),
        ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64)"),
        ("Accept", "text/html,application/xhtml+xml,*/*;q=0.8"), ("Sec-Fetch-Site", "none"), ("Sec-Fetch-Mode", "navigate"),
        ("Sec-Fetch-User", "?1"),
        ("Sec-Fetch-Dest", "document"), ("Accept-Encoding", "gzip, deflate, br, zstd"), ("Accept-Language", "en-GB,en;q=0.9"),
        ("Cookie", "session=0123456789"),
    ];

    [Theory]
    [InlineData("If-Match")]
    [InlineData("If-None-Match")]
    [InlineData("If-Modified-Since")]
    [InlineData("If-Unmodified-Since")]
    [InlineData("If-Range")]
    [InlineData("Range")]
    [InlineData("Accept-Encoding")]
    [InlineData("Accept")]
    public void Finds_each_field_in_any_case_and_tells_empty_from_absent(string name)
    {
        Read(name).Should().Be((false, ""));
        Read(name, (name, "a")).Should().Be((true, "a"));
        Read(name, (name.ToLowerInvariant(), "a")).Should().Be((true, "a"));
        Read(name, (name.ToUpperInvariant(), "a")).Should().Be((true, "a"));
        Read(name, (name, "")).Should().Be((true, ""));
        Read(name, ("X" + name, "a"), (name + "s", "a"), (name[..^1], "a"), (name[..^1] + "_", "a")).Should().Be((false, ""));
    }

    [Theory]
    [InlineData("If-Match")]
    [InlineData("If-None-Match")]
    [InlineData("If-Modified-Since")]
    [InlineData("If-Unmodified-Since")]
    [InlineData("If-Range")]
    [InlineData("Range")]
    [InlineData("Accept-Encoding")]
    [InlineData("Accept")]
    public void Joins_the_lines_of_a_field_in_their_order(string name)
    {
        Read(name, (name, "a"), ("X", "x"), (name.ToLowerInvariant(), "b")).Should().Be((true, "a, b"));
        Read(name, (name, "a"), (name, "b"), (name, "c"), ("Host", "h"), (name, "d")).Should().Be((true, "a, b, c, d"));
        Read(name, (name, ""), (name, "")).Should().Be((true, ", "));
        Read(name, (name, "a"), (name, "")).Should().Be((true, "a, "));
    }

    [Theory]
    [InlineData("Accept", true)]
    [InlineData("Accept-Encoding", true)]
    [InlineData("If-Range", true)] // means nothing without Range: RFC 9110 §13.1.5
    [InlineData("Cookie", true)]
    [InlineData("Range", false)]
    [InlineData("If-Match", false)]
    [InlineData("If-None-Match", false)]
    [InlineData("If-Modified-Since", false)]
    [InlineData("If-Unmodified-Since", false)]
    public void Is_unconditional_without_preconditions_and_range(string name, bool expected)
    {
        new SelectionFields(Fields((name, "a"))).IsUnconditional.Should().Be(expected);
        new SelectionFields(Fields((name, ""))).IsUnconditional.Should().Be(expected);
    }

    [Fact]
    public void Keeps_the_fields_of_similar_names_apart()
    {
        SelectionFields fields = new(Fields(("If-Range", "r"), ("If-Match", "m"), ("Range", "b"), ("Accept", "*/*")));
        Latin1.Text(fields.IfRange).Should().Be("r");
        Latin1.Text(fields.IfMatch).Should().Be("m");
        Latin1.Text(fields.Range).Should().Be("b");
        Latin1.Text(fields.Accept).Should().Be("*/*");
        fields.HasIfNoneMatch.Should().BeFalse();
    }

    [Fact]
    public void Allocates_nothing_for_a_browsers_request_conditional_or_not()
    {
        HttpFields first = Fields(Browser);
        HttpFields again = Fields(
            [.. Browser, ("If-None-Match", "\"abc\", W/\"def\""), ("If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT"),
                ("Range", "bytes=0-"), ("If-Range", "\"abc\"")]);
        DateTimeOffset now = DateTimeOffset.UnixEpoch;
        Use(first, now);
        Use(again, now);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            Use(first, now);
            Use(again, now);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);

        static void Use(HttpFields lines, DateTimeOffset now)
        {
            SelectionFields fields = new(lines);
            ContentCodings.Choose(fields.AcceptEncoding, fields.HasAcceptEncoding, ContentCoding.Brotli | ContentCoding.Gzip);
            if (fields.IsUnconditional) return;
            Preconditions.Evaluate(fields, "\"xyz\""u8, now, now, isGetOrHead: true);
            Preconditions.IsRangeCurrent(fields, "\"xyz\""u8, now, now);
            ByteRanges.Parse(fields.Range, 100, maxCount: 256);
        }
    }

    private static (bool Has, string Value) Read(string name, params (string Name, string Value)[] lines)
    {
        SelectionFields fields = new(Fields(lines));
        return name switch
        {
            "If-Match" => (fields.HasIfMatch, Latin1.Text(fields.IfMatch)),
            "If-None-Match" => (fields.HasIfNoneMatch, Latin1.Text(fields.IfNoneMatch)),
            "If-Modified-Since" => (fields.HasIfModifiedSince, Latin1.Text(fields.IfModifiedSince)),
            "If-Unmodified-Since" => (fields.HasIfUnmodifiedSince, Latin1.Text(fields.IfUnmodifiedSince)),
            "If-Range" => (fields.HasIfRange, Latin1.Text(fields.IfRange)),
            "Range" => (fields.HasRange, Latin1.Text(fields.Range)),
            "Accept-Encoding" => (fields.HasAcceptEncoding, Latin1.Text(fields.AcceptEncoding)),
            _ => (fields.HasAccept, Latin1.Text(fields.Accept)),
        };
    }

    private static HttpFields Fields(params (string Name, string Value)[] lines) =>
        new HttpRequest("GET", "/", null, lines).Headers;
}

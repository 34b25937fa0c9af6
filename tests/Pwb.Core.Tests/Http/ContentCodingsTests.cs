using Pwb.Http;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Http;

/// <summary>S4 and RFC 9110 §12.5.3, §12.4.2.</summary>
public sealed class ContentCodingsTests
{
    private const ContentCoding All = ContentCoding.Brotli | ContentCoding.Zstandard | ContentCoding.Gzip;

    [Theory]

    // What clients send.
    [InlineData("gzip, deflate, br, zstd", "br")]
    [InlineData("gzip, deflate, br", "br")]
    [InlineData("gzip, deflate", "gzip")]
    [InlineData("gzip,deflate", "gzip")]
    [InlineData("deflate, gzip;q=1.0, *;q=0.5", "gzip")]
    [InlineData("gzip;q=1.0,deflate;q=0.6,identity;q=0.3", "gzip")]
    [InlineData("identity", "identity")]
    [InlineData("identity;q=1, *;q=0", "identity")] // a browser that asks for a video
    [InlineData("compress, gzip", "gzip")]
    [InlineData("x-gzip", "gzip")]
    [InlineData("", "identity")]
    [InlineData("*", "br")]
    [InlineData("deflate", "identity")]

    // Weights.
    [InlineData("br;q=0.5, gzip;q=0.6", "gzip")]
    [InlineData("br;q=0.5, gzip;q=0.5", "br")]
    [InlineData("gzip, br;q=0.999", "gzip")]
    [InlineData("zstd, gzip", "zstd")]
    [InlineData("gzip;q=0.001", "gzip")]
    [InlineData("gzip;q=0", "identity")]
    [InlineData("gzip;q=0.0", "identity")]
    [InlineData("gzip;q=0.000", "identity")]
    [InlineData("gzip;q=0.", "identity")]
    [InlineData("gzip;q=1.", "gzip")]
    [InlineData("gzip;q=1.000", "gzip")]
    [InlineData("gzip;Q=0", "identity")]
    [InlineData("br;q=0, gzip", "gzip")]
    [InlineData("br;q=0, zstd;q=0, gzip;q=0", "identity")]
    [InlineData("gzip \t;\t q=0.5, br ; q=0.4", "gzip")]

    // Identity.
    [InlineData("identity;q=0.5, gzip;q=0.4", "identity")]
    [InlineData("identity;q=0.5, gzip;q=0.5", "gzip")]
    [InlineData("identity;q=0, gzip", "gzip")]
    [InlineData("identity;q=0", "identity")] // nothing is acceptable: the field is disregarded, §12.4.1
    [InlineData("*;q=0", "identity")]
    [InlineData("identity;q=0, *;q=0", "identity")]
    [InlineData("identity;q=0, deflate", "identity")]

    // Anything else.
    [InlineData("*;q=0.5, gzip", "gzip")]
    [InlineData("*;q=0.5, gzip;q=0.4", "br")]
    [InlineData("*;q=0.5, gzip;q=0.4, br;q=0, zstd;q=0", "identity")] // by "*" too
    [InlineData("*, br;q=0", "zstd")]
    [InlineData("*;q=0, gzip", "gzip")]
    [InlineData("identity, *;q=0.9", "identity")]

    // Names.
    [InlineData("GZIP", "gzip")]
    [InlineData("Br", "br")]
    [InlineData("X-GZip;q=0.3", "gzip")]
    [InlineData("gzip2", "identity")]
    [InlineData("gzi", "identity")]
    [InlineData("g zip", "identity")]
    [InlineData("brotli", "identity")]
    [InlineData("\"gzip\"", "identity")]
    [InlineData(",, gzip ,", "gzip")]
    [InlineData("gzip;q=1, gzip;q=0", "identity")] // refused once is refused
    [InlineData("gzip;q=0, x-gzip", "identity")]
    [InlineData("x-gzip;q=0.1, gzip, br;q=0.2", "br")]

    // A malformed weight is not taken for wanted, nor does it hurt the other members.
    [InlineData("gzip;q=2", "identity")]
    [InlineData("gzip;q=1.001", "identity")]
    [InlineData("gzip;q=0.1234", "identity")]
    [InlineData("gzip;q=-1", "identity")]
    [InlineData("gzip;q=.5", "identity")]
    [InlineData("gzip;q=00.5", "identity")]
    [InlineData("gzip;q=0,5", "identity")]
    [InlineData("gzip;q=1e0", "identity")]
    [InlineData("gzip;q=", "identity")]
    [InlineData("gzip;q", "identity")]
    [InlineData("gzip;", "identity")]
    [InlineData("gzip;q =1", "identity")]
    [InlineData("gzip;q= 1", "identity")]
    [InlineData("gzip;q=\"1\"", "identity")]
    [InlineData("gzip;q=1;q=1", "identity")]
    [InlineData("gzip;level=9", "identity")]
    [InlineData("gzip;q=x, *", "br")]
    [InlineData("br;q=x, gzip;q=0.1", "gzip")]
    [InlineData("br;q=x, *", "zstd")]
    public void Chooses_what_the_client_likes_best(string acceptEncoding, string expected) =>
        ContentCodings.Choose(Latin1.Bytes(acceptEncoding), hasField: true, All).Name().Should().Be(expected);

    [Theory]
    [InlineData("gzip, deflate, br, zstd", "", "identity")]
    [InlineData("gzip, deflate, br, zstd", "gzip", "gzip")]
    [InlineData("gzip, deflate, br, zstd", "zstd", "zstd")]
    [InlineData("gzip, deflate, br, zstd", "gzip zstd", "zstd")]
    [InlineData("br, gzip;q=0.1", "gzip", "gzip")]
    [InlineData("br", "gzip", "identity")]
    [InlineData("identity;q=0, br", "gzip", "identity")]
    [InlineData("*", "gzip", "gzip")]
    [InlineData("identity;q=0.5, br;q=1, gzip;q=0.2", "gzip", "identity")]
    public void Chooses_among_what_there_is(string acceptEncoding, string available, string expected)
    {
        ContentCoding codings = ContentCoding.Identity;
        foreach (ContentCoding coding in ContentCodings.Preferred)
        {
            if (available.Split(' ').Contains(coding.Name(), StringComparer.Ordinal)) codings |= coding;
        }

        ContentCodings.Choose(Latin1.Bytes(acceptEncoding), hasField: true, codings).Name().Should().Be(expected);
    }

    [Fact]
    public void Sends_the_file_itself_to_a_client_that_says_nothing() =>
        ContentCodings.Choose([], hasField: false, All).Should().Be(ContentCoding.Identity);

    [Theory]
    [InlineData("br", ".br")]
    [InlineData("zstd", ".zst")]
    [InlineData("gzip", ".gz")]
    public void Has_an_extension_for_each_coding(string name, string extension) =>
        ContentCodings.Preferred.ToArray().Single(coding => coding.Name() == name).FileExtension().Should().Be(extension);

    [Fact]
    public void Identity_has_no_extension() => ContentCoding.Identity.FileExtension().Should().BeEmpty();
}

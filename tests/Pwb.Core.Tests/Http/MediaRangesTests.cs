using System.Text;
using Pwb.Http;

namespace Pwb.Tests.Http;

/// <summary>RFC 9110 §12.5.1 and §12.4.2.</summary>
public sealed class MediaRangesTests
{
    [Theory]
    [InlineData("application/json", 1000)]
    [InlineData("APPLICATION/Json", 1000)]
    [InlineData("application/*", 1000)]
    [InlineData("*/*", 1000)]
    [InlineData("", 0)]
    [InlineData("text/html", 0)]
    [InlineData("text/*", 0)]
    [InlineData("application/json-seq", 0)]
    [InlineData("application", 0)]
    [InlineData("*", 0)]
    [InlineData("*/json", 0)]
    [InlineData("application/json;q=0.5", 500)]
    [InlineData("application/json ; Q=0.25", 250)]
    [InlineData("application/json;q=0", 0)]
    [InlineData("application/json;q=0.001, */*;q=1", 1)] // the more specific range decides, not the greater weight
    [InlineData("*/*, application/*;q=0.2, application/json;q=0.7", 700)]
    [InlineData("application/json;q=0.7, application/*;q=0.2, */*", 700)]
    [InlineData("application/json;q=0, */*", 0)]
    [InlineData("application/json;q=0.2, application/json;q=0.9", 900)]
    [InlineData("application/json;charset=utf-8;q=0.4", 400)]
    [InlineData("application/json;x=\"a,b;q=0\";q=0.3", 300)] // RFC 9110 §5.6.4: what is quoted separates nothing
    [InlineData("application/json;x=\"\\\",\";q=0.3", 300)]
    [InlineData("text/html;x=\"a, application/json", 0)]
    [InlineData("text/html,, application/json ,", 1000)]
    [InlineData("application/json;q=2, */*;q=0.1", 100)] // a malformed weight: as if that range was not there
    [InlineData("application/json;q=", 0)]
    [InlineData("application/json;q=0.1234", 0)]
    [InlineData("application/json;q=1.001", 0)]
    [InlineData("application/json;q=-1", 0)]
    [InlineData("application/json;;", 1000)]
    public void The_most_specific_range_gives_the_weight(string accept, int weight) =>
        MediaRanges.WeightOf(Encoding.Latin1.GetBytes(accept), "application"u8, "json"u8).Should().Be(weight);
}

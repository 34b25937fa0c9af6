using Pwb.Http;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Http;

/// <summary>RFC 9110 §12.4.2.</summary>
public sealed class WeightTests
{
    [Theory]
    [InlineData("q=0", 0)]
    [InlineData("q=0.", 0)]
    [InlineData("q=0.000", 0)]
    [InlineData("q=0.001", 1)]
    [InlineData("q=0.01", 10)]
    [InlineData("q=0.1", 100)]
    [InlineData("q=0.5", 500)]
    [InlineData("q=0.999", 999)]
    [InlineData("Q=0.25", 250)]
    [InlineData("q=1", 1000)]
    [InlineData("q=1.", 1000)]
    [InlineData("q=1.000", 1000)]
    public void Reads_thousandths(string parameter, int expected)
    {
        Weight.TryParse(Latin1.Bytes(parameter), out int weight).Should().BeTrue();
        weight.Should().Be(expected);
    }

    [Theory]
    [InlineData("")]
    [InlineData("q")]
    [InlineData("q=")]
    [InlineData("q=.5")]
    [InlineData("q=2")]
    [InlineData("q=9")]
    [InlineData("q=1.1")]
    [InlineData("q=1.001")]
    [InlineData("q=0.0001")]
    [InlineData("q=1.0000")]
    [InlineData("q=01")]
    [InlineData("q=0,5")]
    [InlineData("q=0.5 ")]
    [InlineData("q= 1")]
    [InlineData("q =1")]
    [InlineData("q=0.x")]
    [InlineData("q=0.-1")]
    [InlineData("q=-0")]
    [InlineData("q=+1")]
    [InlineData("1=1")]
    [InlineData("p=1")]
    [InlineData("\u0011=1")] // "q" but for a bit
    [InlineData("qs=1")]
    public void Refuses_everything_else(string parameter)
    {
        Weight.TryParse(Latin1.Bytes(parameter), out int weight).Should().BeFalse();
        weight.Should().Be(0);
    }
}

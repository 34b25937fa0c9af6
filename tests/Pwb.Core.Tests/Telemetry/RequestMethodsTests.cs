using Pwb.Telemetry;

namespace Pwb.Tests.Telemetry;

public sealed class RequestMethodsTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    public void Are_those_of_the_conventions(string? list) =>
        RequestMethods.Parse(list).Should().BeEquivalentTo(
            ["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE"]);

    [Fact]
    public void Are_replaced_by_the_list_of_the_environment() =>
    RequestMethods.Parse("GET, PROPFIND,,MOVE").Should().Equal("GET", "PROPFIND", "MOVE");
}

using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Model;

/// <summary>R5 and R19: the handler of the tutorial's greeting.</summary>
public sealed class FixedResponseHandlerTests
{
    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("PATCH")]
    [InlineData("DELETE")]
    public async Task Greets_whatever_the_path(string method)
    {
        foreach (string target in (string[])["/", "/11", "/favicon.ico", "/a/b?c"])
        {
            HttpResponse response = await new FixedResponseHandler().HandleAsync(
                new HttpRequest(method, target), CancellationToken.None);

            response.StatusCode.Should().Be(200);
            response.Headers["Content-Type"].Should().StartWith("text/plain");
            var output = new MemoryStream();
            await response.Body.WriteToAsync(output, CancellationToken.None);
            Latin1.Text(output.ToArray()).Should().Be("hello PWB");
        }
    }

    [Fact]
    public async Task Answers_OPTIONS_with_204_and_Allow()
    {
        HttpResponse response = await new FixedResponseHandler().HandleAsync(
            new HttpRequest("OPTIONS", "/"), CancellationToken.None);

        response.StatusCode.Should().Be(204);
        response.Headers["Allow"].Should().Contain("GET").And.Contain("HEAD").And.Contain("OPTIONS");
    }

    [Theory]
    [InlineData("TRACE")]
    [InlineData("PROPFIND")]
    [InlineData("LOCK")]
    public async Task Answers_other_methods_with_405_and_Allow(string method)
    {
        HttpResponse response = await new FixedResponseHandler().HandleAsync(
            new HttpRequest(method, "/"), CancellationToken.None);

        response.StatusCode.Should().Be(405);
        response.Headers["Allow"].Should().Contain("GET").And.NotContain(method);
    }

    [Fact]
    public async Task Answers_with_the_response_that_it_was_given()
    {
        HttpResponse given = HttpResponse.Text("mine", 202);

        (await new FixedResponseHandler(given).HandleAsync(new HttpRequest("GET", "/"), CancellationToken.None))
            .Should().BeSameAs(given);
    }

    [Fact]
    public void Refuses_null() =>
    FluentActions.Invoking(() => new FixedResponseHandler(null!)).Should().Throw<ArgumentNullException>();
}

namespace Pwb.Tests.Model;

public sealed class RequestHandlerTests
{
    private static readonly HttpRequest Request = new("GET", "/a");

    [Fact]
    public async Task Makes_a_handler_of_a_function()
    {
        HttpResponse response = HttpResponse.Text("x");
        HttpRequest? given = null;
        IRequestHandler handler = RequestHandler.From(request =>
        {
            given = request;
            return response;
        });

        (await handler.HandleAsync(Request, CancellationToken.None)).Should().BeSameAs(response);
        given.Should().BeSameAs(Request);
    }

    [Fact]
    public async Task Makes_a_handler_of_an_asynchronous_function()
    {
        using var source = new CancellationTokenSource();
        HttpResponse response = HttpResponse.Text("x");
        CancellationToken given = default;
        IRequestHandler handler = RequestHandler.From(async (_, cancellationToken) =>
        {
            given = cancellationToken;
            await Task.Yield();
            return response;
        });

        (await handler.HandleAsync(Request, source.Token)).Should().BeSameAs(response);
        given.Should().Be(source.Token);
    }

    [Fact]
    public async Task Makes_a_handler_of_an_asynchronous_function_of_the_request_alone()
    {
        HttpResponse response = HttpResponse.Text("x");
        HttpRequest? given = null;
        IRequestHandler handler = RequestHandler.From(async request =>
        {
            given = request;
            await Task.Yield();
            return response;
        });

        (await handler.HandleAsync(Request, CancellationToken.None)).Should().BeSameAs(response);
        given.Should().BeSameAs(Request);
    }

    [Fact]
    public async Task Makes_a_handler_of_a_function_that_only_throws()
    {
        IRequestHandler handler = RequestHandler.From(_ => throw new FormatException());

        await FluentActions.Awaiting(() => handler.HandleAsync(Request, CancellationToken.None).AsTask())
            .Should().ThrowAsync<FormatException>();
    }

    [Fact]
    public void Refuses_null()
    {
        FluentActions.Invoking(() => RequestHandler.From((Func<HttpRequest, HttpResponse>)null!))
            .Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => RequestHandler.From((Func<HttpRequest, ValueTask<HttpResponse>>)null!))
            .Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => RequestHandler.From((Func<HttpRequest, CancellationToken, ValueTask<HttpResponse>>)null!))
            .Should().Throw<ArgumentNullException>();
    }
}

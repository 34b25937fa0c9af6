using System.Diagnostics;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.InMemory;

/// <summary>A server stands for whatever host somebody else's code asks.</summary>
public sealed class MessageHandlerTests
{
    [Theory]
    [InlineData("http://example.org/a?b", "example.org")]
    [InlineData("http://example.org:8080/a?b", "example.org:8080")]
    [InlineData("https://api.example.com/a?b", "api.example.com")]
    [InlineData("https://api.example.com:8443/a?b", "api.example.com:8443")]
    [InlineData("https://user@[::1]/a?b#c", "[::1]")]
    public async Task Any_host_is_the_server_by_http_and_by_https(string uri, string host)
    {
        await using PwbServer server = new(
            RequestHandler.From(request => HttpResponse.Text($"{request.Host} {Latin1.Text(request.Target)}")));
        using HttpClient client = new(server.CreateMessageHandler());
        using HttpRequestMessage request = new(HttpMethod.Get, uri);

        using HttpResponseMessage response = await client.SendAsync(request);

        (await response.Content.ReadAsStringAsync()).Should().Be($"{host} /a?b");
        response.RequestMessage!.RequestUri.Should().Be(new Uri(uri)).And.BeSameAs(request.RequestUri);
    }

    [Fact]
    public void Any_host_is_the_server_without_await_too()
    {
        using HttpClient client = new(new PwbServer().CreateMessageHandler());
        using HttpRequestMessage request = new(HttpMethod.Get, "https://example.org/");

        using HttpResponseMessage response = client.Send(request);

        response.IsSuccessStatusCode.Should().BeTrue();
        response.RequestMessage!.RequestUri.Should().Be(new Uri("https://example.org/"));
    }

    [Fact]
    public async Task The_uri_of_a_request_that_fails_is_as_it_was()
    {
        await using PwbServer server = new(
            RequestHandler.From(_ => new HttpResponse(200, ResponseBody.Push((_, _) => throw new IOException()))));
        using HttpClient client = new(server.CreateMessageHandler());
        await server.DisposeAsync();
        using HttpRequestMessage request = new(HttpMethod.Get, "https://example.org/");

        (await client.Awaiting(asked => asked.SendAsync(request)).Should().ThrowAsync<HttpRequestException>())
            .WithInnerException<ObjectDisposedException>();

        request.RequestUri.Should().Be(new Uri("https://example.org/"));
    }

    [Fact]
    public async Task Other_handlers_may_stand_before_it()
    {
        await using PwbServer server = new(RequestHandler.From(request => HttpResponse.Text(request.Headers["X-Key"] ?? "none")));
        using HttpClient client = new(new KeyHandler { InnerHandler = server.CreateMessageHandler() });

        (await client.GetStringAsync(new Uri("https://example.org/"))).Should().Be("secret");
    }

    [Fact]
    public async Task What_is_current_at_the_first_request_of_a_connection_reaches_no_handler()
    {
        AsyncLocal<string?> current = new();
        await using PwbServer server = new(
            RequestHandler.From(
                _ => HttpResponse.Text($"{current.Value ?? "none"} {Activity.Current?.OperationName ?? "none"}")));
        using HttpClient client = server.CreateClient();
        using Activity activity = new Activity("of the client").Start();
        current.Value = "of the client";

        (await client.GetStringAsync("/")).Should().Be("none none");
    }

    [Fact]
    public async Task Two_of_one_server_have_connections_of_their_own()
    {
        TaskCompletionSource<CancellationToken> entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using PwbServer server = new(RequestHandler.From(async (request, cancellationToken) =>
        {
            if (request.Path == "/") return HttpResponse.Text("ok");
            entered.SetResult(cancellationToken);
            return await new TaskCompletionSource<HttpResponse>().Task.WaitAsync(cancellationToken);
        }));
        using HttpClient first = server.CreateClient(), second = server.CreateClient();
        Task<string> waiting = first.GetStringAsync("/wait");
        CancellationToken token = await entered.Task.WaitAsync(Wire.SafetyTimeout);

        second.Dispose();

        (await first.GetStringAsync("/")).Should().Be("ok");
        token.IsCancellationRequested.Should().BeFalse();
        waiting.IsCompleted.Should().BeFalse();
    }

    [Fact]
    public async Task A_disposed_server_makes_none()
    {
        PwbServer server = new();
        await server.DisposeAsync();

        server.Invoking(disposed => disposed.CreateMessageHandler()).Should().Throw<ObjectDisposedException>();
        server.Invoking(disposed => disposed.CreateClient()).Should().Throw<ObjectDisposedException>();
    }

    private sealed class KeyHandler : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.Add("X-Key", "secret");
            return base.SendAsync(request, cancellationToken);
        }
    }
}

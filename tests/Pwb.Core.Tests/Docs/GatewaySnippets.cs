using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Pwb;

namespace Snippets;

/// <summary>The C# of docs/gateway.md.</summary>
public sealed class GatewaySnippets
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    // <gateway-test>
    [Fact]
    public async Task What_the_service_says_comes_as_it_comes_and_ends_when_the_client_leaves()
    {
        TaskCompletionSource left = new(TaskCreationOptions.RunContinuationsAsynchronously);
        IRequestHandler service = RequestHandler.From(request =>
        {
            request.Aborted.Register(left.SetResult);
            return new HttpResponse(200, ResponseBody.Push(async (output, cancellationToken) =>
            {
                await output.WriteAsync(
                    Encoding.UTF8.GetBytes($"data: {request.Headers["Authorization"]}\n\n"), cancellationToken);
                await output.FlushAsync(cancellationToken);
                await Task.Delay(Timeout.Infinite, cancellationToken); // it thinks
            }), ("Content-Type", "text/event-stream"));
        });
        using HttpClient upstream =
            new(new PwbServer(service).CreateMessageHandler()) { BaseAddress = new Uri("https://api.example/") };
        HttpClient client = new PwbServer(new GatewayHandler(upstream, "our key")).CreateClient();

        HttpRequestMessage question = new(HttpMethod.Post, "/v1/answers") { Content = new StringContent("{}") };
        using HttpResponseMessage answer = await client.SendAsync(question, HttpCompletionOption.ResponseHeadersRead);
        using StreamReader events = new(await answer.Content.ReadAsStreamAsync());
        string? first = await events.ReadLineAsync();
        client.Dispose(); // the client leaves

        Assert.Equal("data: Bearer our key", first);
        await left.Task.WaitAsync(TimeSpan.FromSeconds(20)); // and the service knows
    }
    // </gateway-test>

    [Fact]
    public async Task Content_goes_both_ways_without_being_kept()
    {
        IRequestHandler service = RequestHandler.From(request => new HttpResponse(
            201, ResponseBody.Push(
                async (output, cancellationToken) => await request.Body.CopyToAsync(output, cancellationToken)),
            ("Content-Type", request.Headers["Content-Type"]!)));
        using HttpClient upstream =
            new(new PwbServer(service).CreateMessageHandler()) { BaseAddress = new Uri("https://api.example/") };
        using HttpClient client = new PwbServer(new GatewayHandler(upstream, "our key")).CreateClient();
        using HttpRequestMessage request =
            new(HttpMethod.Post, "/v1/answers") { Content = new ByteArrayContent(new byte[10_000]) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-test");

        using HttpResponseMessage response = await client.SendAsync(request);

        response.StatusCode.Should().Be(HttpStatusCode.Created);
        response.Content.Headers.ContentType!.MediaType.Should().Be("application/x-test");
        (await response.Content.ReadAsByteArrayAsync()).Should().HaveCount(10_000);
        (await client.GetAsync("/admin")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await client.GetAsync("/v1/answers")).StatusCode.Should().Be(HttpStatusCode.MethodNotAllowed);
    }

    [Fact]
    public async Task A_service_that_is_not_there_is_a_502()
    {
        using HttpClient upstream = new() { BaseAddress = new Uri("http://127.0.0.1:1/") };
        using HttpClient client = new PwbServer(new GatewayHandler(upstream, "our key")).CreateClient();

        using HttpResponseMessage response = await client.PostAsync("/v1/answers", new StringContent("{}")).WaitAsync(Patience);

        response.StatusCode.Should().Be(HttpStatusCode.BadGateway);
    }

    [Fact]
    public void The_program_has_one_client()
    {
        const string Key = "our key";

        // <gateway-program>
        using HttpClient upstream = new() { BaseAddress = new Uri("https://api.example/"), Timeout = Timeout.InfiniteTimeSpan };
        using PwbServer server = new(
            new GatewayHandler(upstream, Key), new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(8080) });
        // </gateway-program>

        server.Should().NotBeNull();
    }

    internal static void Tunnels()
    {
        // <gateway-tunnel>
        string[] targets = ["api.example:443"];
        IRequestHandler tunnels = RequestHandler.From(async (request, cancellationToken) =>
        {
            if (request.Method != "CONNECT") return HttpResponse.MethodNotAllowed("CONNECT");
            if (!targets.Contains(request.Host)) return new HttpResponse(403);

            string[] place = request.Host.Split(':');
            TcpClient target = new();
            try
            {
                await target.ConnectAsync(place[0], int.Parse(place[1], CultureInfo.InvariantCulture), cancellationToken);
            }
            catch (SocketException)
            {
                target.Dispose();
                return new HttpResponse(502);
            }

            return TunnelResponse.To(target.GetStream(), request.Stopping);
        });
        PwbServerOptions options = new() { AllowConnect = true, EndPoints = ServerEndPoint.Loopback(8080) };
        using PwbServer server = new(tunnels, options);
        // </gateway-tunnel>
    }
}

// <gateway-handler>
internal sealed class GatewayHandler(HttpClient upstream, string key) : IRequestHandler
{
    public async ValueTask<HttpResponse> HandleAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.Path != "/v1/answers") return HttpResponse.NotFound();
        if (request.Method != "POST") return HttpResponse.MethodNotAllowed("POST");

        using HttpRequestMessage question = new(HttpMethod.Post, "v1/answers") { Content = new StreamContent(request.Body) };
        question.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        question.Content.Headers.TryAddWithoutValidation("Content-Type", request.Headers["Content-Type"] ?? "application/json");
        try
        {
            HttpResponseMessage answer = await upstream.SendAsync(
                question, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            Stream content = await answer.Content.ReadAsStreamAsync(cancellationToken); // disposed of with the response
            return new HttpResponse((int)answer.StatusCode, ResponseBody.From(content, answer.Content.Headers.ContentLength))
                .With("Content-Type", answer.Content.Headers.ContentType?.ToString() ?? "application/octet-stream");
        }
        catch (HttpRequestException)
        {
            return HttpResponse.Problem(502, "The service does not answer.");
        }
    }
}
// </gateway-handler>

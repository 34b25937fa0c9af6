using System.Net;
using System.Net.Http.Headers;
using System.Net.WebSockets;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Proxying;

/// <content>What goes through while it comes.</content>
public sealed partial class ProxyTests
{
    [Fact]
    public async Task Content_streams_in_both_directions()
    {
        await using PwbServer target = await StartAsync(async request =>
        {
            if (request.Method == "HEAD") return HttpResponse.Text("hello");
            byte[] content = await request.ReadBytesAsync(10_000_000);
            return new HttpResponse(
                201, ResponseBody.From(new MemoryStream(content)), ("X-Method", request.Method),
                ("X-Type", request.Headers["Content-Type"]!), ("X-Length", $"{request.ContentLength}"));
        });
        using ProxyHandler proxy = new("/", UrlOf(target), Next);
        using HttpClient client = new PwbServer(proxy).CreateClient();
        byte[] content = new byte[3_000_000];
        Random.Shared.NextBytes(content);

        foreach (bool isChunked in (bool[])[false, true])
        {
            using HttpRequestMessage request = new(HttpMethod.Patch, "/") { Content = new ByteArrayContent(content) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("image/png");
            request.Headers.TransferEncodingChunked = isChunked;
            using HttpResponseMessage response = await client.SendAsync(request);
            response.StatusCode.Should().Be(HttpStatusCode.Created);
            response.Headers.GetValues("X-Method").Should().Equal("PATCH");
            response.Headers.GetValues("X-Type").Should().Equal("image/png");
            response.Headers.GetValues("X-Length").Should().Equal(isChunked ? "" : "3000000");
            (await response.Content.ReadAsByteArrayAsync()).Should().Equal(content);
        }

        using HttpResponseMessage head = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/"));
        head.Content.Headers.ContentLength.Should().Be(5);
    }

    [Fact]
    public async Task Each_piece_arrives_before_the_next_one_is_sent()
    {
        using SemaphoreSlim next = new(0);
        await using PwbServer target = await StartAsync(
            _ => new ValueTask<HttpResponse>(new HttpResponse(200, ResponseBody.Push(async (output, token) =>
            {
                for (byte i = 0; i < 3; i++)
                {
                    await output.WriteAsync(new[] { i }, token);
                    await output.FlushAsync(token);
                    await next.WaitAsync(token);
                }
            }))));
        using ProxyHandler proxy = new("/", UrlOf(target), Next);
        using HttpClient client = new PwbServer(proxy).CreateClient();
        using Stream content = await client.GetStreamAsync("/");

        for (int i = 0; i < 3; i++)
        {
            byte[] one = new byte[1];
            (await content.ReadAsync(one).AsTask().WaitAsync(Wire.SafetyTimeout)).Should().Be(1);
            one[0].Should().Be((byte)i);
            next.Release();
        }
    }

    [Fact]
    public async Task A_WebSocket_goes_through_until_one_side_ends()
    {
        await using PwbServer target = await StartAsync(
            request => new ValueTask<HttpResponse>(request.AcceptWebSocket(async (socket, token) =>
            {
                while (await socket.ReceiveMessageAsync(cancellationToken: token) is { } message)
                    await socket.SendTextAsync(message.Text + "!", token);
            })));
        using ProxyHandler proxy = new("/ws", UrlOf(target), Next);
        await using PwbServer front = new(proxy, new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(0) });
        await front.StartAsync();
        using ClientWebSocket socket = new();
        using CancellationTokenSource patience = new(Wire.SafetyTimeout);
        await socket.ConnectAsync(new Uri($"ws://localhost:{front.EndPoint.Port}/ws/chat"), patience.Token);

        await socket.SendTextAsync("hello", patience.Token);
        (await socket.ReceiveMessageAsync(cancellationToken: patience.Token))!.Text.Should().Be("hello!");
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "bye", patience.Token);
        socket.CloseStatus.Should().Be(WebSocketCloseStatus.NormalClosure);
    }
}

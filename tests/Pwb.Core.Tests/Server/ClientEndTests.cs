using System.Net.Sockets;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Server;

/// <summary>How clients end their side, on real sockets: FIN ends their requests, RST ends everything.</summary>
public sealed class ClientEndTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

    [Fact]
    public async Task A_fin_is_not_an_abort_and_the_response_comes_whole()
    {
        TaskCompletionSource entered = new(TaskCreationOptions.RunContinuationsAsynchronously),
            release = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using PwbServer server = await StartAsync(async (_, cancellationToken) =>
        {
            entered.SetResult();
            await release.Task.WaitAsync(cancellationToken);
            return HttpResponse.Text(new string('x', 1_000_000));
        });
        using TcpClient client = await SendAsync(server);
        NetworkStream stream = client.GetStream();
        client.Client.Shutdown(SocketShutdown.Send);
        await entered.Task.WaitAsync(Wire.SafetyTimeout);
        server.Tick();
        server.Tick();
        release.SetResult();

        using MemoryStream received = new();
        await stream.CopyToAsync(received).WaitAsync(Wire.SafetyTimeout);
        WireResponse.ParseAll(received.ToArray()).Should().ContainSingle().Which.Content.Should().HaveCount(1_000_000);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_reset_cancels_the_token_of_a_handler_and_of_a_pushed_body(bool inBody)
    {
        TaskCompletionSource entered = new(TaskCreationOptions.RunContinuationsAsynchronously),
            cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        async ValueTask WaitAsync(CancellationToken cancellationToken)
        {
            entered.SetResult();
            try
            {
                await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                cancelled.SetResult();
                throw;
            }
        }

        await using PwbServer server = await StartAsync(async (_, cancellationToken) =>
        {
            if (inBody) return new HttpResponse(200, ResponseBody.Push((_, token) => WaitAsync(token)));
            await WaitAsync(cancellationToken);
            return HttpResponse.Text("never");
        });
        using TcpClient client = await SendAsync(server);
        await entered.Task.WaitAsync(Wire.SafetyTimeout);

        client.Client.Close(timeout: 0);

        // The heartbeat sees it; it would by itself within a second.
        await cancelled.Task.WaitAsync(Wire.SafetyTimeout);
    }

    [Fact]
    public async Task Who_it_was_is_known_even_if_it_is_asked_for_only_after_a_reset()
    {
        TaskCompletionSource entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource<System.Net.EndPoint?> address = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using PwbServer server = await StartAsync(async (request, cancellationToken) =>
        {
            entered.SetResult();
            await new TaskCompletionSource().Task.WaitAsync(cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            address.SetResult(request.Connection.RemoteEndPoint);
            return HttpResponse.Text("never");
        });
        using TcpClient client = await SendAsync(server);
        System.Net.EndPoint expected = client.Client.LocalEndPoint!;
        await entered.Task.WaitAsync(Wire.SafetyTimeout);

        client.Client.Close(timeout: 0);

        (await address.Task.WaitAsync(Wire.SafetyTimeout)).Should().Be(expected);
    }

    [Fact]
    public async Task Urgent_data_is_no_reset()
    {
        TaskCompletionSource entered = new(TaskCreationOptions.RunContinuationsAsynchronously),
            release = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using PwbServer server = await StartAsync(async (_, cancellationToken) =>
        {
            entered.SetResult();
            await release.Task.WaitAsync(cancellationToken);
            return HttpResponse.Text("done");
        });
        using TcpClient client = await SendAsync(server);
        await entered.Task.WaitAsync(Wire.SafetyTimeout);
        client.Client.Send("!"u8, SocketFlags.OutOfBand);
        server.Tick();
        server.Tick();
        release.SetResult();
        byte[] buffer = new byte[1000];
        int received = await client.GetStream().ReadAsync(buffer).AsTask().WaitAsync(Wire.SafetyTimeout);
        Latin1.Text(buffer.AsSpan(0, received)).Should().StartWith("HTTP/1.1 200 OK").And.EndWith("done");
    }

    [Fact]
    public async Task A_refusal_reaches_a_client_that_is_still_sending()
    {
        await using PwbServer server = await StartAsync((_, _) => new ValueTask<HttpResponse>(HttpResponse.Text("never")));
        using TcpClient client = new(server.EndPoint.Ip.AddressFamily);
        await client.ConnectAsync(server.EndPoint.Ip);
        NetworkStream stream = client.GetStream();

        // More than the server will read of it, so that the client's rest is on its way when the server closes.
        await stream.WriteAsync("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n"u8.ToArray());
        for (int i = 0; i < 20; i++) await stream.WriteAsync(new byte[1000]);

        using MemoryStream received = new();
        await stream.CopyToAsync(received).WaitAsync(Wire.SafetyTimeout);
        WireResponse refusal = WireResponse.ParseAll(received.ToArray()).Should().ContainSingle().Subject;
        refusal.Status.Should().Be(413);
        refusal["Connection"].Should().Be("close");
    }

    private static async Task<PwbServer> StartAsync(Func<HttpRequest, CancellationToken, ValueTask<HttpResponse>> handler)
    {
        PwbServer server = new(RequestHandler.From(handler), new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(0) });
        await server.StartAsync();
        return server;
    }

    private static async Task<TcpClient> SendAsync(PwbServer server)
    {
        TcpClient client = new(server.EndPoint.Ip.AddressFamily);
        await client.ConnectAsync(server.EndPoint.Ip);
        await client.GetStream().WriteAsync(Latin1.Bytes(Get));
        return client;
    }
}

using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Pwb.Epoll;
using Pwb.Logging;
using Pwb.Platform;
using Pwb.Server;
using Pwb.Tests.Infrastructure;
using Pwb.Tests.Tls;
using Pwb.Transports;

namespace Pwb.Tests.Connections;

/// <summary>A client that ends its side while it is being answered, over every transport.</summary>
public sealed partial class LeavingClientTests : IDisposable
{
    private const string Get = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

    private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly LogLines _log = new();

    public void Dispose() => _log.Dispose();

    public static TheoryData<string, bool> Leaving
    {
        get
        {
            TheoryData<string, bool> data = [];
            foreach (string way in (string[])["TCP", "TLS", "TLS without close_notify", "a stream", "memory"])
            {
                data.Add(way, false);
                data.Add(way, true);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Leaving))]
    public async Task Cancels_what_waits_for_nothing_and_is_no_error(string way, bool inBody)
    {
        await using PwbServer server = await StartAsync(async (_, cancellationToken) =>
        {
            if (inBody) return new HttpResponse(200, ResponseBody.Push((_, token) => new ValueTask(WaitAsync(token))));
            await WaitAsync(cancellationToken);
            return HttpResponse.Text("never");
        });
        await LeaveAsync(server, way);
        await _cancelled.Task.WaitAsync(Wire.SafetyTimeout); // by the heartbeat
        await server.StopAsync();
        _log.Lines.Should().NotContain(
            line => line.StartsWith("Error", StringComparison.Ordinal) || line.StartsWith("Warning", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("TCP")]
    [InlineData("TLS")]
    [InlineData("a stream")]
    public async Task Gets_its_whole_answer_if_it_waits_for_it(string way)
    {
        await using PwbServer server = await StartAsync(async (request, _) =>
        {
            _entered.TrySetResult();
            await _release.Task;
            request.Aborted.Register(_cancelled.SetResult);
            await _cancelled.Task;

            // Its length is known, so it has an end, and its token is not the request's.
            return new HttpResponse(
                200, ResponseBody.Push(async (output, token) => await output.WriteAsync(new byte[100_000], token), 100_000));
        });
        await using Client client = await Client.ConnectAsync(server, way);
        await client.SendAsync(Get);
        await _entered.Task.WaitAsync(Wire.SafetyTimeout);
        await client.EndAsync(closeNotify: true);
        _release.SetResult();
        (await client.ReadToEndAsync()).Should().ContainSingle().Which.Content.Should().HaveCount(100_000);
    }

    [Theory]
    [InlineData("TCP")]
    [InlineData("TLS")]
    [InlineData("a stream")]
    public async Task A_pipelined_request_is_no_end_and_loses_no_byte(string way)
    {
        int count = 0;
        await using PwbServer server = await StartAsync(async (request, token) =>
        {
            if (count++ > 0) return HttpResponse.Text(request.Path);
            _entered.SetResult();
            await _release.Task;
            return HttpResponse.Text(token.IsCancellationRequested ? "cancelled" : "first");
        });
        await using Client client = await Client.ConnectAsync(server, way);
        await client.SendAsync(Get);
        await _entered.Task.WaitAsync(Wire.SafetyTimeout);
        server.Tick(); // where only a read can tell, it begins to read
        await client.SendAsync("GET /second HTTP/1.1\r\nHost: localhost\r\n\r\n");
        server.Tick();
        server.Tick();
        _release.SetResult();
        (await client.ReadAsync(2)).Select(response => response.ContentText).Should().Equal("first", "/second");
        await client.EndAsync(closeNotify: true);
    }

    [Theory]
    [InlineData("TLS")]
    [InlineData("a stream")]
    public async Task Content_that_comes_while_the_end_is_looked_for_is_whole(string way)
    {
        await using PwbServer server = await StartAsync(async (request, token) =>
        {
            _entered.SetResult();
            await _release.Task;
            return await Wire.EchoAsync(request, token);
        });
        await using Client client = await Client.ConnectAsync(server, way);
        await client.SendAsync("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n");
        await _entered.Task.WaitAsync(Wire.SafetyTimeout);
        server.Tick();
        await client.SendAsync("01234");
        server.Tick();
        _release.SetResult();
        await client.SendAsync("56789");
        (await client.ReadAsync(1))[0].ContentText.Should().Be("0123456789");
        await client.EndAsync(closeNotify: true);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task One_that_vanishes_without_a_word_is_looked_for_by_its_connection(bool byEpoll)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Elsewhere each accepted socket is set by itself.");
        Skip.If(byEpoll && !ThisSystem.IsLinux, "Only Linux has epoll.");
        Seats? seats = byEpoll ? new Seats(1, TimeSpan.Zero) : null;
        seats?.Start();
        TaskCompletionSource<Transport> accepted = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Listener listener = Listener.Bind(
            [new(new IPEndPoint(IPAddress.Loopback, 0))], 1, deferAccept: false, new ServerLog(NullLogger.Instance))[0];
        listener.Start(
            transport =>
            {
                accepted.SetResult(transport);
                return null;
            },
            seats,
            new DescriptorReserve());
        listener.Begin();
        using TcpClient client = new();
        await client.ConnectAsync(listener.EndPoint.Ip);
        Transport transport = await accepted.Task.WaitAsync(Wire.SafetyTimeout);
        using (Socket socket = new(new SafeSocketHandle((nint)transport.Descriptor, ownsHandle: false)))
        {
            socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive).Should().Be(1);
            socket.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime).Should().Be(60);
        }

        listener.Stop();
        transport.End(abort: true);
        await transport.ReleaseAsync();
        if (seats is not null) await seats.EndAsync().WaitAsync(Wire.SafetyTimeout);
    }

    private Task PollAsync(HttpRequest request)
    {
        _entered.SetResult();
        return Task.Delay(Timeout.Infinite, request.Stopping);
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        _entered.SetResult();
        try
        {
            await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
        }
        finally
        {
            _cancelled.SetResult();
        }
    }

    private async Task LeaveAsync(PwbServer server, string way)
    {
        if (way == "memory")
        {
            using HttpClient inMemory = server.CreateClient();
            Task<HttpResponseMessage> asking = inMemory.GetAsync(
                new Uri("/", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
            await _entered.Task.WaitAsync(Wire.SafetyTimeout);
            inMemory.CancelPendingRequests();
            await asking.Invoking(task => task).Should().ThrowAsync<OperationCanceledException>();
            return;
        }

        Client client = await Client.ConnectAsync(server, way);
        await client.SendAsync(Get);
        await _entered.Task.WaitAsync(Wire.SafetyTimeout);
        await client.EndAsync(closeNotify: way == "TLS");
    }

    private async Task<PwbServer> StartAsync(Func<HttpRequest, CancellationToken, ValueTask<HttpResponse>> handler)
    {
        PwbServerOptions options = new()
        {
            EndPoints = [
                .. ServerEndPoint.Loopback(0), .. ServerEndPoint.Loopback(0, new TlsOptions(ServerCertificate.SelfSigned()))],
        };
        PwbServer server = new(RequestHandler.From(handler), options, _log);
        await server.StartAsync();
        return server;
    }
}

using System.Net.Sockets;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Connections;

/// <content>When the server stops under way.</content>
public sealed partial class LeavingClientTests
{
    [Theory]
    [InlineData("TCP")]
    [InlineData("TLS")]
    [InlineData("a stream")]
    public async Task A_stop_ends_what_heeds_it_and_the_client_gets_all_of_it(string way)
    {
        await using PwbServer server = await StartAsync(
            (request, _) => new ValueTask<HttpResponse>(new HttpResponse(200, ResponseBody.Push(async (output, token) =>
            {
                await output.WriteAsync("hello"u8.ToArray(), token);
                await output.FlushAsync(token);
                _entered.SetResult();
                TaskCompletionSource stopping = new(TaskCreationOptions.RunContinuationsAsynchronously);
                await using CancellationTokenRegistration registration = request.Stopping.Register(stopping.SetResult);
                await stopping.Task;
                await output.WriteAsync(", bye"u8.ToArray(), token);
            }))));
        await using Client client = await Client.ConnectAsync(server, way);
        await client.SendAsync(Get);
        await _entered.Task.WaitAsync(Wire.SafetyTimeout);
        Task stop = server.StopAsync();
        (await client.ReadToEndAsync()).Should().ContainSingle().Which.ContentText.Should().Be("hello, bye");
        await client.EndAsync(closeNotify: true);
        await stop.WaitAsync(Wire.SafetyTimeout);
    }

    [Theory]
    [InlineData("handler")]
    [InlineData("body")]
    [InlineData("deferred")]
    public async Task A_stop_makes_a_503_of_a_long_poll_that_ends_by_it_and_no_error(string where)
    {
        await using PwbServer server = await StartAsync(async (request, _) =>
        {
            if (where == "body") return new HttpResponse(200, ResponseBody.Push(async (_, _) => await PollAsync(request)));
            if (where == "deferred") return DeferredResponse.From(async (_, _) => await PollAsync(request));
            await PollAsync(request);
            return HttpResponse.Text("news");
        });
        await using Client client = await Client.ConnectAsync(server, "TCP");
        await client.SendAsync(Get);
        await _entered.Task.WaitAsync(Wire.SafetyTimeout);
        Task stop = server.StopAsync();
        WireResponse response = (await client.ReadToEndAsync()).Should().ContainSingle().Subject;
        response.Status.Should().Be(503);
        response["Retry-After"].Should().Be("1");
        await client.EndAsync(closeNotify: true);
        await stop.WaitAsync(Wire.SafetyTimeout);
        _log.Lines.Should().NotContain(line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_that_never_ends_its_sending_holds_up_no_stop()
    {
        ManualClock clock = new();
        await using PwbServer server = new(options: new PwbServerOptions
        {
            EndPoints = ServerEndPoint.Loopback(0),
            TimeProvider = clock,
            Limits = new PwbServerLimits
            {
                MaxContentLength = 10,
                LingerTimeout = TimeSpan.FromDays(1),
                ShutdownGracePeriod = TimeSpan.FromDays(1),
            },
        });
        await server.StartAsync();
        using TcpClient client = new(server.EndPoint.Ip.AddressFamily);
        await client.ConnectAsync(server.EndPoint.Ip);
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000000\r\n\r\n"u8.ToArray());
        Task sending = Task.Run(async () =>
        {
            while (true) await stream.WriteAsync(new byte[64 * 1024]);
        });
        byte[] buffer = new byte[1000];
        Latin1.Text(buffer.AsSpan(0, await stream.ReadAsync(buffer))).Should().StartWith("HTTP/1.1 413 ");

        long began = clock.GetTimestamp();
        Task stop = server.StopAsync();
        using CancellationTokenSource patience = new(Wire.SafetyTimeout);
        while (!stop.IsCompleted)
        {
            patience.Token.ThrowIfCancellationRequested();
            clock.Advance(TimeSpan.FromMilliseconds(200));
            server.Tick();
            await Task.Yield();
        }

        clock.GetElapsedTime(began).Should().BeLessThan(
            TimeSpan.FromDays(1), "neither the grace nor lingering may be what ends it");
        await sending.Invoking(task => task).Should().ThrowAsync<IOException>();
    }

    [Fact]
    public async Task A_timeout_during_a_stop_is_a_failure_as_ever()
    {
        await using PwbServer server = await StartAsync(async (request, _) =>
        {
            await PollAsync(request).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw new TaskCanceledException("as HttpClient does", new TimeoutException());
        });
        await using Client client = await Client.ConnectAsync(server, "TCP");
        await client.SendAsync(Get);
        await _entered.Task.WaitAsync(Wire.SafetyTimeout);
        Task stop = server.StopAsync();
        (await client.ReadToEndAsync()).Should().ContainSingle().Which.Status.Should().Be(500);
        await client.EndAsync(closeNotify: true);
        await stop.WaitAsync(Wire.SafetyTimeout);
    }
}

using System.Net;
using System.Net.Sockets;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Server;

/// <content>How a server stops.</content>
public sealed partial class LifecycleTests
{
    [Fact]
    public async Task Stop_refuses_new_connections_and_closes_idle_ones()
    {
        await using PwbServer server = new(options: new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(OwnPort.Take()) });
        await server.StartAsync();
        using TcpClient idle = await ConnectAsync(server.EndPoint.Ip);
        await idle.GetStream().WriteAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
        byte[] buffer = new byte[1000];
        (await idle.GetStream().ReadAtLeastAsync(buffer, 140)).Should().BeLessThan(buffer.Length);
        using TcpClient silent = await ConnectAsync(server.EndPoint.Ip);
        IPEndPoint endPoint = server.EndPoint.Ip;

        await server.StopAsync().WaitAsync(Wire.SafetyTimeout);

        (await idle.GetStream().ReadAsync(buffer)).Should().Be(0);
        await ExpectEndAsync(silent);
        await this.Invoking(_ => ConnectAsync(endPoint)).Should().ThrowAsync<SocketException>();
    }

    [Fact]
    public async Task Stop_waits_a_second_for_the_first_request_of_a_client_that_has_just_connected_and_no_longer()
    {
        ManualClock clock = new();
        await using PwbServer server = new(options: new PwbServerOptions { TimeProvider = clock });
        ScriptedStream newcomer = new(), silent = new();
        Task[] serving = [server.ServeAsync(newcomer), server.ServeAsync(silent)];
        await newcomer.WaitUntilIdleAsync();
        await silent.WaitUntilIdleAsync();
        clock.Advance(TimeSpan.FromSeconds(1)); // from one beat to the next: both may have come at the end of it
        server.Tick();

        Task stopping = server.StopAsync();
        server.Tick();
        newcomer.Give("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").EndInput();
        await serving[0].WaitAsync(Wire.SafetyTimeout);

        WireResponse.ParseAll(newcomer.Output).Should().ContainSingle().Which["Connection"].Should().Be("close");
        serving[1].IsCompleted.Should().BeFalse();
        clock.Advance(TimeSpan.FromSeconds(1));
        server.Tick();
        await Task.WhenAll(serving[1], stopping).WaitAsync(Wire.SafetyTimeout);
        silent.Output.Should().BeEmpty();
    }

    [Fact]
    public async Task Stop_lets_a_request_in_flight_finish_and_announces_the_close()
    {
        TaskCompletionSource entered = new(TaskCreationOptions.RunContinuationsAsynchronously),
            release = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using PwbServer server = new(
            RequestHandler.From(async (_, _) =>
            {
                entered.SetResult();
                await release.Task;
                return HttpResponse.Text("done");
            }),
            FreePort);
        await server.StartAsync();
        using TcpClient client = await ConnectAsync(server.EndPoint.Ip);
        await client.GetStream().WriteAsync(
            "GET / HTTP/1.1\r\nHost: localhost\r\n\r\nGET /next HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
        await entered.Task;

        Task stopping = server.StopAsync();
        stopping.IsCompleted.Should().BeFalse();
        release.SetResult();
        string answer = await ReadToEndAsync(client);
        client.Close();
        await stopping.WaitAsync(Wire.SafetyTimeout);

        WireResponse response = WireResponse.ParseAll(Latin1.Bytes(answer)).Should().ContainSingle().Subject;
        response["Connection"].Should().Be("close");
        Latin1.Text(response.Content).Should().Be("done");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task When_the_grace_is_over_what_is_left_is_aborted_and_its_handler_told(bool byToken)
    {
        TaskCompletionSource entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        PwbServerLimits limits =
            PwbServerLimits.Default with { ShutdownGracePeriod = byToken ? TimeSpan.FromHours(1) : TimeSpan.Zero };
        await using PwbServer server = new(
            RequestHandler.From(async (_, cancellationToken) =>
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

                return HttpResponse.Text("never");
            }),
            FreePort with { Limits = limits });
        await server.StartAsync();
        using TcpClient client = await ConnectAsync(server.EndPoint.Ip);
        await client.GetStream().WriteAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
        await entered.Task;

        Task stopping = server.StopAsync();
        if (byToken) await server.StopAsync(new CancellationToken(canceled: true)).WaitAsync(Wire.SafetyTimeout);
        await stopping.WaitAsync(Wire.SafetyTimeout);
        await cancelled.Task.WaitAsync(Wire.SafetyTimeout);
        await this.Invoking(_ => ReadToEndAsync(client)).Should().ThrowAsync<IOException>(
            "a response that is missing must not look like an orderly end");
    }

    [Fact]
    public async Task A_handler_that_ignores_its_token_does_not_keep_the_server_from_stopping()
    {
        TaskCompletionSource entered = new(TaskCreationOptions.RunContinuationsAsynchronously),
            release = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using PwbServer server = new(
            RequestHandler.From(async (_, _) =>
            {
                entered.SetResult();
                await release.Task;
                return HttpResponse.Text("never");
            }),
            FreePort);
        await server.StartAsync();
        using TcpClient client = await ConnectAsync(server.EndPoint.Ip);
        await client.GetStream().WriteAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
        await entered.Task;
        await server.StopAsync(new CancellationToken(canceled: true)).WaitAsync(Wire.SafetyTimeout);
        release.SetResult();
    }
}

using System.Net;
using System.Net.Sockets;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Server;

public sealed partial class LifecycleTests
{
    private static async Task StartUnlessListeningAsync(PwbServer server)
    {
        try
        {
            await server.StartAsync();
        }
        catch (InvalidOperationException)
        {
            // The other was first.
        }
    }

    private static readonly PwbServerOptions FreePort = new() { EndPoints = ServerEndPoint.Loopback(0) };

    [Fact]
    public async Task Listens_on_a_free_port_of_both_loopback_addresses_and_says_which()
    {
        await using PwbServer server = new(options: FreePort);
        await server.StartAsync();

        server.EndPoint.Ip.Address.Should().Be(IPAddress.Loopback);
        server.EndPoint.Port.Should().BePositive();
        server.EndPoints.Select(endPoint => endPoint.Port).Distinct().Should().ContainSingle();
        foreach (ServerEndPoint endPoint in server.EndPoints) (await GetAsync(endPoint.Ip)).Should().Be("hello PWB");
    }

    [Fact]
    public async Task Listens_on_any_and_on_several_end_points()
    {
        await using PwbServer server = new(
            options: new PwbServerOptions
            {
                EndPoints = [
                new(new IPEndPoint(IPAddress.Any, 0)), new(new IPEndPoint(IPAddress.Loopback, 0))]
            });

        // Both cannot have the same port: the second is on an address that the first covers.
        await server.Invoking(s => s.StartAsync()).Should().ThrowAsync<IOException>().WithMessage(
            "Cannot listen on http://127.0.0.1:*: the address is already in use.");

        await using PwbServer any = new(options: new PwbServerOptions { EndPoints = ServerEndPoint.Any(0) });
        await any.StartAsync();
        (await GetAsync(new IPEndPoint(IPAddress.Loopback, any.EndPoint.Port))).Should().Be("hello PWB");
    }

    [Fact]
    public async Task Answers_also_when_the_system_defers_accepting()
    {
        await using PwbServer server = new(options: FreePort with { DeferAccept = true });
        await server.StartAsync();
        foreach (ServerEndPoint endPoint in server.EndPoints) (await GetAsync(endPoint.Ip)).Should().Be("hello PWB");
    }

    [Fact]
    public async Task A_port_in_use_is_one_clear_line_and_nothing_is_left_bound()
    {
        await using PwbServer first = new(options: FreePort);
        await first.StartAsync();
        await using PwbServer second = new(
            options: new PwbServerOptions { EndPoints = [new(new IPEndPoint(IPAddress.Loopback, 0)), first.EndPoint] });

        (await second.Invoking(server => server.StartAsync()).Should().ThrowAsync<IOException>())
            .Which.Message.Should().Be($"Cannot listen on http://{first.EndPoint}: the address is already in use.");
        second.Invoking(server => server.EndPoint).Should().Throw<InvalidOperationException>();
    }

    [Fact]
    public async Task Starts_and_stops_any_number_of_times()
    {
        await using PwbServer server = new(options: FreePort);
        for (int i = 0; i < 3; i++)
        {
            await server.StartAsync();
            (await GetAsync(server.EndPoint.Ip)).Should().Be("hello PWB");
            await server.Invoking(s => s.StartAsync()).Should().ThrowAsync<InvalidOperationException>();
            await server.StopAsync();
            await server.StopAsync();
        }

        await server.DisposeAsync();
        await server.Invoking(s => s.StartAsync()).Should().ThrowAsync<ObjectDisposedException>();
        await server.Invoking(s => s.ServeAsync(new ScriptedStream())).Should().ThrowAsync<ObjectDisposedException>();
    }

    [Fact]
    public async Task Start_and_stop_may_race()
    {
        // On one port: two that listened at a time would be in each other's way.
        await using PwbServer server = new(
            options: new PwbServerOptions { EndPoints = [new(new IPEndPoint(IPAddress.Loopback, OwnPort.Take()))] });
        for (int i = 0; i < 50; i++)
        {
            Task[] racing = [
                Task.Run(() => StartUnlessListeningAsync(server)), Task.Run(() => StartUnlessListeningAsync(server)),
                Task.Run(() => server.StopAsync())];
            await Task.WhenAll(racing).WaitAsync(Wire.SafetyTimeout);
            await server.StopAsync();
        }
    }

    [Fact]
    public async Task Run_ends_normally_when_its_token_is_cancelled()
    {
        using CancellationTokenSource stop = new();
        await using PwbServer server = new(options: FreePort);
        Task running = server.RunAsync(stop.Token);
        await stop.CancelAsync();
        await running.WaitAsync(Wire.SafetyTimeout);
        await server.RunAsync(stop.Token).WaitAsync(Wire.SafetyTimeout);
    }

    [Fact]
    public async Task Streams_are_served_before_a_start_and_after_a_stop_and_ended_by_a_stop()
    {
        await using PwbServer server = new();
        for (int i = 0; i < 2; i++)
        {
            var stream = new ScriptedStream();
            stream.Give("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
            Task serving = server.ServeAsync(stream);
            await stream.WaitForOutputAsync("hello PWB");
            await stream.WaitUntilIdleAsync();
            await server.StopAsync().WaitAsync(Wire.SafetyTimeout);
            await serving.WaitAsync(Wire.SafetyTimeout);
            stream.DisposeCount.Should().Be(1);
        }
    }

    private static async Task<string> GetAsync(IPEndPoint endPoint)
    {
        using HttpClient client = new();
        return await client.GetStringAsync(new Uri($"http://{endPoint}/11"));
    }

    private static async Task<TcpClient> ConnectAsync(IPEndPoint endPoint)
    {
        TcpClient client = new(endPoint.AddressFamily);
        await client.ConnectAsync(endPoint);
        return client;
    }

    // A client that was still in the kernel's queue is reset.
    private static async Task ExpectEndAsync(TcpClient client)
    {
        try
        {
            (await client.GetStream().ReadAsync(new byte[1])).Should().Be(0);
        }
        catch (IOException exception)
        {
            exception.InnerException.Should().BeOfType<SocketException>()
                .Which.SocketErrorCode.Should().Be(SocketError.ConnectionReset);
        }
    }

    private static async Task<string> ReadToEndAsync(TcpClient client)
    {
        using StreamReader reader = new(client.GetStream(), System.Text.Encoding.Latin1, leaveOpen: true);
        return await reader.ReadToEndAsync();
    }
}

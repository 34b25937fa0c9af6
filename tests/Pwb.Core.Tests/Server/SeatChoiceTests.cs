using Microsoft.Extensions.Logging.Abstractions;
using Pwb.Epoll;
using Pwb.Logging;
using Pwb.Platform;
using Pwb.Server;
using Pwb.Tests.Infrastructure;
using Pwb.Tests.Tls;

namespace Pwb.Tests.Server;

public sealed class SeatChoiceTests
{
    [Theory]
    [InlineData(SocketEngine.Default, null, false)]
    [InlineData(SocketEngine.Default, "", false)]
    [InlineData(SocketEngine.Default, "runtime", false)]
    [InlineData(SocketEngine.Default, "epoll", true)]
    [InlineData(SocketEngine.Runtime, "epoll", false)]
    [InlineData(SocketEngine.Epoll, "runtime", true)]
    public void The_option_decides_and_where_it_does_not_the_variable(SocketEngine engine, string? variable, bool isEpoll) =>
        SeatChoice.IsEpoll(engine, variable).Should().Be(isEpoll);

    [Fact]
    public void A_variable_that_says_something_else_is_told_in_one_line()
    {
        Action choosing = () => SeatChoice.IsEpoll(SocketEngine.Default, "Epoll");
        choosing.Should().Throw<IOException>().WithMessage(
            "Cannot listen: PWB_SOCKETS is 'Epoll', which is neither runtime nor epoll.");
    }

    [SkippableFact]
    public async Task Where_there_is_no_epoll_the_log_says_so_and_the_server_runs()
    {
        Skip.If(ThisSystem.IsLinux, "Linux has it.");
        LogLines log = new();
        await using PwbServer server = new(
            null, new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(0), SocketEngine = SocketEngine.Epoll }, log);
        await server.StartAsync();
        log.Lines.Should().Contain("Warning: no epoll, the system's sockets take its place: this is not Linux");
        using HttpClient client = new();
        (await client.GetStringAsync(new Uri($"http://localhost:{server.EndPoint.Port}/"))).Should().NotBeEmpty();
    }

    [SkippableFact]
    public async Task Seats_end_when_the_last_connection_has_been_released()
    {
        Skip.IfNot(ThisSystem.IsLinux, "Only Linux has epoll.");
        Seats? seats = SeatChoice.Start(
            new PwbServerOptions { SocketEngine = SocketEngine.Epoll, SeatCount = 3 }, new ServerLog(NullLogger.Instance));
        ulong key = seats!.All[1].Enter(new Nobody());
        Task ended = seats.EndAsync();
        await Task.WhenAny(ended, Task.Delay(50));
        ended.IsCompleted.Should().BeFalse();
        seats.All[1].Leave(key);
        await ended.WaitAsync(Wire.SafetyTimeout);
        await seats.EndAsync();
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1001)]
    public void A_time_to_spin_is_zero_to_a_millisecond(int microseconds)
    {
        PwbServerOptions options = new() { SpinTime = TimeSpan.FromMicroseconds(microseconds) };
        options.Invoking(o => o.Validate()).Should().Throw<ArgumentException>().WithParameterName("SpinTime").WithMessage(
            "SpinTime is *; it takes 0 to 1.*");
        (options with { SpinTime = TimeSpan.FromMilliseconds(1) }).Validate();
    }

    [Fact]
    public void An_engine_that_does_not_exist_is_refused()
    {
        PwbServerOptions options = new() { SocketEngine = (SocketEngine)7 };
        options.Invoking(o => o.Validate()).Should().Throw<ArgumentException>().WithParameterName("SocketEngine");
    }

    private sealed class Nobody : IReadyTarget
    {
        public void OnReady(uint events)
        {
        }
    }
}

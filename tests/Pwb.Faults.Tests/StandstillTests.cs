using Pwb.Faults.Support;
using Xunit.Abstractions;

namespace Pwb.Faults;

/// <summary>
/// A process that stands still for a while (a frozen container, a debugger, suspend) does not blame its clients for it.
/// </summary>
public sealed class StandstillTests(ITestOutputHelper output) : FaultSuite(output)
{
    private const string Upload = "POST /upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n12345";

    // The time does not count. (Looking for what has arrived is not enough: TLS may have taken it from the system, and not yet
    // given it to the connection.)
    [SkippableTheory]
    [InlineData(3, false)]
    [InlineData(3, true)]
    [InlineData(8, false)]
    [InlineData(8, true)]
    public async Task What_has_come_meanwhile_is_answered(int seconds, bool overTls)
    {
        NeedsLinux();
        using ServerProcess server = await ServerProcess.StartFaultsAsync(
            overTls,
            "--content-timeout", "2", "--content-rate-grace-period", "2", "--keep-alive-timeout", "2", "--request-head-timeout",
            "2", "--first-byte-timeout", "2");
        using RawClient uploading = await RawClient.ConnectAsync(server);
        using RawClient asking = await RawClient.ConnectAsync(server);
        using RawClient idle = await RawClient.ConnectAsync(server);
        await uploading.SendAsync(Upload);
        await asking.SendAsync("GET / HTTP/1.1\r\n");
        (await idle.GetAsync("/")).StatusCode.Should().Be(200);

        server.Signal(Native.Stop);
        await Patience.QuietAsync(TimeSpan.FromSeconds(0.3));
        await uploading.SendAsync("67890");
        await asking.SendAsync("Host: localhost\r\n\r\n");
        await idle.RequestAsync("/");
        await Patience.QuietAsync(TimeSpan.FromSeconds(seconds));
        server.Signal(Native.Continue);
        RawResponse uploaded = await uploading.ReadResponseAsync(), asked = await asking.ReadResponseAsync(),
            next = await idle.ReadResponseAsync();

        Log.Print(
            $"{seconds} s of standstill, with deadlines of 2 "
                + $"s {(overTls ? "over TLS" : "over TCP")}: an upload "
                + $"gets {uploaded.StatusCode}, half a head {asked.StatusCode}, an idle connection {next.StatusCode}");
        uploaded.Text.Should().Be("10 bytes");
        (asked.StatusCode, next.StatusCode).Should().Be((200, 200));
    }
}

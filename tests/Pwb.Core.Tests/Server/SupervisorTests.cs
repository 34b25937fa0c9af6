using System.Globalization;
using System.Net.Sockets;
using Pwb.Platform;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Server;

/// <summary>What systemd is told. A socket stands for it.</summary>
public sealed class SupervisorTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pwb-");
    private readonly Socket _systemd = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly Dictionary<string, string> _environment = [];

    public void Dispose()
    {
        _systemd.Dispose();
        _folder.Delete(recursive: true);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Is_told(bool isAbstract)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "where systemd is");
        Supervisor supervisor = Find(isAbstract)!;

        await supervisor.TellAsync("READY=1", CancellationToken.None);

        (await ReceiveAsync()).Should().Be("READY=1");
    }

    [SkippableFact]
    public async Task Gets_signs_of_life_in_half_of_the_time()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "where systemd is");
        _environment["WATCHDOG_USEC"] = "20000000";
        _environment["WATCHDOG_PID"] = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        Supervisor supervisor = Find()!;
        List<int> seconds = [];
        for (int second = 100; second < 140; second++)
        {
            supervisor.Beat(second * 1000L);
            if (_systemd.Available == 0) continue;
            (await ReceiveAsync()).Should().Be("WATCHDOG=1");
            seconds.Add(second);
        }

        seconds.Should().Equal(100, 109, 118, 127, 136);
    }

    [SkippableTheory]
    [InlineData("2000000", null, 5)]
    [InlineData("2000000", "1", 0)]
    [InlineData(null, null, 0)]
    [InlineData("soon", null, 0)]
    public void Gets_none_that_it_has_not_asked_this_process_for(string? interval, string? process, int expected)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "where systemd is");
        if (interval is not null) _environment["WATCHDOG_USEC"] = interval;
        if (process is not null) _environment["WATCHDOG_PID"] = process;
        Supervisor supervisor = Find()!;
        for (int second = 1; second <= 5; second++) supervisor.Beat(second * 1000L);

        int count = 0;
        for (; _systemd.Available > 0; count++) _systemd.Receive(new byte[100]);
        count.Should().Be(expected);
    }

    [SkippableFact]
    public async Task One_that_is_gone_or_takes_nothing_holds_up_nobody()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "where systemd is");
        _environment["WATCHDOG_USEC"] = "1000";
        Supervisor supervisor = Find()!;
        for (int i = 0; i < 10_000; i++) supervisor.Beat(i * 1000L); // more than the socket holds

        using CancellationTokenSource patience = new(TimeSpan.FromMilliseconds(50));
        await supervisor.Awaiting(s => s.TellAsync("STOPPING=1", patience.Token).AsTask())
            .Should().ThrowAsync<OperationCanceledException>();
        _systemd.Dispose();
        supervisor.Beat(1_000_000_000);
        await supervisor.Awaiting(s => s.TellAsync("STOPPING=1", CancellationToken.None).AsTask())
            .Should().ThrowAsync<SocketException>();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("relative")]
    [InlineData("vsock:2:1234")]
    public void Other_addresses_are_nobodys(string? address) =>
        Supervisor.In(name => name == "NOTIFY_SOCKET" ? address : null).Should().BeNull();

    [Fact]
    public void Nor_is_one_that_is_too_long() =>
        Supervisor.In(name => name == "NOTIFY_SOCKET" ? "/" + new string('x', 200) : null).Should().BeNull();

    private Supervisor? Find(bool isAbstract = false)
    {
        string name = isAbstract ? $"pwb-{Guid.NewGuid():N}" : Path.Combine(_folder.FullName, "notify");
        _systemd.Bind(new UnixDomainSocketEndPoint(isAbstract ? '\0' + name : name));
        _environment["NOTIFY_SOCKET"] = isAbstract ? '@' + name : name;
        return Supervisor.In(key => _environment.GetValueOrDefault(key));
    }

    private async Task<string> ReceiveAsync()
    {
        byte[] notice = new byte[100];
        int length = await _systemd.ReceiveAsync(notice).WaitAsync(Wire.SafetyTimeout);
        return Latin1.Text(notice.AsSpan(0, length));
    }
}

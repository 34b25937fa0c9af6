using System.Runtime.InteropServices;
using Pwb.Faults.Support;
using Xunit.Abstractions;

namespace Pwb.Faults;

/// <summary>A system that refuses calls, as sandboxes do.</summary>
public sealed class SandboxTests(ITestOutputHelper output) : FaultSuite(output)
{
    // .NET's own sockets do without eventfd. Without epoll_create1 or epoll_wait there are none, and so no server of any kind.
    [SkippableFact]
    public async Task Where_a_call_for_epoll_is_refused_the_log_says_so_and_the_runtime_serves()
    {
        NeedsLinux();
        Skip.IfNot(File.Exists("/proc/sys/kernel/seccomp/actions_avail"), "needs seccomp");
        int call = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 290 : 19; // eventfd2
        using ServerProcess server = await ServerProcess.StartFaultsAsync("--sockets", "epoll", "--deny", $"{call}");
        using RawClient client = await RawClient.ConnectAsync(server.Port);
        for (int i = 0; i < 3; i++) (await client.GetAsync("/")).StatusCode.Should().Be(200);
        server.Signal(Native.Terminate);
        (await server.WaitForExitAsync()).Should().Be(0);

        Log.Print($"without eventfd it says: {server.Errors.TrimEnd()}");
        server.Errors.Should().Contain("no epoll, the system's sockets take its place: eventfd: Function not implemented");
        server.Errors.Count(character => character == '\n').Should().Be(1);
    }
}

using System.Net.Sockets;
using System.Runtime.InteropServices;
using Pwb.Tests.Infrastructure;
using Pwb.Tests.Tls;

namespace Pwb.Tests.Server;

/// <summary>Signals are sent to this very process, so nothing else may run beside this that listens to them.</summary>
[Collection(nameof(ProcessSignalsTests))]
[CollectionDefinition(nameof(ProcessSignalsTests), DisableParallelization = true)]
public sealed class ProcessSignalsTests
{
    private const int Terminate = 15;

    [SkippableFact]
    public async Task The_first_signal_drains_and_the_second_ends_what_is_left()
    {
        Skip.If(OperatingSystem.IsWindows(), "There is no kill(2) to send a signal to oneself.");

        // Should the server not take a signal, this keeps it from the process.
        using PosixSignalRegistration guard = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => signal.Cancel = true);
        TaskCompletionSource entered = new(TaskCreationOptions.RunContinuationsAsynchronously),
            cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using LogLines log = new();
        PwbServerLimits limits = PwbServerLimits.Default with { ShutdownGracePeriod = TimeSpan.FromHours(1) };
        await using PwbServer server = new(
            RequestHandler.From(async (_, cancellationToken) =>
            {
                entered.SetResult();
                await new TaskCompletionSource().Task.WaitAsync(cancellationToken)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancelled.SetResult();
                return HttpResponse.Text("never");
            }),
            new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(0), Limits = limits },
            log);
        await server.StartAsync();
        using TcpClient client = new();
        await client.ConnectAsync(server.EndPoint.Ip);
        Task running = server.RunUntilStoppedAsync();
        await client.GetStream().WriteAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
        await entered.Task.WaitAsync(Wire.SafetyTimeout);

        Kill(Environment.ProcessId, Terminate).Should().Be(0);
        await log.LineAsync("connections still open: 1");
        running.IsCompleted.Should().BeFalse();

        Kill(Environment.ProcessId, Terminate).Should().Be(0);
        await cancelled.Task.WaitAsync(Wire.SafetyTimeout);
        await running.WaitAsync(Wire.SafetyTimeout);
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
}

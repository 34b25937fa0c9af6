using System.Runtime.InteropServices;

namespace Pwb.Server;

/// <summary>
/// SIGINT (Ctrl+C, also on Windows), SIGTERM and SIGHUP. The first signal asks for a graceful stop, the second for an immediate
/// end. A third is left to the system, so that the process can always be ended.
/// </summary>
internal sealed class ProcessSignals : IDisposable
{
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _end = new();
    private readonly PosixSignalRegistration[] _registrations;
    private int _received;

    public ProcessSignals() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnSignal),
    ];

    /// <summary>Cancelled by the second signal.</summary>
    public CancellationToken End => _end.Token;

    /// <summary>Completes with the first signal.</summary>
    public Task FirstAsync() => _first.Task;

    // The token source is not disposed of: a signal that is being handled may still cancel it.
    public void Dispose() => Array.ForEach(_registrations, registration => registration.Dispose());

    private void OnSignal(PosixSignalContext context)
    {
        int received = Interlocked.Increment(ref _received);
        context.Cancel = received <= 2;
        if (received == 1) _first.TrySetResult();
        else if (received == 2) _end.Cancel();
    }
}

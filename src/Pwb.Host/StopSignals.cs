using System.Runtime.InteropServices;

namespace Pwb.Host;

/// <summary>
/// SIGINT (Ctrl+C, also on Windows), SIGTERM and SIGHUP: the first asks for a graceful drain, the second for the end at
/// once, and a third is left to the system, so that the process can always be ended.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _drain = new();
    private readonly CancellationTokenSource _end = new();
    private readonly PosixSignalRegistration[] _registrations;
    private int _received;

    public StopSignals() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnSignal),
    ];

    public CancellationToken Drain => _drain.Token;

    public CancellationToken End => _end.Token;

    // The token sources stay undisposed: a signal that is being handled right now may still cancel them.
    public void Dispose() => Array.ForEach(_registrations, registration => registration.Dispose());

    private void OnSignal(PosixSignalContext context)
    {
        int received = Interlocked.Increment(ref _received);
        context.Cancel = received <= 2;
        if (received == 1)
            _drain.Cancel();
        else if (received == 2)
            _end.Cancel();
    }
}

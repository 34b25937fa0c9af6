using System.Runtime.InteropServices;

namespace Pwb.Host;

/// <summary>
/// SIGINT (Ctrl+C, also on Windows), SIGTERM and SIGHUP, until <see cref="PwbServer.RunUntilStoppedAsync"/> hears them itself:
/// who reads the banner may send one before that. Then it is disposed.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _registrations;

    public StopSignals() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnSignal),
    ];

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _stop.Token;

    // The token source stays undisposed: a signal that is being handled right now may still cancel it.
    public void Dispose() => Array.ForEach(_registrations, registration => registration.Dispose());

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        _stop.Cancel();
    }
}

using Pwb.Fuzz.Running;

namespace Pwb.Fuzz;

/// <summary>Ends the program when one case takes for ever: a server that hangs or spins cannot be asked to stop.</summary>
internal sealed class Watchdog : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly CaseRunner _runner;
    private readonly Timer _timer;
    private long _lastRuns = -1;

    public Watchdog(CaseRunner runner)
    {
        _runner = runner;
        _timer = new Timer(_ => Look(), null, Patience, Patience);
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        long runs = _runner.Runs;
        if (runs != _lastRuns || _runner.Current is not { } fuzzCase)
        {
            _lastRuns = runs;
            return;
        }

        Console.WriteLine(
            $"FINDING the server hangs ({fuzzCase.Server.Name}; first behaviour {Behaviours.At(fuzzCase.FirstBehaviour)})");
        Console.WriteLine($"input:    {Escaped.Text(fuzzCase.Input)}");
        Console.WriteLine($"hex:      {Convert.ToHexString(fuzzCase.Input)}");
        Environment.Exit(1);
    }
}

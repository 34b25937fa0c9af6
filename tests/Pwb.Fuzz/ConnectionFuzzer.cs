using System.Globalization;
using Pwb.Fuzz.Misuse;
using Pwb.Fuzz.Records;
using Pwb.Fuzz.Running;

namespace Pwb.Fuzz;

/// <summary>
/// Connections whose TLS records are changed, and connections whose handler misuses its streams from two threads, with neighbours
/// that do neither.
/// </summary>
internal sealed class ConnectionFuzzer : IAsyncDisposable
{
    private const int AtOnce = 3;

    private readonly MemoryServer _server;
    private readonly Neighbour[] _neighbours;
    private long _number;

    private ConnectionFuzzer(MemoryServer server, Neighbour[] neighbours)
    {
        _server = server;
        _neighbours = neighbours;
    }

    public static async Task<ConnectionFuzzer> StartAsync()
    {
        MemoryServer server = await MemoryServer.StartAsync();
        return new ConnectionFuzzer(
            server, [await Neighbour.ConnectAsync(server, overTls: false), await Neighbour.ConnectAsync(server, overTls: true)]);
    }

    /// <returns>The finding; null if all is as it should be.</returns>
    public async Task<string?> RunAsync(long seed, long iteration)
    {
        FuzzRandom random = new(seed, iteration ^ 0x7C0DE);
        TlsCase changed = new(random, _number++);
        MisuseCase[] misused = [
            .. Enumerable.Range(0, AtOnce).Select(i => new MisuseCase(new FuzzRandom(seed + i, iteration), _number++))];
        string?[] faults = await Task.WhenAll([changed.RunAsync(_server), .. misused.Select(one => one.RunAsync(_server))]);
        for (int i = 0; i < faults.Length; i++)
        {
            if (faults[i] is { } fault) return Finding(fault, i == 0 ? $"TLS records: {changed}" : $"misuse: {misused[i - 1]}");
        }

        foreach (Neighbour neighbour in _neighbours)
        {
            if (await neighbour.AskAsync(random).WaitAsync(TlsCase.Patience) is { } fault)
                return Finding(fault, $"after {changed}");
        }

        return _server.TakeObjections() is { } objection ? Finding(objection, "log") : null;

        string Finding(string fault, string where) => string.Create(
            CultureInfo.InvariantCulture,
            $"FINDING {fault}\n  {where}\n  (--seed {seed} "
                + $"--start {iteration} --iterations 1 --connections 1; keys, and the order of threads, differ)");
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}

namespace Pwb.Compare;

/// <summary>The servers, started when they are needed first and alive together from then on.</summary>
internal sealed class ServerPool(IReadOnlyList<ServerSpec> specs, CompareOptions options) : IDisposable
{
    private readonly Dictionary<string, RunningServer> _running = [];

    /// <summary>What there is of these servers, and was asked for.</summary>
    public IReadOnlyList<ServerSpec> Available(IEnumerable<string> names) =>
        [.. names.Where(options.WantsServer).Select(Spec).Where(spec => spec.Missing is null)];

    public ServerSpec Spec(string name) => specs.First(spec => spec.Name == name);

    /// <summary>A server that runs and has answered.</summary>
    public RunningServer Get(ServerSpec spec, string path)
    {
        if (_running.TryGetValue(spec.Name, out RunningServer? server) && server.IsAlive) return server;

        server?.Dispose();
        return _running[spec.Name] = RunningServer.Start(spec, path);
    }

    public void Dispose()
    {
        foreach (RunningServer server in _running.Values) server.Dispose();
    }
}

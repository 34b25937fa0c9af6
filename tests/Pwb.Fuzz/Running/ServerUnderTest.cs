using Microsoft.Extensions.Logging;

namespace Pwb.Fuzz.Running;

/// <summary>One server, used for all connections of a run, and the oracles that need no reference.</summary>
internal sealed class ServerUnderTest : IAsyncDisposable
{
    private readonly LogWatch _log;
    private readonly PwbServer _server;

    public ServerUnderTest(string name, PwbServerLimits limits, LogLevel logLevel)
    {
        Name = name;
        Limits = limits;
        _log = new LogWatch(logLevel);
        _server = new PwbServer(
            new RecordingHandler(), new PwbServerOptions { Limits = limits, TimeProvider = new FrozenClock() }, _log);
    }

    public string Name { get; }

    public PwbServerLimits Limits { get; }

    public async Task<Outcome> RunAsync(byte[] input, int firstBehaviour, Segmentation segmentation)
    {
        ScriptedStream stream = new(input, segmentation);
        ConnectionRecord connection = new(firstBehaviour);
        string? fault = null;
        bool isQuiet = false;
        try
        {
            isQuiet = await ScriptedConnection.ServeAsync(_server, stream, connection);
        }
        catch (Exception exception)
        {
            fault = $"an exception escaped: {exception}";
        }

        fault ??= stream.Misuse
            ?? (stream.Disposals == 1 ? null : $"the stream was disposed {stream.Disposals} times")
            ?? _log.TakeObjections();
        return new Outcome(connection.Requests, stream.Output, isQuiet ? stream.Waits : [], fault);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _log.Dispose();
    }
}

using Microsoft.Extensions.Logging;

namespace Pwb.Fuzz.Running;

/// <summary>The servers that inputs are tried on.</summary>
internal sealed class ServerSet : IAsyncDisposable
{
    /// <summary>Limits so low that mutations of small inputs reach them, from both sides.</summary>
    private static readonly PwbServerLimits LowLimits = new()
    {
        MaxRequestLineLength = 96,
        MaxHeaderSectionLength = 320,
        MaxFieldLines = 10,
        MaxContentLength = 96,
        MaxChunkLineLength = 32,
        MaxChunkExtensionsLength = 40,
        MaxTrailerSectionLength = 64,
        MaxTrailerFieldLines = 3,
        MaxDrainedContentLength = 32,
    };

    public ServerUnderTest Ordinary { get; } = new("default limits", new PwbServerLimits(), LogLevel.Information);

    public ServerUnderTest Low { get; } = new("low limits", LowLimits, LogLevel.Information);

    public ServerUnderTest Talkative { get; } = new("default limits, everything logged", new PwbServerLimits(), LogLevel.Trace);

    public IReadOnlyList<ServerUnderTest> All => [Ordinary, Low, Talkative];

    public ServerUnderTest Pick(FuzzRandom random) => random.Below(16) switch
    {
        0 => Talkative,
        < 6 => Low,
        _ => Ordinary,
    };

    public async ValueTask DisposeAsync()
    {
        foreach (ServerUnderTest server in All)
            await server.DisposeAsync();
    }
}

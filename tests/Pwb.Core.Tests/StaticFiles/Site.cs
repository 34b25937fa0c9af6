using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.StaticFiles;

/// <summary>A static file handler over files in memory, behind the real server.</summary>
internal sealed class Site
{
    private readonly Wire _wire;

    public Site(StaticFileOptions? options = null, IRequestHandler? next = null, ContentSource? source = null)
    {
        Handler = new StaticFileHandler(
            source ?? Source, (options ?? StaticFileOptions.Default) with { TimeProvider = Clock }, next);
        _wire = new Wire(Handler);
    }

    public MemorySource Source { get; } = new();

    public ManualClock Clock { get; } = new();

    public StaticFileHandler Handler { get; }

    public Task<WireResponse> GetAsync(string target, params string[] fieldLines) => SendAsync("GET", target, fieldLines);

    public async Task<WireResponse> SendAsync(string method, string target, params string[] fieldLines) =>
        (await ExchangeAsync(method, target, fieldLines)).Response(method);

    public Task<Outcome> ExchangeAsync(string method, string target, params string[] fieldLines) =>
        _wire.ExchangeAsync(
            $"{method} {target} HTTP/1.1\r\nHost: a\r\n{string.Concat(fieldLines.Select(line => line + "\r\n"))}\r\n");
}

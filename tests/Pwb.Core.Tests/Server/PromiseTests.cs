using Pwb.Tests.Infrastructure;
using Pwb.Tests.Tls;

namespace Pwb.Tests.Server;

/// <summary>Handlers that declare that they never block, and what there is against those that do.</summary>
public sealed class PromiseTests
{
    [Theory]
    [InlineData(true, 11, true)]
    [InlineData(true, 10, false)]
    [InlineData(false, 11, false)]
    public async Task One_that_is_broken_is_a_warning_when_the_log_is_detailed(bool neverBlocks, int milliseconds, bool isSaid)
    {
        IReadOnlyList<string> lines = await LinesOfAsync(neverBlocks, milliseconds);
        lines.Any(
            line => line.StartsWith("Warning: request 1-1: the handler has NeverBlocks and took 11 ms", StringComparison.Ordinal))
            .Should().Be(isSaid);
    }

    private static async Task<IReadOnlyList<string>> LinesOfAsync(bool neverBlocks, int milliseconds)
    {
        ManualClock clock = new();
        using LogLines log = new();
        IRequestHandler handler = RequestHandler.From(
            _ =>
            {
                clock.Advance(TimeSpan.FromMilliseconds(milliseconds));
                return HttpResponse.Text("x");
            },
            neverBlocks);
        await using PwbServer server = new(handler, new PwbServerOptions { TimeProvider = clock }, log);
        using HttpClient client = server.CreateClient();
        (await client.GetStringAsync("/")).Should().Be("x");
        return log.Lines;
    }
}

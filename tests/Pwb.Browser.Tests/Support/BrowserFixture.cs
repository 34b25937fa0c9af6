namespace Pwb.Browser.Support;

/// <summary>One browser for all the tests of a class; none where none is installed, and the tests are then skipped.</summary>
public sealed class BrowserFixture : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private Chromium? _browser;

    public async Task InitializeAsync()
    {
        if (Chromium.Location is null) return;

        using CancellationTokenSource deadline = new(Patience);
        _browser = await Chromium.StartAsync(deadline.Token);
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
    }

    /// <summary>Opens a page, or skips the test.</summary>
    internal async Task<BrowserPage> OpenPageAsync()
    {
        Skip.If(_browser is null,
            "NO BROWSER: there is no chromium in the PATH, and PWB_CHROMIUM names none. Nothing was tried in a browser. "
                + "(Debian: apt-get install chromium)");

        using CancellationTokenSource deadline = new(Patience);
        return await _browser.OpenPageAsync(deadline.Token);
    }
}

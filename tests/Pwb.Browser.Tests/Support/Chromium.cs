using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;

namespace Pwb.Browser.Support;

/// <summary>A headless Chromium with an empty profile, as a process of its own.</summary>
internal sealed class Chromium : IAsyncDisposable
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Process _process;
    private readonly DirectoryInfo _profile;
    private DevTools? _devTools;

    private Chromium(Process process, DirectoryInfo profile)
    {
        _process = process;
        _profile = profile;
    }

    /// <summary>
    /// Where the browser is: PWB_CHROMIUM, else the first of the usual names in the PATH; null if there is none.
    /// </summary>
    public static string? Location { get; } = Environment.GetEnvironmentVariable("PWB_CHROMIUM") is { Length: > 0 } given
        ? given
        : (from folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(
            Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
           from name in Names
           let file = Path.Combine(folder, name)
           where File.Exists(file)
           select file).FirstOrDefault();

    public static async Task<Chromium> StartAsync(CancellationToken cancellationToken)
    {
        DirectoryInfo profile = Directory.CreateTempSubdirectory("pwb-browser-");
        ProcessStartInfo start = new(Location!)
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            ArgumentList =
            {
                "--headless=new", "--remote-debugging-port=0", $"--user-data-dir={profile.FullName}", "--no-first-run",
                "--no-default-browser-check",
                "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update",
                "--disable-sync",
                "--disable-extensions", "--mute-audio", "--autoplay-policy=no-user-gesture-required", "--window-size=1200,900",
            },
        };
        // Its sandbox refuses to run as root, as tests in a container do. The pages that it shows are ours.
        if (Environment.IsPrivilegedProcess) start.ArgumentList.Add("--no-sandbox");

        Chromium browser = new(Process.Start(start)!, profile);
        try
        {
            browser._devTools = await DevTools.ConnectAsync(await browser.ReadAddressAsync(cancellationToken), cancellationToken);
            return browser;
        }
        catch
        {
            await browser.DisposeAsync();
            throw;
        }
    }

    /// <summary>Opens an empty page in a tab of its own.</summary>
    public Task<BrowserPage> OpenPageAsync(CancellationToken cancellationToken) =>
        BrowserPage.OpenAsync(_devTools!, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_devTools is not null)
        {
            await CloseAsync(_devTools);
            await _devTools.DisposeAsync();
        }

        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
        try
        {
            _profile.Delete(recursive: true);
        }
        catch (IOException)
        {
            // A process of the browser that is still ending has written one more file: it is in the folder for temporary ones.
        }
    }

    /// <summary>
    /// Has the browser end by itself, and with it all its processes, so that nothing writes to its profile any more.
    /// </summary>
    private async Task CloseAsync(DevTools devTools)
    {
        using CancellationTokenSource deadline = new(Patience);
        try
        {
            await devTools.SendAsync("Browser.close", parameters: null, session: null, deadline.Token);
            await _process.WaitForExitAsync(deadline.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or WebSocketException)
        {
            // It is gone already, or hangs and is killed.
        }
    }

    /// <summary>
    /// The browser chooses a free port and says so: "DevTools listening on ws://127.0.0.1:41555/devtools/browser/...".
    /// </summary>
    private async Task<Uri> ReadAddressAsync(CancellationToken cancellationToken)
    {
        const string Announcement = "DevTools listening on ";
        TaskCompletionSource<Uri> address = new(TaskCreationOptions.RunContinuationsAsynchronously);
        StringBuilder lines = new();
        _process.ErrorDataReceived += (_, e) =>
        {
            if (e.Data is null) address.TrySetException(new IOException($"The browser has ended: {lines}"));
            else if (e.Data.StartsWith(Announcement, StringComparison.Ordinal))
                address.TrySetResult(new Uri(e.Data[Announcement.Length..]));
            else if (!address.Task.IsCompleted) lines.AppendLine(e.Data);
        };
        _process.BeginErrorReadLine(); // to the end, so that the browser never waits for a full pipe
        return await address.Task.WaitAsync(cancellationToken);
    }
}

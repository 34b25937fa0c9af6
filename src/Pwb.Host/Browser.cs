using System.ComponentModel;
using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Pwb.Host;

/// <summary>Opens the user's browser. If it does not open, that is a warning: the server serves all the same.</summary>
internal static partial class Browser
{
    // A session of its own, where there is setsid, so that Ctrl+C in this terminal does not end the browser; and no output, since
    // browsers print much.
    private const string OpenDetached = "exec $(command -v setsid) xdg-open \"$1\" </dev/null >/dev/null 2>&1";

    public static void Open(string url, ILogger logger) => _ = OpenAsync(url, logger);

    private static async Task OpenAsync(string url, ILogger logger)
    {
        try
        {
            using var process = Process.Start(HowTo(url));
            if (process is null)
                return; // Windows gave it to a browser that was running
            await process.WaitForExitAsync();
            if (process.ExitCode != 0)
            {
                string why = process.ExitCode == 127 ? "xdg-open is not installed" : $"exit code {process.ExitCode}";
                LogNotOpened(logger, url, why);
            }
        }
        catch (Exception exception) when (exception is Win32Exception or IOException or InvalidOperationException)
        {
            LogNotOpened(logger, url, exception.Message);
        }
    }

    private static ProcessStartInfo HowTo(string url)
    {
        if (OperatingSystem.IsWindows())
            return new ProcessStartInfo(url) { UseShellExecute = true };
        if (OperatingSystem.IsMacOS())
            return new ProcessStartInfo("open", [url]);
        return new ProcessStartInfo("/bin/sh", ["-c", OpenDetached, "sh", url]);
    }

    [LoggerMessage(3, LogLevel.Warning, "cannot open {Url} in a browser: {Why}")]
    private static partial void LogNotOpened(ILogger logger, string url, string why);
}

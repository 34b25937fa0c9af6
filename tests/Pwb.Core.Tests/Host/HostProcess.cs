using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Pwb.Tests.Host;

/// <summary>
/// The real host, started as its users start it. Its standard output is read only when a test asks for lines, so a test
/// that stops asking has a host with a blocked log. Every wait ends with an error after a generous time.
/// </summary>
internal sealed class HostProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly StringBuilder _output = new();

    private HostProcess(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.StandardOutputEncoding = start.StandardErrorEncoding = Encoding.Latin1; // byte by byte, so that nothing can hide
        _process = Process.Start(start)!;
    }

    /// <summary>The address that the banner names; only after <see cref="ServeAsync"/>.</summary>
    public Uri Url { get; private set; } = null!;

    /// <summary>Everything read from standard output so far.</summary>
    public string Output => _output.ToString();

    public bool HasExited => _process.HasExited;

    /// <summary>The names of its threads; only on Linux.</summary>
    public IEnumerable<string> ThreadNames =>
        Directory.GetDirectories($"/proc/{_process.Id}/task").Select(task => File.ReadAllText(Path.Combine(task, "comm")).Trim());

    private static string Dotnet => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    private static string Dll => Path.Combine(AppContext.BaseDirectory, "pwb.dll");

    public static HostProcess Start(params string[] args) => new(new ProcessStartInfo(Dotnet, [Dll, .. args]));

    /// <summary>With a text on standard input.</summary>
    public static HostProcess StartWithInput(string input, params string[] args)
    {
        var host = new HostProcess(
            new ProcessStartInfo(Dotnet, [Dll, .. args]) { UseShellExecute = false, RedirectStandardInput = true });
        host._process.StandardInput.Write(input);
        host._process.StandardInput.Close();
        return host;
    }

    /// <summary>With more in its environment.</summary>
    public static HostProcess StartWith((string Name, string Value)[] variables, params string[] args)
    {
        var start = new ProcessStartInfo(Dotnet, [Dll, .. args]);
        foreach ((string name, string value) in variables)
            start.Environment[name] = value;
        return new HostProcess(start);
    }

    /// <summary>Through a shell, for redirections: <c>2&gt;/dev/full</c>.</summary>
    public static HostProcess StartWithRedirection(string redirection, params string[] args) =>
        new(new ProcessStartInfo("/bin/sh", ["-c", $"exec \"$@\" {redirection}", "sh", Dotnet, Dll, .. args]));

    /// <summary>In a working directory that is removed before it starts.</summary>
    public static HostProcess StartInDirectoryThatIsGone(params string[] args)
    {
        string directory = Directory.CreateTempSubdirectory("pwb-gone-").FullName;
        return new(
            new ProcessStartInfo(
                "/bin/sh", ["-c", "cd \"$1\" && rmdir \"$1\" && shift && exec \"$@\"", "sh", directory, Dotnet, Dll, .. args]));
    }

    /// <summary>Starts on a free port and waits for the banner.</summary>
    public static Task<HostProcess> ServeAsync(params string[] args) => Start(["--port", "0", .. args]).UntilItServesAsync();

    public async Task<HostProcess> UntilItServesAsync()
    {
        try
        {
            string banner = await ReadUntilAsync("://");
            Url = new Uri(banner[banner.IndexOf("http", StringComparison.Ordinal)..]);
            return this;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Reads standard output up to a line that holds <paramref name="part"/>, and returns that line.</summary>
    public async Task<string> ReadUntilAsync(string part)
    {
        while (true)
        {
            string line = await ReadLineAsync($"printing '{part}'");
            if (line.Contains(part, StringComparison.Ordinal))
                return line;
        }
    }

    public async Task<string> ReadErrorLineAsync() =>
        await _process.StandardError.ReadLineAsync().WaitAsync(Patience)
            ?? throw new InvalidOperationException("There was no line on standard error.");

    public async Task ReadLinesAsync(int count)
    {
        for (int i = 0; i < count; i++)
            await ReadLineAsync("printing more lines");
    }

    /// <summary>From now on its standard output is a pipe without a reader.</summary>
    public void BreakOutput() => _process.StandardOutput.Close();

    public void Signal(PosixSignal signal)
    {
        int number = signal switch
        {
            PosixSignal.SIGHUP =>
            1,
            PosixSignal.SIGINT => 2,
            PosixSignal.SIGTERM => 15,
            _ => throw new ArgumentOutOfRangeException(nameof(signal))
        };
        Kill(_process.Id, number).Should().Be(0);
    }

    public async Task<int> WaitForExitCodeAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Patience);
        return _process.ExitCode;
    }

    /// <summary>Waits for the end, then reads what is left of both outputs.</summary>
    public async Task<(int ExitCode, string Error)> WaitForExitAsync()
    {
        int exitCode = await WaitForExitCodeAsync();
        _output.Append(await _process.StandardOutput.ReadToEndAsync().WaitAsync(Patience));
        return (exitCode, await _process.StandardError.ReadToEndAsync().WaitAsync(Patience));
    }

    /// <summary>Asks it to stop and waits until it has.</summary>
    public Task<(int ExitCode, string Error)> StopAsync()
    {
        Signal(PosixSignal.SIGTERM);
        return WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    private async Task<string> ReadLineAsync(string hope)
    {
        if (await _process.StandardOutput.ReadLineAsync().WaitAsync(Patience) is not { } line)
        {
            string error = await _process.StandardError.ReadToEndAsync().WaitAsync(Patience);
            throw new InvalidOperationException($"The host ended without {hope}. Output:\n{Output}\nErrors:\n{error}");
        }

        _output.Append(line).Append('\n');
        return line;
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
}

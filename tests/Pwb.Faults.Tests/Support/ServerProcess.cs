using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;

namespace Pwb.Faults.Support;

/// <summary>The host or the fault server, as a process. What it prints is kept byte by byte.</summary>
internal sealed partial class ServerProcess : IDisposable
{
    private readonly Process _process;
    private readonly OutputCapture _output;
    private readonly OutputCapture _errors;

    private ServerProcess(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        _process = Process.Start(start)!;
        _output = new OutputCapture(_process.StandardOutput.BaseStream);
        _errors = new OutputCapture(_process.StandardError.BaseStream);
    }

    public int Port { get; private set; }

    /// <summary>Whether it speaks TLS.</summary>
    public bool IsTls { get; private set; }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Processor time that all of its threads have used so far.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Standard output so far, as Latin-1.</summary>
    public string Output => _output.Text;

    /// <summary>Standard error so far, as Latin-1.</summary>
    public string Errors => _errors.Text;

    /// <summary>A PEM file with a certificate for localhost and its key.</summary>
    public static Lazy<string> CertificatePath { get; } = new(MakeCertificate);

    private static string Dotnet => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    /// <summary>The host on a free port, with the log that it has by default.</summary>
    public static Task<ServerProcess> StartHostAsync(params string[] args) => StartAsync("pwb.dll", ["--port", "0", .. args]);

    /// <summary>The host, almost silent, on a free port.</summary>
    public static async Task<ServerProcess> StartQuietHostAsync()
    {
        int port = FreePort();
        ServerProcess server = new(
            Command("pwb.dll",
                ["--port", port.ToString(CultureInfo.InvariantCulture), "--log-level", "warning"]))
        { Port = port };
        await server.UntilItAnswersAsync();
        return server;
    }

    /// <summary>The fault server on a free port, almost silent unless told otherwise.</summary>
    public static Task<ServerProcess> StartFaultsAsync(params string[] args) =>
        StartAsync("pwb-faults.dll", ["--log-level", "warning", .. args]);

    /// <summary>The fault server on a free port, with TLS or without.</summary>
    public static async Task<ServerProcess> StartFaultsAsync(bool overTls, params string[] args)
    {
        ServerProcess server = await StartFaultsAsync(overTls ? ["--tls-cert", CertificatePath.Value, .. args] : args);
        server.IsTls = overTls;
        return server;
    }

    /// <summary>The fault server with so many threads in its pool and no more.</summary>
    public static Task<ServerProcess> StartFaultsOnThreadsAsync(int threads, params string[] args)
    {
        ProcessStartInfo start = Command("pwb-faults.dll", ["--log-level", "warning", .. args]);
        foreach (string limit in new[] { "Min", "Max" })
            start.Environment[$"DOTNET_ThreadPool_Force{limit}WorkerThreads"] = threads.ToString(
                "x", CultureInfo.InvariantCulture);
        return StartAsync(start);
    }

    /// <summary>The fault server, which inherits a socket that listens as a supervisor passes it on.</summary>
    public static Task<ServerProcess> StartFaultsOnAsync(Socket listening, params string[] args)
    {
        ProcessStartInfo start = Command("pwb-faults.dll", ["--log-level", "warning", "--activated", "1", .. args]);
        string descriptor = listening.Handle.ToString(CultureInfo.InvariantCulture);
        const string supervise = "exec 3<&$0; [ $0 = 3 ] || exec {0}<&-; LISTEN_PID=$$ LISTEN_FDS=1 exec \"$@\"";
        string[] shell = ["-c", supervise.Replace("{0}", descriptor, StringComparison.Ordinal), descriptor];
        Native.SetInherited(listening.Handle, isInherited: true);
        try
        {
            return StartAsync(new ProcessStartInfo("bash", [.. shell, start.FileName, .. start.ArgumentList]));
        }
        finally
        {
            Native.SetInherited(listening.Handle, isInherited: false); // the process has been started by now
        }
    }

    /// <summary>The host as it is, without waiting for anything.</summary>
    public static ServerProcess LaunchHost(params string[] args) => new(Command("pwb.dll", args));

    /// <summary>
    /// The host with its standard output and errors on a terminal. What it prints there is not in <see cref="Output"/>.
    /// </summary>
    public static ServerProcess LaunchHostOnTerminal(string terminal, params string[] args)
    {
        ProcessStartInfo start = Command("pwb.dll", args);
        return new ServerProcess(
            new ProcessStartInfo(
                "/bin/sh", ["-c", $"exec \"$@\" >{terminal} 2>{terminal}", "sh", start.FileName, .. start.ArgumentList]))
        {
            Port = int.Parse(args[Array.IndexOf(args, "--port") + 1], CultureInfo.InvariantCulture),
        };
    }

    public static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Stops reading its standard output: the pipe fills up.</summary>
    public void BlockOutput() => _output.Pause();

    public void UnblockOutput() => _output.Resume();

    public void Signal(int signal) => Native.Kill(Id, signal);

    public async Task UntilItAnswersAsync()
    {
        await Patience.UntilAsync(IsAnsweringAsync, "the server answers");
    }

    public Task UntilOutputAsync(string part) => UntilAsync(() => Output.Contains(part, StringComparison.Ordinal), part);

    public Task UntilOutputMatchesAsync(string pattern) =>
        UntilAsync(() => Regex.IsMatch(Output, pattern, RegexOptions.None, Patience.Long), pattern);

    public Task UntilErrorsAsync(string part) => UntilAsync(() => Errors.Contains(part, StringComparison.Ordinal), part);

    /// <summary>Waits for the end and for everything that it printed.</summary>
    public async Task<int> WaitForExitAsync()
    {
        using CancellationTokenSource patience = new(Patience.Long);
        await _process.WaitForExitAsync(patience.Token);
        await Task.WhenAll(_output.Completion, _errors.Completion).WaitAsync(patience.Token);
        return _process.ExitCode;
    }

    /// <summary>One request on a connection of its own.</summary>
    public async Task<RawResponse> GetAsync(string path)
    {
        try
        {
            using RawClient client = await RawClient.ConnectAsync(this);
            return await client.GetAsync(path, "Connection: close\r\n");
        }
        catch (Exception exception) when (HasExited)
        {
            throw new InvalidOperationException($"The server has ended with exit code {_process.ExitCode}.\n{Errors}", exception);
        }
    }

    public void Dispose()
    {
        _output.Resume();
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }

    private static string MakeCertificate()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 certificate = new CertificateRequest(
            "CN=localhost", key,
            HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        string path = Path.Combine(AppContext.BaseDirectory, "localhost.pem");
        File.WriteAllText(path, key.ExportPkcs8PrivateKeyPem() + "\n" + certificate.ExportCertificatePem() + "\n");
        return path;
    }

    private static Task<ServerProcess> StartAsync(string assembly, string[] args) => StartAsync(Command(assembly, args));

    private static async Task<ServerProcess> StartAsync(ProcessStartInfo start)
    {
        ServerProcess server = new(start);
        try
        {
            await Patience.UntilAsync(() => PortLine.IsMatch(server.Output) || server.HasExited, "the server prints its port");
            if (server.HasExited)
                throw new InvalidOperationException($"The server ended at once.\n{server.Output}\n{server.Errors}");
            server.Port = int.Parse(
                PortLine.Match(server.Output).Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    private static ProcessStartInfo Command(string assembly, string[] args) =>
        new(Dotnet, [Path.Combine(AppContext.BaseDirectory, assembly), .. args]);

    [GeneratedRegex(@"\bport (\d+)[.\n]")]
    private static partial Regex PortLine { get; }

    private async Task UntilAsync(Func<bool> hasPrinted, string what)
    {
        await Patience.UntilAsync(() => hasPrinted() || HasExited, $"the server prints '{what}'");
        if (HasExited) await WaitForExitAsync(); // and for what it still had to say
        if (!hasPrinted()) throw new InvalidOperationException(
            $"The server has ended with exit code {_process.ExitCode} without printing '{what}'.\n{Errors}");
    }

    private async Task<bool> IsAnsweringAsync()
    {
        try
        {
            return (await GetAsync("/")).StatusCode == 200;
        }
        catch (SocketException) when (!HasExited)
        {
            return false;
        }
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace Pwb.Soak;

/// <summary>A host as a process, and what it uses.</summary>
internal sealed class RunningHost : IDisposable
{
    private const double MaxResidentPerHour = 8 * 1024, MaxAlivePerHour = 1024; // KB
    private const double MaxDescriptorsPerHour = 20, MaxMoreThreads = 8; // the pool swings by six

    // The runtime keeps the TLS contexts of certificates, and their sessions, until there are 32:
    // SafeHandleCache in dotnet/runtime.
    // Here they are replaced every 14 s on average, so the process grows for the first eight minutes.
    private static readonly TimeSpan ResidentWarmUp = TimeSpan.FromMinutes(10);

    private readonly string _name;
    private readonly Process _process;
    private readonly Samples _samples;

    private readonly string _probe;

    private RunningHost(string name, Process process, string probe, IPEndPoint endPoint)
    {
        _name = name;
        _process = process;
        _probe = probe;
        _samples = new Samples(process, probe);
        EndPoint = endPoint;
    }

    public IPEndPoint EndPoint { get; }

    /// <summary>Starts the host.</summary>
    public static Task<RunningHost> StartAsync(string name, params string[] arguments) =>
        StartAsync(name, "pwb.dll", "://localhost:", [.. arguments, "--log-level", "information"]);

    /// <summary>Starts the server of the fault suite, which has handlers that the host does not have.</summary>
    public static Task<RunningHost> StartFaultsAsync(string name, params string[] arguments) =>
        StartAsync(name, "pwb-faults.dll", "port ", [.. arguments, "--log-level", "warning"]);

    private static async Task<RunningHost> StartAsync(string name, string program, string beforePort, string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", [Path.Combine(AppContext.BaseDirectory, program), .. arguments, "--port", "0"])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        string probe = Path.Combine(Path.GetTempPath(), $"pwb-soak-{Environment.ProcessId}-{name}");
        start.Environment["DOTNET_STARTUP_HOOKS"] = typeof(StartupHook).Assembly.Location;
        start.Environment[StartupHook.Variable] = probe;
        Process process = Process.Start(start)!;
        string banner = "";
        while (!banner.Contains(beforePort, StringComparison.Ordinal))
        {
            banner = await process.StandardOutput.ReadLineAsync()
                ?? throw new InvalidOperationException("The host does not start.");
        }

        string port = banner[(banner.IndexOf(beforePort, StringComparison.Ordinal) + beforePort.Length)..].Split('/', ' ')[0];
        _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
        IPEndPoint endPoint = new(IPAddress.Loopback, int.Parse(port, NumberStyles.None, CultureInfo.InvariantCulture));
        return new RunningHost(name, process, probe, endPoint);
    }

    public string Take() => $"{_name}: {_samples.Take()}";

    /// <summary>Says how it has grown.</summary>
    /// <returns>Whether that is within bounds.</returns>
    public bool Judge()
    {
        Slope? resident = _samples.SlopeOf(sample => sample.Resident, ResidentWarmUp);
        Slope? alive = _samples.SlopeOf(sample => sample.Alive), descriptors = _samples.SlopeOf(sample => sample.Descriptors);
        double threads = _samples.MoreThreads();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{_name}, growth per hour: resident {Show(resident)} KB, "
                + $"alive {Show(alive)} KB, descriptors {Show(descriptors)}; threads in the last quarter against the "
                + $"second: {threads:+0.0;-0.0}"));
        return resident?.Exceeds(MaxResidentPerHour) != true && alive?.Exceeds(MaxAlivePerHour) != true
            && descriptors?.Exceeds(MaxDescriptorsPerHour) != true && threads < MaxMoreThreads;

        static string Show(Slope? slope) => slope?.ToString() ?? "(too short a run to tell)";
    }

    public void Dispose()
    {
        _process.Kill();
        _process.Dispose();
        File.Delete(_probe);
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace Pwb.Soak;

/// <summary>A host as a process, and what it uses.</summary>
internal sealed class RunningHost : IDisposable
{
    private const double MaxResidentKilobytesPerHour = 8 * 1024, MaxDescriptorsPerHour = 20, MaxMoreThreads = 8; // the pool swings by six

    private readonly string _name;
    private readonly Process _process;
    private readonly Samples _samples;

    private RunningHost(string name, Process process, IPEndPoint endPoint)
    {
        _name = name;
        _process = process;
        _samples = new Samples(process);
        EndPoint = endPoint;
    }

    public IPEndPoint EndPoint { get; }

    /// <summary>Starts the host.</summary>
    public static Task<RunningHost> StartAsync(string name, params string[] arguments) => StartAsync(name, "pwb.dll", "://localhost:", [.. arguments, "--log-level", "information"]);

    /// <summary>Starts the server of the fault suite, which has handlers that the host does not have.</summary>
    public static Task<RunningHost> StartFaultsAsync(string name, params string[] arguments) => StartAsync(name, "pwb-faults.dll", "port ", [.. arguments, "--log-level", "warning"]);

    private static async Task<RunningHost> StartAsync(string name, string program, string beforePort, string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", [Path.Combine(AppContext.BaseDirectory, program), .. arguments, "--port", "0"])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        Process process = Process.Start(start)!;
        string banner = "";
        while (!banner.Contains(beforePort, StringComparison.Ordinal))
        {
            banner = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The host does not start.");
        }

        string port = banner[(banner.IndexOf(beforePort, StringComparison.Ordinal) + beforePort.Length)..].Split('/', ' ')[0];
        _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
        return new RunningHost(name, process, new IPEndPoint(IPAddress.Loopback, int.Parse(port, NumberStyles.None, CultureInfo.InvariantCulture)));
    }

    public string Take() => $"{_name}: {_samples.Take()}";

    /// <summary>Says how it has grown.</summary>
    /// <returns>Whether that is within bounds.</returns>
    public bool Judge()
    {
        (double resident, double descriptors) = _samples.Slopes();
        double threads = _samples.MoreThreads();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{_name}, growth per hour: resident {resident:0} KB, descriptors {descriptors:0.0}; threads in the last quarter against the second: {threads:+0.0;-0.0}"));
        return resident < MaxResidentKilobytesPerHour && descriptors < MaxDescriptorsPerHour && threads < MaxMoreThreads;
    }

    public void Dispose()
    {
        _process.Kill();
        _process.Dispose();
    }
}

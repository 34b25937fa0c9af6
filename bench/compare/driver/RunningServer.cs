using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Pwb.Compare;

/// <summary>A server's process, from its start to its first answer and to its end.</summary>
internal sealed class RunningServer : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly double TicksPerSecond = 100; // sysconf(_SC_CLK_TCK) is 100 on every Linux that one meets

    private readonly Process _process;

    private RunningServer(Process process, int port, bool isTls)
    {
        _process = process;
        Port = port;
        IsTls = isTls;
    }

    public int Port { get; }

    public bool IsTls { get; }

    public int ProcessId => _process.Id;

    public bool IsAlive => !_process.HasExited;

    /// <summary>From the start of its process to the first answer.</summary>
    public TimeSpan StartUp { get; private init; }

    /// <summary>Time of all processors that it has used so far, in seconds.</summary>
    public double CpuSeconds
    {
        get
        {
            string stat = File.ReadAllText($"/proc/{ProcessId}/stat");
            string[] parts = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return (double.Parse(parts[11], CultureInfo.InvariantCulture) + double.Parse(parts[12], CultureInfo.InvariantCulture))
                / TicksPerSecond;
        }
    }

    /// <summary>Its resident size, in KB.</summary>
    public long ResidentKilobytes =>
        long.Parse(
            File.ReadLines($"/proc/{ProcessId}/status").First(line => line.StartsWith("VmRSS", StringComparison.Ordinal))
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);

    /// <summary>Starts a server on a free port and waits for its first answer.</summary>
    /// <exception cref="IOException">It does not answer.</exception>
    public static RunningServer Start(ServerSpec spec, string path)
    {
        int port = FreePort();
        ProcessStartInfo start = new(spec.Program, spec.Arguments(port))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        long started = Stopwatch.GetTimestamp();
        Process process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        Thread.Sleep(spec.HeadStart);
        while (!TryGet(port, spec.IsTls, path))
        {
            if (process.HasExited || Stopwatch.GetElapsedTime(started) > Patience)
                throw new IOException($"{spec.Name} does not answer.");
            Thread.Sleep(1);
        }

        return new RunningServer(process, port, spec.IsTls) { StartUp = Stopwatch.GetElapsedTime(started) };
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static bool TryGet(int port, bool isTls, string path)
    {
        try
        {
            using ServerConnection connection = new(port, isTls);
            connection.Stream.Write(IdleConnections.Request(path));
            return connection.Stream.Read(new byte[1]) == 1;
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}

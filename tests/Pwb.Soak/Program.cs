using System.Diagnostics;
using System.Globalization;
using System.Net;
using Pwb.Soak;

// Runs the host under a light and varied load for a long time, and says how its memory, descriptors and threads grow.
// Usage: Pwb.Soak [minutes] [requests per second on kept-alive connections]
double minutes = args.Length > 0 ? double.Parse(args[0], CultureInfo.InvariantCulture) : 60;
int rate = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 2000;
const double maxResidentKilobytesPerHour = 8 * 1024, maxDescriptorsPerHour = 20, maxMoreThreads = 8; // the pool swings by six

using Process host = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "pwb.dll"), "--port", "0", "--log-level", "information"]) { RedirectStandardOutput = true, UseShellExecute = false })!;
try
{
    string banner = await host.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The host does not start.");
    IPEndPoint server = new(IPAddress.Loopback, new Uri(banner[banner.IndexOf("http://", StringComparison.Ordinal)..]).Port);
    Task dropped = host.StandardOutput.BaseStream.CopyToAsync(Stream.Null);

    using CancellationTokenSource over = new(TimeSpan.FromMinutes(minutes));
    Tally tally = new();
    List<Task> loads = [];
    for (int i = 0; i < 8; i++)
    {
        Clients clients = new(server);
        loads.Add(Load.RunAsync("keep-alive", clients.KeepAliveAsync, rate / 8, tally, over.Token));
    }

    Clients others = new(server);
    loads.Add(Load.RunAsync("connection per request", others.ChurnAsync, 50, tally, over.Token));
    loads.Add(Load.RunAsync("reset", others.ResetAsync, 50, tally, over.Token));
    loads.Add(Load.RunAsync("upload", others.UploadAsync, 10, tally, over.Token));
    loads.Add(Load.RunAsync("garbage", others.GarbageAsync, 20, tally, over.Token));
    for (int i = 0; i < 20; i++) loads.Add(Load.RunAsync("slow head", new Clients(server).SlowAsync, 1, tally, over.Token));

    Samples samples = new(host);
    using PeriodicTimer tenSeconds = new(TimeSpan.FromSeconds(10));
    while (!over.IsCancellationRequested)
    {
        Console.WriteLine(samples.Take());
        await tenSeconds.WaitForNextTickAsync();
    }

    await Task.WhenAll(loads);
    (double resident, double descriptors) = samples.Slopes();
    double threads = samples.MoreThreads();
    Console.WriteLine(tally);
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"growth per hour: resident {resident:0} KB, descriptors {descriptors:0.0}; threads in the last quarter against the second: {threads:+0.0;-0.0}"));
    bool isGood = tally.Failures == 0 && resident < maxResidentKilobytesPerHour && descriptors < maxDescriptorsPerHour && threads < maxMoreThreads;
    Console.WriteLine(isGood ? "1 passed, 0 failed" : "0 passed, 1 failed");
    return isGood ? 0 : 1;
}
finally
{
    host.Kill();
}

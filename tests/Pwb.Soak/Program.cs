using System.Globalization;
using Pwb.Soak;

// Runs servers under a light and varied load for a long time, and says how their memory, descriptors and
// threads grow: a host with its
// greeting, one with files that are replaced all the time, one like that over TLS, and one with event
// streams over TLS. The certificate
// of the last two is replaced all the time, too.
// Usage: Pwb.Soak [minutes] [requests per second on kept-alive connections]
double minutes = args.Length > 0 ? double.Parse(args[0], CultureInfo.InvariantCulture) : 60;
int rate = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 2000;

using SwappedFiles files = new();
using RunningHost greeting = await RunningHost.StartAsync("greeting");
using RunningHost folder = await RunningHost.StartAsync("folder", files.Folder);
using SwappedCertificate certificate = new();
using RunningHost tls = await RunningHost.StartAsync("TLS", files.Folder, "--tls-cert", certificate.FilePath);
using RunningHost events = await RunningHost.StartFaultsAsync("events", "--tls-cert", certificate.FilePath);
using HttpClientHandler trusting = new() { ServerCertificateCustomValidationCallback = (_, own, _, _) => own is not null };
using HttpClient tlsClient = new(trusting) { BaseAddress = new Uri($"https://{tls.EndPoint}/") };
using HttpClient client = new() { BaseAddress = new Uri($"http://{folder.EndPoint}/") };

using CancellationTokenSource over = new(TimeSpan.FromMinutes(minutes));
Tally tally = new();
List<Task> loads = [];
for (int i = 0; i < 8; i++)
{
    Clients clients = new(greeting.EndPoint);
    loads.Add(Load.RunAsync("keep-alive", clients.KeepAliveAsync, rate / 8, tally, over.Token));
}

Clients others = new(greeting.EndPoint);
loads.Add(Load.RunAsync("connection per request", others.ChurnAsync, 50, tally, over.Token));
loads.Add(Load.RunAsync("reset", others.ResetAsync, 50, tally, over.Token));
loads.Add(Load.RunAsync("upload", others.UploadAsync, 10, tally, over.Token));
loads.Add(Load.RunAsync("garbage", others.GarbageAsync, 20, tally, over.Token));
for (int i = 0; i < 20; i++)
    loads.Add(Load.RunAsync("slow head", new Clients(greeting.EndPoint).SlowAsync, 1, tally, over.Token));
loads.Add(Load.RunAsync("file", number => files.GetAsync(client, number), 100, tally, over.Token));
loads.Add(Load.RunAsync("file swap", files.ReplaceAsync, 5, tally, over.Token));
loads.Add(Load.RunAsync("reset at the folder", new Clients(folder.EndPoint).ResetAsync, 20, tally, over.Token));
loads.Add(Load.RunAsync("certificate swap", certificate.ReplaceAsync, 1, tally, over.Token));
loads.Add(Load.RunAsync("TLS file", number => files.GetAsync(tlsClient, number), 50, tally, over.Token));
loads.Add(Load.RunAsync("TLS keep-alive", new TlsClients(events.EndPoint).KeepAliveAsync, 200, tally, over.Token));
loads.Add(Load.RunAsync("TLS connection per request", new TlsClients(events.EndPoint).ChurnAsync, 20, tally, over.Token));
loads.Add(Load.RunAsync("TLS client leaves", new TlsClients(tls.EndPoint).LeaveAsync, 20, tally, over.Token));
for (int i = 0; i < 20; i++)
    loads.Add(Load.RunAsync("TLS events", new TlsClients(events.EndPoint).EventsAsync, 1, tally, over.Token));

using PeriodicTimer tenSeconds = new(TimeSpan.FromSeconds(10));
while (!over.IsCancellationRequested)
{
    Console.WriteLine($"{greeting.Take()}; {folder.Take()}; {tls.Take()}; {events.Take()}");
    await tenSeconds.WaitForNextTickAsync();
}

await Task.WhenAll(loads);
Console.WriteLine(tally);
bool isGood = greeting.Judge() & folder.Judge() & tls.Judge() & events.Judge() & tally.Failures == 0;
Console.WriteLine(isGood ? "1 passed, 0 failed" : "0 passed, 1 failed");
return isGood ? 0 : 1;

// The server behind the proxies: it says on its standard output, in a line of JSON each, what its handler has seen.
// The argument is the path of its Unix domain socket. The first line names the ports: of a server with
// the default limits, and of one that closes idle connections after a second. Ends with its input.
using Judge;
using Pwb;

Notes notes = new();
SeeingHandler handler = new(notes);
PwbServerOptions options = new()
{
    EndPoints = [.. ServerEndPoint.Loopback(0), ServerEndPoint.Unix(args[0])],
    AllowedHosts = ["www.example.org"],
    MaxContentLengthSelector = request => request.Path.StartsWith("/small", StringComparison.Ordinal) ? 1_000_000 : 100_000_000,
};
await using PwbServer server = new(handler, options);
await server.StartAsync();
await using PwbServer brisk = new(handler, options with
{
    EndPoints = ServerEndPoint.Loopback(0),
    Limits = new PwbServerLimits { KeepAliveTimeout = TimeSpan.FromSeconds(1) },
});
await brisk.StartAsync();
notes.Write(json =>
{
    json.WriteNumber("port", server.EndPoint.Port);
    json.WriteNumber("brisk", brisk.EndPoint.Port);
});
while (await Console.In.ReadLineAsync() is not null)
{
}

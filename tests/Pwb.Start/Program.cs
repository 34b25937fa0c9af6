using System.Globalization;
using System.Net;
using System.Runtime;
using Pwb;

// A program with a server in it, and nothing else: pwb-start [epoll]. It prints its port, and answers each request with the
// number of methods that the runtime had compiled when it came. The second number is that of the start and the first answer.
// The answer to "GET /assemblies" is a line with the assemblies that were loaded by then. .ci/start runs this.
IRequestHandler handler = RequestHandler.From(request => HttpResponse.Text((request.Path == "/assemblies"
    ? string.Join(' ', Array.ConvertAll(AppDomain.CurrentDomain.GetAssemblies(), assembly => assembly.GetName().Name))
    : JitInfo.GetCompiledMethodCount().ToString(CultureInfo.InvariantCulture)) + "\n"));
PwbServerOptions options = new()
{
    EndPoints = [new ServerEndPoint(new IPEndPoint(IPAddress.Loopback, 0))],
    SocketEngine = args is ["epoll"] ? SocketEngine.Epoll : SocketEngine.Default,
};
await using PwbServer server = new(handler, options);
Task running = server.RunAsync(CancellationToken.None);
Console.WriteLine(server.EndPoint.Port);
await running;

using System.Net;
using Pwb;
using Pwb.Compare;
using Pwb.Compare.Embedded;

if (args is not [string kind, string port, .. string[] rest])
{
    Console.Error.WriteLine("compare-embedded pwb|pool|httplistener <port> [defer|epoll|spin]");
    return 2;
}

int number = int.Parse(port, System.Globalization.CultureInfo.InvariantCulture);
switch (kind)
{
    case "pwb" or "pool":
        HttpResponse hello = HttpResponse.Text("hello PWB");
        IRequestHandler handler =
            kind == "pwb" ? new FixedResponseHandler() : RequestHandler.From(async (request, cancellationToken) =>
            {
                if (request.RawPath.SequenceEqual("/json"u8))
                    return HttpResponse.Bytes(Json.Render(), contentType: "application/json");
                if (request.RawPath.SequenceEqual("/sleep-5"u8)) Thread.Sleep(5);
                if (request.RawPath.SequenceEqual("/sleep-100"u8)) Thread.Sleep(100);
                if (request.Method == "POST") await request.Body.CopyToAsync(Stream.Null, cancellationToken);
                return hello;
            });
        PwbServerOptions options = new()
        {
            EndPoints = [new ServerEndPoint(new IPEndPoint(IPAddress.Loopback, number))],
            DeferAccept = rest is ["defer"],
            SocketEngine = rest is ["epoll" or "spin"] ? SocketEngine.Epoll : SocketEngine.Default,
            SpinTime = rest is ["spin"] ? TimeSpan.FromMicroseconds(100) : TimeSpan.Zero,
            Limits = new PwbServerLimits { MaxContentLength = long.MaxValue },
        };
        await using (PwbServer server = new(handler, options)) await server.RunAsync(CancellationToken.None);
        break;
    case "httplistener":
        await Listener.RunAsync(number);
        break;
}

return 0;

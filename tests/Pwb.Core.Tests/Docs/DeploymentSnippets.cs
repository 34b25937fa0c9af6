using System.Net;
using System.Threading.Channels;
using Pwb;

namespace Snippets; // outside of Pwb, so that the library is seen as its users see it

/// <summary>The C# of docs/deployment.md, compiled and run.</summary>
public sealed class DeploymentSnippets
{
    private static readonly IRequestHandler App = RequestHandler.From(_ => HttpResponse.Text("the app"));

    [Fact]
    public async Task Probes_are_answered_beside_the_program_and_readiness_ends_with_the_signal()
    {
        TaskCompletionSource stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
        IRequestHandler app = App;

        // <probes>
        IRequestHandler handler = RequestHandler.From((request, cancellationToken) => request.Path switch
        {
            "/healthz" => ValueTask.FromResult(HttpResponse.Text("ok\n")),
            "/readyz" when stop.Task.IsCompleted =>
                ValueTask.FromResult(HttpResponse.Text("stopping\n", 503).With("Retry-After", "5")),
            "/readyz" => ValueTask.FromResult(HttpResponse.Text("ok\n")),
            _ => app.HandleAsync(request, cancellationToken),
        });
        // </probes>

        (await StatusOf(handler, "/healthz")).Should().Be(200);
        (await StatusOf(handler, "/readyz")).Should().Be(200);
        stop.SetResult();
        (await StatusOf(handler, "/healthz")).Should().Be(200);
        (await StatusOf(handler, "/readyz")).Should().Be(503);
        HttpResponse answer = await handler.HandleAsync(new HttpRequest("GET", "/"), CancellationToken.None);
        answer.Body.Length.Should().Be("the app".Length);
    }

    [Fact]
    public async Task A_server_drains_after_those_in_front_of_it_have_noticed()
    {
        TaskCompletionSource stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using PwbServer server = new(App, new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(0) });
        await server.StartAsync();
        using HttpClient client = new();
        Uri uri = new($"http://{server.EndPoint}/");
        TaskCompletionSource isWaiting = new();
        TaskCompletionSource isOver = new();

        async Task StopAsync(Waiter Task)
        {
            // <drain>
            await stop.Task; // SIGTERM
            await Task.Delay(TimeSpan.FromSeconds(10)); // still serving, but no longer ready
            await server.StopAsync();
            // </drain>
        }

        Task stopping = StopAsync(new Waiter(isWaiting, isOver));
        stop.SetResult();
        await isWaiting.Task;
        (await client.GetStringAsync(uri)).Should().Be("the app");
        isOver.SetResult();
        await stopping;
        await client.Invoking(late => late.GetStringAsync(uri)).Should().ThrowAsync<HttpRequestException>();
    }

    [Fact]
    public async Task A_server_behind_a_proxy_of_its_own_machine_is_told_its_name()
    {
        IRequestHandler app = App;

        // <behind-a-proxy>
        await using PwbServer server = new(
            app, new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(8080), AllowedHosts = ["www.example.org"] });
        // </behind-a-proxy>

        server.Should().NotBeNull();
    }

    [Fact]
    public async Task A_server_in_a_container_listens_for_everybody()
    {
        IRequestHandler app = App;

        // <any>
        await using PwbServer server = new(app, new PwbServerOptions { EndPoints = ServerEndPoint.Any(8080) });
        // </any>

        server.Should().NotBeNull();
    }

    [SkippableFact]
    public void A_server_for_a_proxy_of_its_own_machine_needs_no_port()
    {
        Skip.If(OperatingSystem.IsWindows(), "which has no such modes");

        // <unix>
        UnixFileMode group = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;
        PwbServerOptions options =
            new() { EndPoints = [ServerEndPoint.Unix("/run/my-app/http.sock") with { SocketMode = group }] };
        // </unix>

        options.EndPoints.Should().ContainSingle().Which.ToString().Should().Be("unix:/run/my-app/http.sock");
    }

    [Fact]
    public void A_server_for_programs_of_the_same_user_needs_no_port()
    {
        // <pipe>
        PwbServerOptions options = new() { EndPoints = [ServerEndPoint.NamedPipe("my-app")] };
        // </pipe>

        options.EndPoints.Should().ContainSingle().Which.ToString().Should().Be("pipe:my-app");
    }

    [Fact]
    public void A_proxy_says_who_the_client_is()
    {
        TlsOptions tls = new(ServerCertificate.SelfSigned());

        // <proxy-protocol>
        ServerEndPoint endPoint =
            new(IPEndPoint.Parse("10.0.0.2:8443")) { Tls = tls, ProxyProtocolFrom = [IPNetwork.Parse("10.0.0.1/32")] };
        // </proxy-protocol>

        endPoint.ProxyProtocolFrom.Should().ContainSingle();
    }

    [Fact]
    public void Without_a_supervisor_there_is_nothing_to_listen_on()
    {
        // <activated>
        PwbServerOptions options = new() { EndPoints = ServerEndPoint.Activated() };
        // </activated>

        options.EndPoints.Should().BeEmpty();
        options.Invoking(empty => empty.Validate()).Should().Throw<ArgumentException>();
    }

    [Fact]
    public async Task A_queue_of_streams_is_a_way_in()
    {
        Channel<Stream> streams = Channel.CreateUnbounded<Stream>();

        // <over>
        PwbServerOptions options = new() { EndPoints = [ServerEndPoint.Over(new QueueListener(streams.Reader))] };
        // </over>

        await using PwbServer server = new(App, options);
        await server.StartAsync();
        server.EndPoints.Should().ContainSingle();
    }

    // <queue-listener>
    internal sealed class QueueListener(ChannelReader<Stream> streams) : IConnectionListener
    {
        public async ValueTask<AcceptedConnection?> AcceptAsync(CancellationToken cancellationToken) =>
            new(await streams.ReadAsync(cancellationToken));
    }
    // </queue-listener>

    private static async Task<int> StatusOf(IRequestHandler handler, string target) =>
        (await handler.HandleAsync(new HttpRequest("GET", target), CancellationToken.None)).StatusCode;

    /// <summary>In place of the ten seconds: a delay that a test ends.</summary>
    private sealed class Waiter(TaskCompletionSource isWaiting, TaskCompletionSource isOver)
    {
        public Task Delay(TimeSpan time)
        {
            time.Should().Be(TimeSpan.FromSeconds(10));
            isWaiting.SetResult();
            return isOver.Task;
        }
    }
}

using System.Net.Sockets;
using Pwb.Platform;
using Pwb.Tests.Infrastructure;
using Pwb.Tests.Tls;

namespace Pwb.Tests.Server;

public sealed class UnixSocketTests : IDisposable
{
    private const string Get = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

    private static readonly IRequestHandler WhoAsks = RequestHandler.From(
        request => HttpResponse.Text($"{request.Connection.RemoteEndPoint}"));

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pwb-");

    private string SocketPath => Path.Combine(_folder.FullName, "s");

    public void Dispose() => _folder.Delete(recursive: true);

    [SkippableFact]
    public async Task Answers_and_says_who_asks_and_leaves_no_file()
    {
        Skip.IfNot(ThisSystem.IsLinux, "only Linux tells who is at the other end");
        using LogLines log = new();
        await using PwbServer server = new(WhoAsks, At(SocketPath), log);
        for (int i = 0; i < 2; i++)
        {
            await server.StartAsync();
            (await AskAsync(SocketPath)).Should().StartWith("HTTP/1.1 200 OK\r\n")
                .And.MatchRegex($@"unix:pid={Environment.ProcessId},uid=\d+$");
            File.GetUnixFileMode(SocketPath).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
            server.EndPoint.ToString().Should().Be($"unix:{SocketPath}");
            server.EndPoint.Port.Should().Be(0);
            server.Urls.Should().BeEmpty();
            await server.StopAsync();
            File.Exists(SocketPath).Should().BeFalse();
        }

        (await log.LineAsync("web server")).Should().EndWith($"on unix:{SocketPath}...");
        log.Lines.Should().Contain(line => line.Contains($"unix:pid={Environment.ProcessId}"));
    }

    [SkippableFact]
    public async Task Has_the_mode_that_was_asked_for_and_stands_beside_a_port_and_TLS()
    {
        Skip.If(OperatingSystem.IsWindows(), "which has no such modes");
        UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;
        PwbServerOptions options =
            new()
            {
                EndPoints = [
                .. ServerEndPoint.Loopback(0), ServerEndPoint.Unix(SocketPath) with
                {
                    SocketMode = mode,
                    Tls = new TlsOptions(ServerCertificate.SelfSigned()),
                }]
            };
        await using PwbServer server = new(RequestHandler.From(request => HttpResponse.Text(request.Scheme)), options);
        await server.StartAsync();

        File.GetUnixFileMode(SocketPath).Should().Be(mode);
        server.Urls.Should().ContainSingle();
        (await AskAsync(SocketPath)).Should().StartWith("HTTP/1.1 400").And.Contain("TLS");
        using Socket socket = await ConnectAsync(SocketPath);
        await using System.Net.Security.SslStream session = new(
            new NetworkStream(socket), leaveInnerStreamOpen: false, (_, _, _, _) => true);
        await session.AuthenticateAsClientAsync("localhost").WaitAsync(Wire.SafetyTimeout);
        await session.WriteAsync(Latin1.Bytes(Get));
        Latin1.Text(await Wire.ReadAllAsync(session, CancellationToken.None)).Should().EndWith("https");
    }

    [SkippableFact]
    public async Task Replaces_the_file_of_a_server_that_is_dead_and_nothing_else()
    {
        Skip.If(OperatingSystem.IsWindows(), "FIFOs and modes are of Unix");
        using (Socket dead = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            dead.Bind(new UnixDomainSocketEndPoint(SocketPath + ".dead"));
            File.Move(SocketPath + ".dead", SocketPath); // which its end does not find
        }

        File.Exists(SocketPath).Should().BeTrue();
        await using PwbServer server = new(WhoAsks, At(SocketPath));
        await server.StartAsync();
        (await AskAsync(SocketPath)).Should().Contain("unix:");

        await using PwbServer second = new(WhoAsks, At(SocketPath));
        (await second.Invoking(s => s.StartAsync()).Should().ThrowAsync<IOException>()).WithMessage(
            $"Cannot listen on unix:{SocketPath}: the address is already in use.");
        (await AskAsync(SocketPath)).Should().Contain("unix:");

        string file = Path.Combine(_folder.FullName, "file"), fifo = Path.Combine(_folder.FullName, "fifo");
        await File.WriteAllTextAsync(file, "precious");
        using (System.Diagnostics.Process make = System.Diagnostics.Process.Start("mkfifo", [fifo]))
            await make.WaitForExitAsync();
        foreach (string other in (string[])[file, fifo, _folder.FullName])
        {
            await using PwbServer third = new(WhoAsks, At(other));
            await third.Invoking(s => s.StartAsync()).Should().ThrowAsync<IOException>().WithMessage(
                "*the address is already in use.");
        }

        (await File.ReadAllTextAsync(file)).Should().Be("precious");
        File.Exists(fifo).Should().BeTrue();
    }

    [SkippableFact]
    public async Task May_have_an_abstract_name()
    {
        Skip.IfNot(ThisSystem.IsLinux, "only Linux has them, and tells who is at the other end");
        string name = $"\0pwb-{Guid.NewGuid():N}";
        await using PwbServer server = new(WhoAsks, At(name));
        await server.StartAsync();

        server.EndPoint.ToString().Should().Be($"unix:@{name[1..]}");
        (await AskAsync(name)).Should().Contain("unix:pid=");
        await using PwbServer second = new(WhoAsks, At(name));
        await second.Invoking(s => s.StartAsync()).Should().ThrowAsync<IOException>().WithMessage(
            "*the address is already in use.");
    }

    [Fact]
    public async Task A_path_that_is_no_path_is_refused_where_it_is_given_and_a_missing_directory_where_it_starts()
    {
        FluentActions.Invoking(() => ServerEndPoint.Unix("")).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => ServerEndPoint.Unix(null!)).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => ServerEndPoint.Unix(new string('x', 109))).Should().Throw<ArgumentException>();

        await using PwbServer server = new(WhoAsks, At(Path.Combine(_folder.FullName, "missing", "s")));
        await server.Invoking(s => s.StartAsync()).Should().ThrowAsync<IOException>().WithMessage(
            "Cannot listen on unix:*: there is no such directory.");
    }

    [Fact]
    public async Task Any_host_may_be_asked_for_unless_there_is_a_list()
    {
        await using (PwbServer open = new(WhoAsks, At(SocketPath)))
        {
            await open.StartAsync();
            (await AskAsync(SocketPath, Get.Replace("localhost", "www.example.org"))).Should().StartWith("HTTP/1.1 200 OK");
        }

        await using PwbServer listed = new(WhoAsks, At(SocketPath) with { AllowedHosts = ["www.example.org"] });
        await listed.StartAsync();
        (await AskAsync(SocketPath, Get.Replace("localhost", "www.example.org"))).Should().StartWith("HTTP/1.1 200 OK");
        (await AskAsync(SocketPath)).Should().StartWith("HTTP/1.1 200 OK");
        (await AskAsync(SocketPath, Get.Replace("localhost", "other.example"))).Should().StartWith("HTTP/1.1 421");
    }

    [Theory]
    [InlineData(AccessLogFormat.Combined, "unix: - - [*")]
    [InlineData(AccessLogFormat.Json, "*\"client.address\":\"unix:*\"http.request.method\"*")]
    [InlineData(AccessLogFormat.Short, "unix:*\"GET / HTTP/1.1\" 200 *")]
    public async Task Logs_name_the_client(AccessLogFormat format, string line)
    {
        using LogLines log = new();
        await using PwbServer server = new(WhoAsks, At(SocketPath) with { AccessLogFormat = format }, log);
        await server.StartAsync();
        await AskAsync(SocketPath);

        (await log.LineAsync("200")).Should().Match($"Information: {line}");
    }

    [Fact]
    public async Task Counts_and_drains_like_any_other()
    {
        HeldHandler handler = new();
        await using PwbServer server = new(handler, At(SocketPath) with { Limits = new PwbServerLimits { MaxConnections = 1 } });
        await server.StartAsync();
        Task<string> first = AskAsync(SocketPath, Get.Replace("Connection: close\r\n", ""));
        await handler.WaitUntilEnteredAsync();
        (await AskAsync(SocketPath)).Should().StartWith("HTTP/1.1 503");
        Task stopping = server.StopAsync();
        await this.Awaiting(_ => ConnectAsync(SocketPath)).Should().ThrowAsync<SocketException>();
        handler.Release();

        (await first.WaitAsync(Wire.SafetyTimeout)).Should().Contain("\r\nConnection: close\r\n").And.EndWith("done");
        await stopping.WaitAsync(Wire.SafetyTimeout);
    }

    private static PwbServerOptions At(string path) => new() { EndPoints = [ServerEndPoint.Unix(path)] };

    private static async Task<Socket> ConnectAsync(string path)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        return socket;
    }

    private static async Task<string> AskAsync(string path, string request = Get)
    {
        using Socket socket = await ConnectAsync(path);
        await using NetworkStream stream = new(socket);
        await stream.WriteAsync(Latin1.Bytes(request));
        return Latin1.Text(await Wire.ReadAllAsync(stream, CancellationToken.None));
    }
}

using System.Net;
using System.Net.Sockets;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Server;

/// <summary>Sockets that listen already stand for those of a supervisor: what a process inherits is a number, too.</summary>
public sealed class InheritedSocketTests : IDisposable
{
    private const string Get = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pwb-");
    private readonly List<Socket> _given = [];

    public void Dispose()
    {
        _given.ForEach(socket => socket.Dispose());
        _folder.Delete(recursive: true);
    }

    [SkippableFact]
    public async Task Clients_wait_while_the_server_is_stopped_and_none_is_lost()
    {
        Skip.If(OperatingSystem.IsWindows(), "which has no descriptors");
        Socket given = Give(new IPEndPoint(IPAddress.Loopback, 0));
        await using PwbServer server = new(
            options: new PwbServerOptions { EndPoints = [ServerEndPoint.Inherited((int)given.Handle)] });
        for (int i = 0; i < 2; i++)
        {
            using Socket early = await SendAsync(given.LocalEndPoint!);
            await server.StartAsync();
            (await ReadAsync(early)).Should().EndWith("hello PWB");
            server.EndPoint.Port.Should().Be(((IPEndPoint)given.LocalEndPoint!).Port);
            server.Urls.Should().ContainSingle().Which.Should().StartWith("http://localhost:");
            using Socket second = await SendAsync(given.LocalEndPoint!);
            (await ReadAsync(second)).Should().EndWith("hello PWB");
            await server.StopAsync().WaitAsync(Wire.SafetyTimeout);
        }

        using Socket late = await SendAsync(given.LocalEndPoint!);
        using Socket taken = await given.AcceptAsync().WaitAsync(Wire.SafetyTimeout);
        taken.Connected.Should().BeTrue("the socket listens for whoever comes next");
    }

    [SkippableFact]
    public async Task May_be_a_Unix_domain_socket_whose_file_stays()
    {
        Skip.If(OperatingSystem.IsWindows(), "which has no descriptors");
        string path = Path.Combine(_folder.FullName, "s");
        Socket given = Give(new UnixDomainSocketEndPoint(path));
        await using PwbServer server = new(
            options: new PwbServerOptions { EndPoints = [ServerEndPoint.Inherited((int)given.Handle)] });
        await server.StartAsync();
        server.EndPoint.ToString().Should().Be($"unix:{path}");
        using Socket client = await SendAsync(new UnixDomainSocketEndPoint(path));
        (await ReadAsync(client)).Should().EndWith("hello PWB");
        await server.StopAsync().WaitAsync(Wire.SafetyTimeout);

        File.Exists(path).Should().BeTrue();
    }

    [SkippableFact]
    public void What_does_not_listen_is_refused_where_it_is_given()
    {
        Skip.If(OperatingSystem.IsWindows(), "which has no descriptors");
        using Socket idle = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using FileStream file = File.Create(Path.Combine(_folder.FullName, "f"));
        foreach (int descriptor in (int[])[-1, 1_000_000, (int)idle.Handle, (int)file.SafeFileHandle.DangerousGetHandle()])
            FluentActions.Invoking(() => ServerEndPoint.Inherited(descriptor))
                .Should().Throw<ArgumentException>().WithParameterName("descriptor");
    }

    [Fact]
    public void Without_a_supervisor_there_are_none() => ServerEndPoint.Activated().Should().BeEmpty();

    // .NET closes it only at the end of the test, so that its number stays its own.
    private Socket Give(EndPoint endPoint)
    {
        Socket socket = new(
            endPoint.AddressFamily, SocketType.Stream, endPoint is IPEndPoint ? ProtocolType.Tcp : ProtocolType.Unspecified);
        _given.Add(socket);
        socket.Bind(endPoint);
        socket.Listen(16);
        return socket;
    }

    private static async Task<Socket> SendAsync(EndPoint endPoint)
    {
        Socket client = new(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        await client.ConnectAsync(endPoint);
        await client.SendAsync(Latin1.Bytes(Get));
        return client;
    }

    private static async Task<string> ReadAsync(Socket client)
    {
        await using NetworkStream stream = new(client);
        return Latin1.Text(await Wire.ReadAllAsync(stream, CancellationToken.None).WaitAsync(Wire.SafetyTimeout));
    }
}

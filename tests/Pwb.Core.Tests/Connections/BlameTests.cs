using System.Net;
using System.Net.Sockets;
using Pwb.Model;
using Pwb.Tests.Infrastructure;
using Pwb.Tests.Tls;
using Pwb.Transports;

namespace Pwb.Tests.Connections;

/// <summary>
/// Who is to blame: only what the connection itself has thrown means that the client is gone. What else
/// user code throws then is its
/// own failure, and is in the log.
/// </summary>
public sealed class BlameTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private const string Upgrade = "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n";
    private const string Post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n";

    public static TheoryData<string> Ways => new("as it is", "wrapped", "another write's");

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_body_that_lets_pass_what_its_write_threw_has_not_failed(string way) =>
        (await LinesAsync(_ => Pushing(output => WriteAsync(output, way)), new ScriptedStream().FailWritesAt(10).Give(Get)))
            .Should().NotContain(line => line.StartsWith("Error", StringComparison.Ordinal));

    [Fact]
    public async Task A_body_that_fails_when_its_client_is_gone_has_failed_all_the_same() =>
        (await LinesAsync(_ => Pushing(output => WriteAsync(output, "its own")), new ScriptedStream().FailWritesAt(10).Give(Get)))
            .Should().Contain("Error: request 1-1: the response's body failed (IOException)");

    [Fact]
    public async Task A_handler_that_fails_when_its_client_is_gone_has_failed_all_the_same()
    {
        (await LinesAsync(request => ReadAsync(request, hasOwnFault: true), Broken())).Should().Contain(
            "Error: request 1-1: the handler failed (IOException)");
        (await LinesAsync(request => ReadAsync(request, hasOwnFault: false), Broken()))
            .Should().NotContain(line => line.StartsWith("Error", StringComparison.Ordinal));

        static ScriptedStream Broken() => new ScriptedStream().FailReadsAt(Post.Length + 2).Give(Post + "ab");
    }

    [Fact]
    public async Task A_protocol_that_fails_when_its_client_is_gone_has_failed_all_the_same()
    {
        (await LinesAsync(Conversation(hasOwnFault: true), Broken())).Should().Contain(
            "Error: request 1-1: the response's body failed (IOException)");
        (await LinesAsync(Conversation(hasOwnFault: false), Broken()))
            .Should().NotContain(line => line.StartsWith("Error", StringComparison.Ordinal));

        static ScriptedStream Broken() => new ScriptedStream().FailReadsAt(Upgrade.Length).Give(Upgrade);
        static Func<HttpRequest, ValueTask<HttpResponse>> Conversation(bool hasOwnFault) =>
            _ => new(HttpResponse.Upgrade("echo", async (stream, token) =>
            {
                try
                {
                    await stream.ReadExactlyAsync(new byte[5], token);
                }
                catch (IOException) when (hasOwnFault)
                {
                    throw DiskIsFull();
                }
            }));
    }

    [Fact]
    public async Task Once_sending_has_failed_nothing_more_is_sent()
    {
        ScriptedStream stream = new ScriptedStream().FailWritesAt(10).Give(Get);
        await LinesAsync(
            _ => Pushing(async output =>
            {
                await output.Invoking(it => it.WriteAsync(new byte[100_000]).AsTask()).Should().ThrowAsync<IOException>();
                stream.FailWritesAt(long.MaxValue);
                await output.Invoking(it => it.WriteAsync(new byte[100_000]).AsTask()).Should().ThrowAsync<IOException>();
            }),
            stream);
        stream.Output.Should().HaveCount(10);
    }

    [SkippableFact]
    public async Task A_file_that_the_system_cannot_read_is_the_servers_fault_and_a_client_that_left_is_not()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "The file is one of Linux' own.");
        using Socket listener = new(SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        using Socket client = new(SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(listener.LocalEndPoint!);
        using NetworkStream stream = new(await listener.AcceptAsync(), ownsSocket: true);
        SocketTransport transport = new(stream);

        await using (FileStream unreadable = new(
            "/proc/self/mem", FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 0, FileOptions.Asynchronous))
        {
            await transport.Invoking(it => it.SendFileAsync(default, unreadable, 0, 4096).AsTask())
                .Should().ThrowExactlyAsync<IOException>();
        }

        client.Close(timeout: 0);
        await using FileStream file = new(
            typeof(BlameTests).Assembly.Location, FileMode.Open, FileAccess.Read, FileShare.Read, 0, FileOptions.Asynchronous);
        await transport.Invoking(async it =>
        {
            for (int i = 0; i < 100; i++) await it.SendFileAsync(default, file, 0, 4096);
        }).Should().ThrowAsync<ConnectionLostException>();
    }

    [SkippableFact]
    public async Task A_body_whose_file_cannot_be_read_has_failed()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "The file is one of Linux' own.");
        LogLines log = new();
        await using PwbServer server = new(
            RequestHandler.From(_ => new HttpResponse(200, new UnreadableBody())),
            new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(0) },
            log);
        await server.StartAsync();
        using TcpClient client = new();
        await client.ConnectAsync(server.EndPoint.Ip);
        await client.GetStream().WriteAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
        await log.LineAsync("the response's body failed");
    }

    private static async ValueTask WriteAsync(Stream output, string way)
    {
        try
        {
            await output.WriteAsync(new byte[100_000]);
        }
        catch (IOException exception)
        {
            if (way == "as it is") throw;
            if (way == "wrapped") throw new InvalidOperationException("The upload failed.", exception);
            if (way == "another write's") await output.WriteAsync(new byte[100_000]);
            throw DiskIsFull();
        }
    }

    private static async ValueTask<HttpResponse> ReadAsync(HttpRequest request, bool hasOwnFault)
    {
        try
        {
            await request.Body.CopyToAsync(Stream.Null);
        }
        catch (IOException) when (hasOwnFault)
        {
            throw DiskIsFull();
        }

        return HttpResponse.Text("never");
    }

    private static ValueTask<HttpResponse> Pushing(Func<Stream, ValueTask> write) =>
        new(new HttpResponse(200, ResponseBody.Push((output, _) => write(output))));

    private static async Task<IReadOnlyList<string>> LinesAsync(
        Func<HttpRequest, ValueTask<HttpResponse>> handler, ScriptedStream stream)
    {
        LogLines log = new();
        await using PwbServer server = new(RequestHandler.From((request, _) => handler(request)), loggerFactory: log);
        await server.ServeAsync(stream).WaitAsync(Wire.SafetyTimeout);
        return [.. log.Lines];
    }

    private sealed class UnreadableBody : ResponseBody
    {
        public override long? Length => 4096;

        public override async ValueTask WriteToAsync(Stream output, CancellationToken cancellationToken)
        {
            await using FileStream file = new(
                "/proc/self/mem", FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 0, FileOptions.Asynchronous);
            await ((IFileSink)output).SendFileAsync(file, 0, 4096);
        }
    }

    // Without the client's exception inside: nothing shows that it has to do with one.
    private static IOException DiskIsFull() => new("the disk is full");
}

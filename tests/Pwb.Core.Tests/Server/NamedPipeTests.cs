using System.IO.Pipes;
using System.Net.Sockets;
using Pwb.Platform;
using Pwb.Tests.Infrastructure;
using Pwb.Tests.Tls;

namespace Pwb.Tests.Server;

/// <summary>Elsewhere than on Windows .NET makes Unix domain sockets of named pipes, and these tests run over those.</summary>
public sealed class NamedPipeTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

    private static readonly IRequestHandler WhoAsks = RequestHandler.From(
        request => HttpResponse.Text($"{request.Connection.RemoteEndPoint}"));

    private readonly string _name = $"pwb-{Guid.NewGuid():N}";

    private string FilePath => Path.Combine(Path.GetTempPath(), $"CoreFxPipe_{_name}");

    [Fact]
    public async Task Answers_and_leaves_nothing_and_starts_again()
    {
        using LogLines log = new();
        await using PwbServer server = new(WhoAsks, Options(), log);
        for (int i = 0; i < 2; i++)
        {
            await server.StartAsync();
            string answer = await AskAsync();
            answer.Should().StartWith("HTTP/1.1 200 OK\r\n");
            if (ThisSystem.IsLinux) answer.Should().Contain($"unix:pid={Environment.ProcessId},uid=");
            server.EndPoint.ToString().Should().Be($"pipe:{_name}");
            server.Urls.Should().BeEmpty();
            await server.StopAsync().WaitAsync(Wire.SafetyTimeout);
            File.Exists(FilePath).Should().BeFalse();
        }

        (await log.LineAsync("web server")).Should().EndWith($"on pipe:{_name}...");
    }

    [Fact]
    public async Task Many_come_at_once_and_each_is_answered()
    {
        await using PwbServer server = new(WhoAsks, Options());
        await server.StartAsync();

        string[] answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => AskAsync()));

        answers.Should().OnlyContain(answer => answer.StartsWith("HTTP/1.1 200 OK\r\n"));
    }

    [Fact]
    public async Task Keeps_a_connection_and_ends_without_a_half_close()
    {
        await using PwbServer server = new(WhoAsks, Options());
        await server.StartAsync();
        await using NamedPipeClientStream client = await ConnectAsync();
        await client.WriteAsync(Latin1.Bytes("GET / HTTP/1.1\r\nHost: any.example\r\n\r\n" + Get));

        string all = Latin1.Text(await Wire.ReadAllAsync(client, CancellationToken.None).WaitAsync(Wire.SafetyTimeout));

        all.Split("HTTP/1.1 200 OK").Should().HaveCount(3, "any host may be asked for, and the second request closes");
    }

    [Fact]
    public async Task Content_comes_whole_and_a_refusal_arrives()
    {
        IRequestHandler length = RequestHandler.From(
            async request => HttpResponse.Text($"{(await request.ReadBytesAsync()).Length}"));
        await using PwbServer server = new(
            length, Options() with { Limits = new PwbServerLimits { MaxContentLength = 1_000_000 } });
        await server.StartAsync();

        string head = "POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
        (await AskAsync(head + "Content-Length: 300000\r\n\r\n" + new string('x', 300_000))).Should().EndWith("300000");
        (await AskAsync(head + "Content-Length: 1000001\r\n\r\n")).Should().StartWith("HTTP/1.1 413");
    }

    [Fact]
    public async Task A_client_that_leaves_cancels_its_request()
    {
        TaskCompletionSource entered = new(TaskCreationOptions.RunContinuationsAsynchronously),
            left = new(TaskCreationOptions.RunContinuationsAsynchronously);
        IRequestHandler handler = RequestHandler.From(async (request, cancellationToken) =>
        {
            entered.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancellationToken).ContinueWith(_ => left.TrySetResult(), TaskScheduler.Default);
            return HttpResponse.Text("late");
        });
        await using PwbServer server = new(handler, Options());
        await server.StartAsync();
        await using (NamedPipeClientStream client = await ConnectAsync())
        {
            await client.WriteAsync(Latin1.Bytes(Get));
            await entered.Task.WaitAsync(Wire.SafetyTimeout);
        }

        await left.Task.WaitAsync(Wire.SafetyTimeout);
    }

    [Fact]
    public async Task A_name_at_which_somebody_answers_is_left_alone()
    {
        await using PwbServer server = new(WhoAsks, Options());
        await server.StartAsync();
        await using PwbServer second = new(WhoAsks, Options());

        await second.Invoking(s => s.StartAsync()).Should().ThrowAsync<IOException>().WithMessage(
            $"Cannot listen on pipe:{_name}: the address is already in use.");

        (await AskAsync()).Should().StartWith("HTTP/1.1 200 OK");
    }

    [SkippableFact]
    public async Task What_a_dead_server_left_is_replaced_and_no_file_is()
    {
        Skip.If(OperatingSystem.IsWindows(), "where pipes are no files");
        using (Socket dead = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            dead.Bind(new UnixDomainSocketEndPoint(FilePath + ".d"));
            File.Move(FilePath + ".d", FilePath); // which its end does not find
        }

        await using (PwbServer server = new(WhoAsks, Options()))
        {
            await server.StartAsync();
            (await AskAsync()).Should().StartWith("HTTP/1.1 200 OK");
        }

        await File.WriteAllTextAsync(FilePath, "precious");
        await using PwbServer other = new(WhoAsks, Options());
        await other.Invoking(s => s.StartAsync()).Should().ThrowAsync<IOException>().WithMessage("*already in use.");
        (await File.ReadAllTextAsync(FilePath)).Should().Be("precious");
        File.Delete(FilePath);
    }

    [Fact]
    public async Task Counts_and_drains_like_any_other()
    {
        HeldHandler handler = new();
        await using PwbServer server = new(handler, Options() with { Limits = new PwbServerLimits { MaxConnections = 1 } });
        await server.StartAsync();
        Task<string> first = AskAsync();
        await handler.WaitUntilEnteredAsync();
        await using (NamedPipeClientStream refused = await ConnectAsync())
        {
            byte[] start = new byte[12]; // the end may be a reset, since what the client sends is not read
            await refused.ReadExactlyAsync(start).AsTask().WaitAsync(Wire.SafetyTimeout);
            Latin1.Text(start).Should().Be("HTTP/1.1 503");
        }

        Task stopping = server.StopAsync();
        handler.Release();

        (await first.WaitAsync(Wire.SafetyTimeout)).Should().EndWith("done");
        await stopping.WaitAsync(Wire.SafetyTimeout);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("/tmp/x")]
    [InlineData(@"\\.\pipe\x")]
    [InlineData("anonymous")]
    [InlineData("c:x")]
    [InlineData("a\0b")]
    public void A_name_that_is_none_is_refused_where_it_is_given(string name) =>
        FluentActions.Invoking(() => ServerEndPoint.NamedPipe(name)).Should().Throw<ArgumentException>();

    [Fact]
    public void So_is_one_that_is_too_long() =>
        FluentActions.Invoking(() => ServerEndPoint.NamedPipe(new string('x', 248))).Should().Throw<ArgumentException>();

    [Fact]
    public void Pipes_of_one_name_are_the_same_place() =>
        ServerEndPoint.NamedPipe("a").Should().Be(ServerEndPoint.NamedPipe("a")).And.NotBe(ServerEndPoint.NamedPipe("b"));

    private async Task<string> AskAsync(string request = Get)
    {
        await using NamedPipeClientStream client = await ConnectAsync();
        await client.WriteAsync(Latin1.Bytes(request));
        return Latin1.Text(await Wire.ReadAllAsync(client, CancellationToken.None).WaitAsync(Wire.SafetyTimeout));
    }

    private async Task<NamedPipeClientStream> ConnectAsync()
    {
        NamedPipeClientStream client = new(
            ".", _name, PipeDirection.InOut, PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly);
        await client.ConnectAsync((int)Wire.SafetyTimeout.TotalMilliseconds);
        return client;
    }

    private PwbServerOptions Options() => new() { EndPoints = [ServerEndPoint.NamedPipe(_name)] };
}

using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Pwb.Platform;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Server;

/// <summary>S7 on real sockets and real files: what the system sends by itself is whole, or visibly not.</summary>
public sealed class FileSendingTests : IDisposable
{
    private const long FourGibi = 4L * 1024 * 1024 * 1024;
    private const int Mebi = 1024 * 1024;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pwb-files-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(Mebi)]
    [InlineData((3 * Mebi) + 7)]
    [InlineData(64 * Mebi)]
    public async Task A_large_file_arrives_as_it_is(int length)
    {
        byte[] content = RandomNumberGenerator.GetBytes(length);
        await File.WriteAllBytesAsync(PathOf("a"), content);
        await using PwbServer server = await StartAsync();
        using HttpClient client = ClientOf(server);

        for (int i = 0; i < 3; i++) (await client.GetByteArrayAsync("/a")).AsSpan().SequenceEqual(content).Should().BeTrue();
        using HttpRequestMessage request = new(HttpMethod.Get, "/a") { Headers = { Range = new(1000, 500_000) } };
        using HttpResponseMessage response = await client.SendAsync(request);
        response.StatusCode.Should().Be(HttpStatusCode.PartialContent);
        (await response.Content.ReadAsByteArrayAsync()).AsSpan().SequenceEqual(content.AsSpan(1000, 499_001)).Should().BeTrue();
    }

    [Theory]
    [InlineData(SocketEngine.Runtime, false)]
    [InlineData(SocketEngine.Runtime, true)]
    [InlineData(SocketEngine.Epoll, false)]
    [InlineData(SocketEngine.Epoll, true)]
    public async Task A_file_from_memory_arrives_whatever_became_of_others_who_asked_for_it(SocketEngine engine, bool overTls)
    {
        byte[] content = RandomNumberGenerator.GetBytes(Mebi);
        await File.WriteAllBytesAsync(PathOf("a"), content);
        File.SetLastWriteTimeUtc(PathOf("a"), DateTime.UtcNow.AddHours(-1));
        TlsOptions? tls = overTls ? new TlsOptions(ServerCertificate.SelfSigned()) : null;
        await using PwbServer server = new(
            new StaticFileHandler(_folder.FullName),
            new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(0, tls), SocketEngine = engine });
        await server.StartAsync();
        using HttpClientHandler trusting = new();
        trusting.ServerCertificateCustomValidationCallback = (_, own, _, _) => own is not null;
        using HttpClient client = new(trusting) { BaseAddress = new Uri(server.Urls[0]) };

        for (int i = 0; i < 20; i++)
        {
            (await client.GetByteArrayAsync("/a")).AsSpan().SequenceEqual(content).Should().BeTrue();
            using (await client.GetAsync("/a", HttpCompletionOption.ResponseHeadersRead))
            {
                // leaves before the content
            }
        }
    }

    [LongFact]
    public async Task A_file_above_4_GB_arrives_to_its_last_byte()
    {
        byte[] end = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
        await using (FileStream file = File.Create(PathOf("huge")))
        {
            file.Position = FourGibi; // sparse: it takes no space
            await file.WriteAsync(end);
        }

        await using PwbServer server = await StartAsync();
        using HttpClient client = ClientOf(server);

        using HttpRequestMessage request = new(HttpMethod.Get, "/huge") { Headers = { Range = new(FourGibi - 2, null) } };
        using HttpResponseMessage part = await client.SendAsync(request);
        part.Content.Headers.ContentRange!.ToString().Should().Be($"bytes {FourGibi - 2}-{FourGibi + 9}/{FourGibi + 10}");
        (await part.Content.ReadAsByteArrayAsync()).Should().Equal([0, 0, .. end]);

        using HttpResponseMessage whole = await client.GetAsync("/huge", HttpCompletionOption.ResponseHeadersRead);
        whole.Content.Headers.ContentLength.Should().Be(FourGibi + 10);
        await using Stream content = await whole.Content.ReadAsStreamAsync();
        byte[] buffer = new byte[4 * Mebi];
        byte[] last = [];
        long total = 0;
        for (int read; (read = await content.ReadAsync(buffer)) > 0; total += read)
            last = [.. last.AsSpan(Math.Max(0, last.Length - end.Length)),
                .. buffer.AsSpan(Math.Max(0, read - end.Length), Math.Min(read, end.Length))];
        total.Should().Be(FourGibi + 10);
        last[^10..].Should().Equal(end);
    }

    [Fact]
    public async Task A_file_that_is_truncated_while_it_is_sent_ends_in_an_abort()
    {
        await File.WriteAllBytesAsync(PathOf("a"), new byte[32 * Mebi]);
        await using PwbServer server = await StartAsync();
        // Only an abort ends this connection.
        using TcpClient client = await AskAsync(server, "/a", receiveBufferSize: 64 * 1024, keepAlive: true);
        byte[] buffer = new byte[Mebi];
        int received = await client.GetStream().ReadAtLeastAsync(buffer, 1000);

        using (FileStream file = File.Open(PathOf("a"), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
            file.SetLength(Mebi);
        Func<Task> reading = async () =>
        {
            for (int read; (read = await client.GetStream().ReadAsync(buffer).AsTask().WaitAsync(Wire.SafetyTimeout)) > 0;)
                received += read;
            throw new EndOfStreamException();
        };

        await reading.Should().ThrowAsync<IOException>("the connection is aborted");
        received.Should().BeLessThan(32 * Mebi);
    }

    [SkippableTheory]
    [InlineData(70_000)]
    [InlineData(1_500_000)]
    public async Task A_file_that_is_cut_while_it_is_under_way_never_shows_zeros(int length)
    {
        await File.WriteAllTextAsync(PathOf("a"), new string('x', length));
        await using PwbServer server = await StartAsync();
        using TcpClient client = await AskAsync(server, "/a", receiveBufferSize: 4 * Mebi);
        Skip.If(client.ReceiveBufferSize < 2 * length, "Sockets of this system do not hold so much.");
        SpinWait.SpinUntil(() => client.Available >= length, Wire.SafetyTimeout).Should().BeTrue("all of it lies in the sockets");

        using (FileStream file = File.Open(PathOf("a"), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
            file.SetLength(100);
        using MemoryStream received = new();
        await client.GetStream().CopyToAsync(received).WaitAsync(Wire.SafetyTimeout);

        received.ToArray().Should().NotContain((byte)0);
    }

    [Fact]
    public async Task A_file_that_the_system_sends_and_that_is_cut_ends_in_an_abort()
    {
        await File.WriteAllBytesAsync(PathOf("a"), new byte[TcpBuffers.MaxLength + (16 * Mebi)]);
        await using PwbServer server = await StartAsync();
        using TcpClient client = await AskAsync(server, "/a", receiveBufferSize: 64 * 1024);
        byte[] buffer = new byte[Mebi];
        long received = await client.GetStream().ReadAtLeastAsync(buffer, 1000);

        using (FileStream file = File.Open(PathOf("a"), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
            file.SetLength(TcpBuffers.MaxLength + (16 * Mebi) - 1); // only the last byte is gone
        Func<Task> reading = async () =>
        {
            for (int read; (read = await client.GetStream().ReadAsync(buffer).AsTask().WaitAsync(Wire.SafetyTimeout)) > 0;)
                received += read;
        };

        await reading.Should().ThrowAsync<IOException>("the connection is aborted");
        received.Should().BeLessThan(TcpBuffers.MaxLength + (16 * Mebi));
    }

    [Fact]
    public async Task A_file_that_is_overwritten_while_it_is_sent_ends_in_an_abort()
    {
        await File.WriteAllBytesAsync(PathOf("a"), new byte[32 * Mebi]);
        await using PwbServer server = await StartAsync();
        using TcpClient client = await AskAsync(server, "/a", receiveBufferSize: 64 * 1024);
        byte[] buffer = new byte[Mebi];
        int received = await client.GetStream().ReadAtLeastAsync(buffer, 1000);

        await using (FileStream file = File.Open(PathOf("a"), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
            await file.WriteAsync(new byte[] { 1 });
        Func<Task> reading = async () =>
        {
            for (int read; (read = await client.GetStream().ReadAsync(buffer).AsTask().WaitAsync(Wire.SafetyTimeout)) > 0;)
                received += read;
        };

        await reading.Should().ThrowAsync<IOException>("the connection is aborted");
        received.Should().BeLessThan(32 * Mebi);
    }

    [Fact]
    public async Task A_file_that_grows_while_it_is_sent_arrives_as_it_was()
    {
        await File.WriteAllBytesAsync(PathOf("a"), new byte[32 * Mebi]);
        await using PwbServer server = await StartAsync();
        using TcpClient client = await AskAsync(server, "/a", receiveBufferSize: 64 * 1024);
        using MemoryStream received = new();
        byte[] buffer = new byte[Mebi];
        await received.WriteAsync(buffer.AsMemory(0, await client.GetStream().ReadAtLeastAsync(buffer, 1000)));

        await File.AppendAllTextAsync(PathOf("a"), "another line of a log");
        await client.GetStream().CopyToAsync(received).WaitAsync(Wire.SafetyTimeout);

        received.Length.Should().BeInRange(32 * Mebi, (32 * Mebi) + 1000, "head and content");
    }

    [Fact]
    public async Task A_source_may_open_its_files_in_any_way()
    {
        byte[] content = RandomNumberGenerator.GetBytes(200_000);
        await File.WriteAllBytesAsync(PathOf("a"), content);
        await using PwbServer server = new(
            new StaticFileHandler(new PlainFileSource(PathOf("a"))),
            new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(0) });
        await server.StartAsync();
        using HttpClient client = ClientOf(server);

        (await client.GetByteArrayAsync("/a")).AsSpan().SequenceEqual(content).Should().BeTrue();
    }

    [Fact]
    public async Task A_file_that_is_replaced_while_it_is_sent_arrives_as_it_was()
    {
        byte[] old = RandomNumberGenerator.GetBytes(32 * Mebi);
        await File.WriteAllBytesAsync(PathOf("a"), old);
        await using PwbServer server = await StartAsync();
        using TcpClient client = await AskAsync(server, "/a", receiveBufferSize: 64 * 1024);
        using MemoryStream received = new();
        byte[] buffer = new byte[Mebi];
        await received.WriteAsync(buffer.AsMemory(0, await client.GetStream().ReadAtLeastAsync(buffer, 1000)));

        await File.WriteAllBytesAsync(PathOf("new"), RandomNumberGenerator.GetBytes(Mebi));
        File.Move(PathOf("new"), PathOf("a"), overwrite: true);
        await client.GetStream().CopyToAsync(received).WaitAsync(Wire.SafetyTimeout);

        received.ToArray().AsSpan((int)received.Length - old.Length).SequenceEqual(old).Should().BeTrue();
    }

    [SkippableFact]
    public async Task Every_file_is_closed_whatever_became_of_its_client()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Only Linux shows which files a process has open.");
        await File.WriteAllBytesAsync(PathOf("a"), new byte[32 * Mebi]);
        await using (PwbServer server = await StartAsync())
        {
            using HttpClient whole = ClientOf(server);
            (await whole.GetByteArrayAsync("/a")).Should().HaveCount(32 * Mebi);
            for (int i = 0; i < 50; i++)
            {
                using TcpClient client = await AskAsync(server, "/a", receiveBufferSize: 4096);
                await client.GetStream().ReadExactlyAsync(new byte[100]);
                if (i % 2 == 0) client.Client.Close(timeout: 0);
            }

            await server.StopAsync(new CancellationToken(canceled: true));
        }

        // The server does not wait for ever for what has been aborted.
        SpinWait.SpinUntil(() => !Directory.GetFiles("/proc/self/fd").Any(IsOurs), Wire.SafetyTimeout)
            .Should().BeTrue("every file is closed");

        bool IsOurs(string file) => new FileInfo(file).LinkTarget?.StartsWith(_folder.FullName, StringComparison.Ordinal) == true;
    }

    private static HttpClient ClientOf(PwbServer server) =>
        new() { BaseAddress = new Uri($"http://localhost:{server.EndPoint.Port}/") };

    private static async Task<TcpClient> AskAsync(PwbServer server, string target, int receiveBufferSize, bool keepAlive = false)
    {
        TcpClient client = new() { ReceiveBufferSize = receiveBufferSize };
        await client.ConnectAsync(server.EndPoint.Ip);
        await client.GetStream().WriteAsync(
            Latin1.Bytes($"GET {target} HTTP/1.1\r\nHost: localhost\r\n{(keepAlive ? "" : "Connection: close\r\n")}\r\n"));
        return client;
    }

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);

    private async Task<PwbServer> StartAsync()
    {
        PwbServer server = new(
            new StaticFileHandler(_folder.FullName), new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(0) });
        await server.StartAsync();
        return server;
    }
}

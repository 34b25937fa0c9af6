using System.Net.Sockets;
using Pwb.Tests.Infrastructure;
using Pwb.Tests.Tls;

namespace Pwb.Tests.Connections;

/// <summary>
/// User code that misuses its two streams, over real connections: it hears of it, and no other request or client does.
/// </summary>
public sealed class SocketMisuseTests
{
    private static readonly byte[] Large = new byte[64_000_000]; // more than sockets hold

    private readonly TaskCompletionSource<Exception> _thrown = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _mayAnswer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _evil;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Two_writers_at_once_abort_their_response(bool overTls)
    {
        await using PwbServer server = await StartAsync(async output =>
        {
            Task first = output.WriteAsync(Large).AsTask(); // waits, since the client takes nothing
            await ExpectAsync(() => output.WriteAsync("y"u8.ToArray()).AsTask());
            await first;
        });
        byte[] received = await AskAsync(server, overTls, _thrown.Task);
        (await _thrown.Task).Should().BeOfType<InvalidOperationException>();
        WireResponse.ParseAll(received).Select(response => response.IsComplete).Should().Equal(false);
        Latin1.Text(received).Should().NotEndWith("y");
        _evil.Should().Be(0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_flush_that_is_not_awaited_aborts_its_response(bool overTls)
    {
        TaskCompletionSource isFull = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using PwbServer server = await StartAsync(async output =>
        {
            while (true)
            {
                await output.WriteAsync(Large.AsMemory(0, 8000));
                if (output.FlushAsync().IsCompleted) continue;
                isFull.SetResult(); // the client takes no more
                return;
            }
        });
        byte[] received = await AskAsync(server, overTls, WhenEndedAsync(server, isFull.Task));
        WireResponse.ParseAll(received).Select(response => response.IsComplete).Should().Equal(false);
        _evil.Should().Be(0);
    }

    // A client that read before would let the flush end in time.
    private static async Task WhenEndedAsync(PwbServer server, Task before)
    {
        await before;
        await server.Reception.Connections.WhenEmptyAsync().WaitAsync(Wire.SafetyTimeout);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_write_after_the_end_throws_and_the_next_response_is_its_own(bool overTls)
    {
        Stream? kept = null;
        await using PwbServer server = await StartAsync(output =>
        {
            kept = output;
            return output.WriteAsync("pushed"u8.ToArray());
        });
        using Client client = await Client.ConnectAsync(server, overTls);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        (await client.ReadAsync(1))[0].ContentText.Should().Be("pushed");
        await client.SendAsync("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n");
        await kept!.Invoking(stream => stream.WriteAsync("late"u8.ToArray()).AsTask())
            .Should().ThrowAsync<ObjectDisposedException>();
        await kept!.Invoking(stream => stream.FlushAsync()).Should().ThrowAsync<ObjectDisposedException>();
        _mayAnswer.SetResult();
        (await client.ReadAsync(2))[1].ContentText.Should().Be("slow");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_read_that_is_left_running_takes_nothing_of_another_request(bool overTls)
    {
        Task<int>? read = null;
        byte[] buffer = new byte[5];
        TaskCompletionSource isReading = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using PwbServer server = await StartAsync(_ => default, request =>
        {
            read = request.Body.ReadAsync(buffer).AsTask();
            isReading.SetResult();
            return HttpResponse.Text("early");
        });
        using Client client = await Client.ConnectAsync(server, overTls);
        const string evil = "GET /evil HTTP/1.1\r\nHost: localhost\r\n\r\n";
        await client.SendAsync($"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {evil.Length}\r\n\r\n");
        await isReading.Task.WaitAsync(Wire.SafetyTimeout);
        await client.SendAsync("own: " + evil[5..] + evil);
        Latin1.Text(await client.ReadToEndAsync()).Should().NotContain("200 OK");

        // It fails, unless the bytes that it waited for came before the end of the connection did.
        await Task.WhenAny(read!).WaitAsync(Wire.SafetyTimeout);
        if (read!.IsCompletedSuccessfully) Latin1.Text(buffer).Should().Be("own: ");
        _evil.Should().Be(0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_read_that_is_left_running_aborts_its_response_also_if_the_server_would_receive_no_more(bool overTls)
    {
        Task<int>? read = null;
        await using PwbServer server = await StartAsync(_ => default, request =>
        {
            read = request.Body.ReadAsync(new byte[5]).AsTask();
            return HttpResponse.Text("early");
        });
        using Client client = await Client.ConnectAsync(server, overTls);

        // Too much to drain, so that nothing but the stream's own gate notices the read.
        await client.SendAsync("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n");
        Latin1.Text(await client.ReadToEndAsync()).Should().NotContain("200 OK");
        await read!.Invoking(task => task).Should().ThrowAsync<Exception>();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Other_clients_get_their_own_bytes_whatever_happens_to_a_response(bool overTls)
    {
        await using PwbServer server = await StartAsync(async output =>
        {
            byte[] block = Large[..3000];
            Task[] writers = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
            {
                for (int i = 0; i < 20; i++) await output.WriteAsync(block);
            }))];
            await Task.WhenAny(writers); // and leaves the others behind
        });
        using CancellationTokenSource over = new();
        Task misusing = Task.Run(async () =>
        {
            while (!over.IsCancellationRequested) await AskAsync(server, overTls, Task.CompletedTask);
        });
        using Client honest = await Client.ConnectAsync(server, overTls);
        for (int i = 1; i <= 300; i++)
        {
            await honest.SendAsync("GET /own HTTP/1.1\r\nHost: localhost\r\n\r\n");
            (await honest.ReadAsync(i))[^1].ContentText.Should().Be("zzzzzzzzzzzzzzzzzzzz");
        }

        await over.CancelAsync();
        await misusing.WaitAsync(Wire.SafetyTimeout);
    }

    // Nothing is taken before, so that what is written has to wait.
    private static async Task<byte[]> AskAsync(PwbServer server, bool overTls, Task mayRead)
    {
        using Client client = await Client.ConnectAsync(server, overTls);
        await client.SendAsync(
            "GET / HTTP/1.1\r\nHost: localhost\r\n\r\nGET /evil HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        await mayRead.WaitAsync(Wire.SafetyTimeout);
        return await client.ReadToEndAsync();
    }

    private async Task ExpectAsync(Func<Task> misuse)
    {
        try
        {
            await misuse();
        }
        catch (Exception exception)
        {
            _thrown.SetResult(exception);
        }
    }

    private async Task<PwbServer> StartAsync(Func<Stream, ValueTask> write, Func<HttpRequest, HttpResponse>? respond = null)
    {
        PwbServerOptions options = new()
        {
            EndPoints = [
                .. ServerEndPoint.Loopback(0), .. ServerEndPoint.Loopback(0, new TlsOptions(ServerCertificate.SelfSigned()))],
        };
        PwbServer server = new(
            RequestHandler.From(async (request, token) =>
            {
                if (request.Path == "/evil") Interlocked.Increment(ref _evil);
                if (request.Path == "/own") return HttpResponse.Text(new string('z', 20));
                if (request.Path == "/slow")
                {
                    await _mayAnswer.Task.WaitAsync(token);
                    return HttpResponse.Text("slow");
                }

                return respond?.Invoke(request) ?? new HttpResponse(200, ResponseBody.Push((output, _) => write(output)));
            }),
            options);
        await server.StartAsync();
        return server;
    }

    private sealed class Client(TcpClient? tcp, TlsClient? tls) : IDisposable
    {
        private readonly Stream _stream = tls?.Stream ?? (Stream)tcp!.GetStream();
        private byte[] _received = [];

        public static async Task<Client> ConnectAsync(PwbServer server, bool overTls)
        {
            if (overTls) return new Client(null, await TlsClient.ConnectAsync(server));

            TcpClient tcp = new(server.EndPoint.Ip.AddressFamily);
            await tcp.ConnectAsync(server.EndPoint.Ip);
            return new Client(tcp, null);
        }

        public async Task SendAsync(string text)
        {
            try
            {
                await _stream.WriteAsync(Latin1.Bytes(text));
            }
            catch (IOException)
            {
                // The server has aborted the connection.
            }
        }

        /// <summary>Reads until there are so many responses, whole.</summary>
        public async Task<IReadOnlyList<WireResponse>> ReadAsync(int count)
        {
            byte[] buffer = new byte[4096];
            while (true)
            {
                int read = await _stream.ReadAsync(buffer).AsTask().WaitAsync(Wire.SafetyTimeout);
                read.Should().BePositive();
                _received = [.. _received, .. buffer[..read]];
                IReadOnlyList<WireResponse> responses = WireResponse.ParseAll(_received);
                if (responses.Count == count && responses[^1].IsComplete) return responses;
            }
        }

        /// <summary>Reads to the end, also if that is a reset.</summary>
        public async Task<byte[]> ReadToEndAsync()
        {
            using MemoryStream received = new();
            try
            {
                await _stream.CopyToAsync(received).WaitAsync(Wire.SafetyTimeout);
            }
            catch (IOException)
            {
                // The server has aborted the connection.
            }

            return received.ToArray();
        }

        public void Dispose()
        {
            tls?.Dispose();
            tcp?.Dispose();
        }
    }
}

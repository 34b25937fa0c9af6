using System.Net;
using System.Threading.Channels;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.InMemory;

/// <summary>Content flows as fast as it is taken, and no faster.</summary>
public sealed class StreamingTests
{
    private const long Large = 100_000_000;

    // What may be under way: the pipe, the server's and the client's buffers.
    private const long MaxUnderWay = 1_000_000;

    [Fact]
    public async Task An_event_reaches_the_client_before_the_next_one_happens()
    {
        var news = Channel.CreateUnbounded<string>();
        using HttpClient client = new PwbServer(
            RequestHandler.From(_ => new HttpResponse(200, ResponseBody.Push(async (output, cancellationToken) =>
            {
                await foreach (string item in news.Reader.ReadAllAsync(cancellationToken))
                {
                    await output.WriteAsync(Latin1.Bytes($"data: {item}\n\n"), cancellationToken);
                    await output.FlushAsync(cancellationToken);
                }
            }), ("Content-Type", "text/event-stream")))).CreateClient();
        news.Writer.TryWrite("zero").Should().BeTrue();
        await using Stream stream = await client.GetStreamAsync("/");
        using StreamReader reader = new(stream);

        foreach (string item in (string[])["zero", "one", "two"])
        {
            if (item != "zero") news.Writer.TryWrite(item).Should().BeTrue();
            (await reader.ReadLineAsync().WaitAsync(Wire.SafetyTimeout)).Should().Be($"data: {item}");
            (await reader.ReadLineAsync().WaitAsync(Wire.SafetyTimeout)).Should().BeEmpty();
        }

        news.Writer.Complete();
        (await reader.ReadToEndAsync().WaitAsync(Wire.SafetyTimeout)).Should().BeEmpty();
    }

    [Fact]
    public async Task An_upload_waits_for_a_handler_that_reads_slowly()
    {
        using CountingContent content = new(Large);
        using HttpClient client = new PwbServer(
            RequestHandler.From(async (request, cancellationToken) =>
            {
                (long length, long ahead) = await ReadAsync(request.Body, () => content.Taken);
                return HttpResponse.Text($"{length} {ahead < MaxUnderWay}");
            }),
            new PwbServerOptions { Limits = new() { MaxContentLength = Large } }).CreateClient();

        using HttpResponseMessage response = await client.PostAsync("/", content);

        (await response.Content.ReadAsStringAsync()).Should().Be($"{Large} True");
    }

    [Fact]
    public async Task A_download_waits_for_a_client_that_reads_slowly()
    {
        long written = 0;
        using HttpClient client = new PwbServer(RequestHandler.From(_ => new HttpResponse(200, ResponseBody.Push(
            async (output, cancellationToken) =>
            {
                byte[] piece = new byte[10_000];
                for (; written < Large; Interlocked.Add(ref written, piece.Length))
                    await output.WriteAsync(piece, cancellationToken);
            },
            Large)))).CreateClient();
        using HttpResponseMessage response = await client.GetAsync("/", HttpCompletionOption.ResponseHeadersRead);

        (long length, long ahead) = await ReadAsync(
            await response.Content.ReadAsStreamAsync(), () => Interlocked.Read(ref written));

        length.Should().Be(Large);
        ahead.Should().BeLessThan(MaxUnderWay);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(1000)]
    public async Task Content_that_ends_too_early_is_an_error_and_no_end(int? declared)
    {
        using HttpClient client = new PwbServer(RequestHandler.From(_ => new HttpResponse(200, ResponseBody.Push(
            async (output, cancellationToken) =>
            {
                await output.WriteAsync(new byte[100], cancellationToken);
                await output.FlushAsync(cancellationToken);
                throw new InvalidOperationException("half-way");
            },
            declared)))).CreateClient();
        using HttpResponseMessage response = await client.GetAsync("/", HttpCompletionOption.ResponseHeadersRead);

        await response.Awaiting(asked => asked.Content.ReadAsByteArrayAsync()).Should().ThrowAsync<Exception>()
            .Where(exception => exception is HttpRequestException || exception is IOException);
        response.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    /// <returns>How many bytes there were, and by how many the writer was ahead at most.</returns>
    private static async Task<(long Length, long Ahead)> ReadAsync(Stream stream, Func<long> written)
    {
        long length = 0, ahead = 0;
        byte[] buffer = new byte[50_000];
        for (int count; (count = await stream.ReadAsync(buffer)) > 0; length += count)
        {
            ahead = Math.Max(ahead, written() - length);
            if (length < 1_000_000) await Task.Yield(); // the writer has every chance to run away
        }

        return (length, ahead);
    }
}

using System.Collections.Concurrent;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;
using Pwb;

namespace Judge;

/// <summary>
/// Notes each request before it answers. The answer names the request that it is for, by its target in X-Seen and its number
/// in X-Number, and sends the content back, or "nothing" where there is none.
/// </summary>
internal sealed class SeeingHandler(Notes notes) : IRequestHandler
{
    private const int MaxMessageLength = 1024 * 1024;

    private readonly ConcurrentDictionary<string, TaskCompletionSource> _gates = new();
    private int _count;

    public async ValueTask<HttpResponse> HandleAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        string id = request.Query["id"] ?? "";
        int number = Interlocked.Increment(ref _count);
        switch (request.Path.Split('/')[1])
        {
            case "unread":
                Note(request, number, null);
                return Answer(request, number, HttpResponse.Text("unread\n"));
            case "refused":
                Note(request, number, null);
                return Answer(request, number, HttpResponse.MethodNotAllowed("GET"));
            case "field":
                Note(request, number, null);
                return Answer(request, number, HttpResponse.Text("a large field\n")).With(
                    "X-Large", new string('x', int.Parse(id)));
            case "events":
                Note(request, number, null);
                return Answer(
                    request, number, ServerSentEvents.From(request, EventsAsync(id, request.Query["pace"] is not null)));
            case "release":
                Gate(id).TrySetResult();
                return Answer(request, number, HttpResponse.Text("released\n"));
            case "echo":
                Note(request, number, null);
                return Answer(request, number, request.AcceptWebSocket(async (socket, token) =>
                {
                    while (await socket.ReceiveMessageAsync(MaxMessageLength, token) is { } message)
                        await socket.SendAsync(message.Content, message.Type, endOfMessage: true, token);
                    notes.Write(json => json.WriteString("closed", id));
                }));
            default:
                using (MemoryStream content = new())
                {
                    await CopyAsync(request, number, content, cancellationToken);
                    Note(request, number, content.ToArray());
                    byte[] echo = content.Length > 0 ? content.ToArray() : "nothing\n"u8.ToArray();
                    return Answer(request, number, Echo(echo, isChunked: request.Query["chunked"] is not null));
                }
        }
    }

    private static HttpResponse Echo(byte[] content, bool isChunked) =>
        isChunked
            ? new HttpResponse(200, ResponseBody.Push(async (output, token) =>
            {
                for (int i = 0; i < content.Length; i += 1000)
                {
                    await output.WriteAsync(content.AsMemory(i, Math.Min(1000, content.Length - i)), token);
                    await output.FlushAsync(token);
                }
            }))
            : new HttpResponse(200, ResponseBody.From(content));

    private static HttpResponse Answer(HttpRequest request, int number, HttpResponse response) =>
        response.With("X-Seen", Encoding.Latin1.GetString(request.Target)).With("X-Number", $"{number}");

    private async Task CopyAsync(HttpRequest request, int number, MemoryStream content, CancellationToken cancellationToken)
    {
        try
        {
            await request.Body.CopyToAsync(content, cancellationToken);
        }
        catch (Exception)
        {
            Note(request, number, content.ToArray(), isCut: true);
            throw;
        }
    }

    private TaskCompletionSource Gate(string id) =>
        _gates.GetOrAdd(id, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    // The second event comes when it is asked for, so that nobody has to guess how long the first may take.
    private async IAsyncEnumerable<SseItem<string>> EventsAsync(
        string id, bool isPaced, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        try
        {
            yield return new SseItem<string>("first");
            await Gate(id).Task.WaitAsync(cancellationToken);
            yield return new SseItem<string>("second");
            while (true)
            {
                await Task.Delay(isPaced ? TimeSpan.FromSeconds(1) : Timeout.InfiniteTimeSpan, cancellationToken);
                yield return new SseItem<string>("another");
            }
        }
        finally
        {
            notes.Write(json => json.WriteString("left", id));
        }
    }

    private void Note(HttpRequest request, int number, byte[]? content, bool isCut = false) => notes.Write(json =>
    {
        json.WriteNumber("number", number);
        json.WriteString("method", request.Method);
        json.WriteString("target", Encoding.Latin1.GetString(request.Target));
        json.WriteNumber("connection", request.Connection.Id);
        json.WriteStartArray("fields");
        foreach ((string name, string value) in request.Headers)
        {
            json.WriteStringValue(name);
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
        if (content is not null) json.WriteBase64String("content", content);
        if (isCut) json.WriteBoolean("cut", true);
    });
}

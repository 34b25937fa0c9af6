using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using Pwb;

namespace Snippets;

/// <summary>The C# of docs/testing.md.</summary>
public sealed class TestingSnippets
{
    // <upper-handler>
    internal sealed class UpperHandler : IRequestHandler
    {
        public async ValueTask<HttpResponse> HandleAsync(HttpRequest request, CancellationToken cancellationToken)
        {
            if (request.Method != "POST") return HttpResponse.MethodNotAllowed("POST");

            using var reader = new StreamReader(request.Body);
            return HttpResponse.Text((await reader.ReadToEndAsync(cancellationToken)).ToUpperInvariant());
        }
    }
    // </upper-handler>

    // <unit-test>
    [Fact]
    public async Task Upper_answers_in_capital_letters()
    {
        using var content = new MemoryStream("hello"u8.ToArray());
        var request = new HttpRequest("POST", "/", content, ("Content-Type", "text/plain"));

        HttpResponse response = await new UpperHandler().HandleAsync(request, CancellationToken.None);

        using var sent = new MemoryStream();
        await response.Body.WriteToAsync(sent, CancellationToken.None);
        Assert.Equal(200, response.StatusCode);
        Assert.Equal("text/plain; charset=utf-8", response.Headers["Content-Type"]);
        Assert.Equal("HELLO", Encoding.UTF8.GetString(sent.ToArray()));
    }
    // </unit-test>

    // <client-test>
    [Fact]
    public async Task Upper_answers_a_client()
    {
        using HttpClient client = new PwbServer(new UpperHandler()).CreateClient();

        using HttpResponseMessage response = await client.PostAsync("/", new StringContent("hello"));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("HELLO", await response.Content.ReadAsStringAsync());
    }
    // </client-test>

    // <weather-client>
    internal sealed class WeatherClient(HttpClient http)
    {
        public async Task<double?> GetTemperatureAsync(string city, CancellationToken cancellationToken)
        {
            var uri = new Uri($"https://api.weather.example/v1/{Uri.EscapeDataString(city)}");
            using HttpResponseMessage response = await http.GetAsync(uri, cancellationToken);
            if (response.StatusCode == HttpStatusCode.NotFound) return null;

            response.EnsureSuccessStatusCode();
            return (await response.Content.ReadFromJsonAsync<Weather>(cancellationToken))?.Temperature;
        }

        private sealed record Weather(double Temperature);
    }
    // </weather-client>

    // <fake-service>
    [Theory]
    [InlineData("Paris", 21.5)]
    [InlineData("Atlantis", null)]
    public async Task A_city_has_a_temperature_if_there_is_such_a_city(string city, double? temperature)
    {
        IRequestHandler service = RequestHandler.From(request => request.Path switch
        {
            "/v1/Paris" => HttpResponse.Bytes("""{ "temperature": 21.5 }"""u8.ToArray(), contentType: "application/json"),
            _ => HttpResponse.Text("no such city\n", 404),
        });
        using HttpClient http = new(new PwbServer(service).CreateMessageHandler());

        Assert.Equal(temperature, await new WeatherClient(http).GetTemperatureAsync(city, CancellationToken.None));
    }
    // </fake-service>

    // <broken-service>
    [Fact]
    public async Task A_service_that_breaks_off_is_an_error()
    {
        IRequestHandler service = RequestHandler.From(
            _ => new HttpResponse(200, ResponseBody.Push(async (output, cancellationToken) =>
            {
                await output.WriteAsync("""{ "temperature": 2"""u8.ToArray(), cancellationToken);
                await output.FlushAsync(cancellationToken);
                throw new IOException("The cable is cut.");
            }), ("Content-Type", "application/json")));
        using HttpClient http = new(new PwbServer(service).CreateMessageHandler());

        await Assert.ThrowsAnyAsync<Exception>(
            () => new WeatherClient(http).GetTemperatureAsync("Paris", CancellationToken.None));
    }
    // </broken-service>

    // <wire-test>
    [Fact]
    public async Task A_length_of_two_minds_is_refused()
    {
        await using var server = new PwbServer(new UpperHandler());
        using var conversation = new Conversation(
            "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello");

        await server.ServeAsync(conversation);

        Assert.StartsWith("HTTP/1.1 400 Bad Request\r\n", conversation.Answer, StringComparison.Ordinal);
    }

    // Reading gives what the client sends, then its end; what the server writes is the answer.
    internal sealed class Conversation(string request) : MemoryStream(Encoding.UTF8.GetBytes(request))
    {
        private readonly MemoryStream _answer = new();

        public string Answer => Encoding.UTF8.GetString(_answer.ToArray());

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            _answer.WriteAsync(buffer, cancellationToken);
    }
    // </wire-test>

    // <time-test>
    [Fact]
    public async Task An_upload_that_stalls_is_given_up_after_thirty_seconds()
    {
        var time = new ManualTime();
        var pipe = new Pipe();
        await pipe.Writer.WriteAsync(new byte[10_000]); // and then nothing, not even an end
        using var upload = new StreamContent(pipe.Reader.AsStream());
        upload.Headers.ContentLength = 1_000_000;
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var failure = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
        IRequestHandler handler = RequestHandler.From(async (request, cancellationToken) =>
        {
            entered.SetResult();
            try
            {
                await request.Body.CopyToAsync(Stream.Null, cancellationToken);
            }
            catch (IOException exception)
            {
                failure.SetResult(exception);
                throw;
            }

            return HttpResponse.Text("thank you\n");
        });
        using HttpClient client = new PwbServer(handler, new PwbServerOptions { TimeProvider = time }).CreateClient();
        Task posting = client.PostAsync("/", upload);
        await entered.Task;

        while (!failure.Task.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(10));
            await Task.WhenAny(failure.Task, Task.Delay(50));
        }

        Exception thrown = await failure.Task;
        Assert.Equal(408, Assert.IsType<RequestRejectedException>(thrown).StatusCode);
        client.CancelPendingRequests();
        await Assert.ThrowsAnyAsync<Exception>(() => posting);
    }

    internal sealed class ManualTime : TimeProvider
    {
        private long _ticks = DateTimeOffset.UnixEpoch.Ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Advance(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);

        public override long GetTimestamp() => Interlocked.Read(ref _ticks);

        public override DateTimeOffset GetUtcNow() => new(GetTimestamp(), TimeSpan.Zero);
    }
    // </time-test>
}

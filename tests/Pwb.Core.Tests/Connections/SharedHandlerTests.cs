using System.IO.Compression;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Connections;

/// <summary>One handler serves all connections: each client gets what it has asked for, whoever asks at the same time.</summary>
public sealed class SharedHandlerTests : IDisposable
{
    private const int Clients = 8, Requests = 40;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pwb");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public Task A_router_with_values() => AssertOwnAsync(new Router([
        new Route("GET /of/{of}/{number}", (_, values) => HttpResponse.Text($"/of/{values["of"]}/{values["number"]}")),
    ]));

    [Fact]
    public Task A_user_who_signed_in() => AssertOwnAsync(
        new BasicAuthenticationHandler(
            "PWB",
            async (user, password, _) =>
            {
                await Task.Yield();
                return user == password;
            },
            RequestHandler.From(request => HttpResponse.Text(RequestUser.Of(request)!))),
        (message, text) => message.Headers.Authorization =
            new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{text}:{text}"))));

    [Fact]
    public Task An_id_of_the_request() => AssertOwnAsync(
        new RequestIdHandler(
            RequestHandler.From(request => HttpResponse.Text(RequestIdHandler.Of(request)!)), takesClients: true),
        (message, text) => message.Headers.Add("X-Request-Id", text.Replace('/', '.')),
        answer => answer.Replace('.', '/'));

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    public Task Compressed_content(string coding) => AssertOwnAsync(
        new CompressionHandler(RequestHandler.From(request => HttpResponse.Text(request.Path.PadRight(5_000)))),
        (message, _) => message.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue(coding)),
        answer => answer.TrimEnd());

    [Fact]
    public Task Events() => AssertOwnAsync(
        RequestHandler.From(request => ServerSentEvents.From(request, Repeat(request.Path, request.Aborted))),
        read: answer => answer.Split('\n', StringSplitOptions.RemoveEmptyEntries).Distinct().Single()["data: ".Length..]);

    [Theory]
    [InlineData(100)]
    [InlineData(100_000)]
    public async Task Files(int length)
    {
        foreach (int i in Enumerable.Range(0, Clients))
        {
            string subfolder = _folder.CreateSubdirectory($"of/{i}").FullName;
            foreach (int j in Enumerable.Range(0, Requests))
                await File.WriteAllTextAsync(Path.Combine(subfolder, $"{j}"), $"/of/{i}/{j}".PadRight(length));
        }

        await AssertOwnAsync(new StaticFileHandler(_folder.FullName), read: answer =>
        {
            answer.Length.Should().Be(length);
            return answer.TrimEnd();
        });
    }

    [Fact]
    public async Task A_proxy()
    {
        await using PwbServer target = new(
            RequestHandler.From(request => HttpResponse.Text(request.Path)),
            new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(0) });
        await target.StartAsync();
        using ProxyHandler proxy = new("/", new Uri($"http://{target.EndPoint}"), new FixedResponseHandler());
        await AssertOwnAsync(proxy);
    }

    private static async Task AssertOwnAsync(
        IRequestHandler handler, Action<HttpRequestMessage, string>? prepare = null, Func<string, string>? read = null)
    {
        await using PwbServer server = new(handler);
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(i => Task.Run(async () =>
        {
            using HttpClient client = server.CreateClient();
            for (int j = 0; j < Requests; j++)
            {
                string path = $"/of/{i}/{j}";
                using HttpRequestMessage message = new(HttpMethod.Get, new Uri(path, UriKind.Relative));
                prepare?.Invoke(message, path);
                using HttpResponseMessage response = await client.SendAsync(message);
                string answer = await ReadAsync(response);
                (read is null ? answer : read(answer)).Should().Be(path);
            }
        }))).WaitAsync(Wire.SafetyTimeout);
    }

    private static async Task<string> ReadAsync(HttpResponseMessage response)
    {
        Stream content = await response.Content.ReadAsStreamAsync();
        using StreamReader reader = new(response.Content.Headers.ContentEncoding.SingleOrDefault() switch
        {
            "gzip" => new GZipStream(content, CompressionMode.Decompress),
            "br" => new BrotliStream(content, CompressionMode.Decompress),
            _ => content,
        });
        return await reader.ReadToEndAsync();
    }

    private static async IAsyncEnumerable<SseItem<string>> Repeat(string text, [EnumeratorCancellation] CancellationToken token)
    {
        for (int i = 0; i < 5; i++)
        {
            await Task.Yield();
            token.ThrowIfCancellationRequested();
            yield return new SseItem<string>(text);
        }
    }
}

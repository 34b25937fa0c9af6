using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Threading.Channels;
using Pwb;

namespace Snippets;

/// <summary>The C# of docs/webhook.md.</summary>
public sealed class WebhookSnippets
{
    // <webhook-tests>
    private static readonly byte[] Secret = "It's a Secret to Everybody"u8.ToArray();

    [Fact]
    public async Task A_push_that_is_signed_is_taken()
    {
        Channel<Push> work = Channel.CreateBounded<Push>(10);
        using HttpClient client = new PwbServer(new WebhookHandler(Secret, work.Writer)).CreateClient();

        using HttpResponseMessage response = await client.SendAsync(Signed("""{ "ref": "refs/heads/main" }""", Secret));

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.True(work.Reader.TryRead(out Push? push));
        Assert.Equal("refs/heads/main", push.Ref);
    }

    [Theory]
    [InlineData("another secret", 10, HttpStatusCode.Forbidden)]
    [InlineData("It's a Secret to Everybody", 10, HttpStatusCode.BadRequest)] // signed, but it is no JSON
    [InlineData("It's a Secret to Everybody", 5_000_001, HttpStatusCode.RequestEntityTooLarge)]
    public async Task Whatever_else_comes_is_refused(string secret, int length, HttpStatusCode expected)
    {
        Channel<Push> work = Channel.CreateBounded<Push>(10);
        using HttpClient client = new PwbServer(new WebhookHandler(Secret, work.Writer)).CreateClient();

        using HttpResponseMessage response = await client.SendAsync(
            Signed(new string('x', length), Encoding.UTF8.GetBytes(secret)));

        Assert.Equal(expected, response.StatusCode);
        Assert.False(work.Reader.TryRead(out _));
    }

    private static HttpRequestMessage Signed(string json, byte[] secret)
    {
        HttpRequestMessage request =
            new(HttpMethod.Post, "/hook") { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        string signature = Convert.ToHexStringLower(HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes(json)));
        request.Headers.Add("X-Hub-Signature-256", $"sha256={signature}");
        return request;
    }
    // </webhook-tests>

    [Fact]
    public async Task The_program_takes_pushes_that_are_signed()
    {
        byte[] secret = Secret;

        // <webhook-program>
        Channel<Push> work = Channel.CreateBounded<Push>(100);
        await using PwbServer server = new(
            new WebhookHandler(secret, work.Writer), new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(8080) });
        // </webhook-program>

        using HttpClient client = server.CreateClient();
        using HttpResponseMessage response = await client.SendAsync(Signed("""{ "ref": "refs/heads/main" }""", Secret));
        response.StatusCode.Should().Be(HttpStatusCode.Accepted);
        (await client.GetAsync("/hook")).StatusCode.Should().Be(HttpStatusCode.MethodNotAllowed);
        using HttpRequestMessage unsigned = new(HttpMethod.Post, "/hook") { Content = new StringContent("{}") };
        (await client.SendAsync(unsigned)).StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_full_queue_asks_the_sender_to_come_again()
    {
        Channel<Push> work = Channel.CreateBounded<Push>(1);
        using HttpClient client = new PwbServer(new WebhookHandler(Secret, work.Writer)).CreateClient();
        (await client.SendAsync(Signed("""{ "ref": "a" }""", Secret))).StatusCode.Should().Be(HttpStatusCode.Accepted);

        (await client.SendAsync(Signed("""{ "ref": "b" }""", Secret))).StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
    }
}

// <webhook-handler>
internal sealed record Push(string Ref);

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(Push))]
internal sealed partial class HookJson : JsonSerializerContext;

internal sealed class WebhookHandler(byte[] secret, ChannelWriter<Push> work) : IRequestHandler
{
    public async ValueTask<HttpResponse> HandleAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.Path != "/hook") return HttpResponse.NotFound();
        if (request.Method != "POST") return HttpResponse.MethodNotAllowed("POST");

        byte[] content = await request.ReadBytesAsync(5_000_000, cancellationToken); // 413 beyond
        string expected = "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(secret, content));
        byte[] given = Encoding.UTF8.GetBytes(request.Headers["X-Hub-Signature-256"] ?? "");
        if (!CryptographicOperations.FixedTimeEquals(given, Encoding.UTF8.GetBytes(expected))) return HttpResponse.Problem(403);

        try
        {
            Push? push = JsonSerializer.Deserialize(content, HookJson.Default.Push);
            if (push is null) return HttpResponse.Problem(400);
            return work.TryWrite(push) ? new HttpResponse(202) : HttpResponse.Problem(503); // the sender comes again
        }
        catch (JsonException)
        {
            return HttpResponse.Problem(400);
        }
    }
}
// </webhook-handler>

using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pwb;

namespace Snippets;

/// <summary>The C# of docs/json.md.</summary>
public sealed partial class JsonSnippets
{
    // <json-types>
    internal sealed record Order(string Product, int Count);

    [JsonSourceGenerationOptions(
        JsonSerializerDefaults.Web, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
    [JsonSerializable(typeof(Order))]
    internal sealed partial class ShopJson : JsonSerializerContext;
    // </json-types>

    [Theory]
    [InlineData("{\"product\":\"tea\",\"count\":2}", 201)]
    [InlineData("{\"product\":\"tea\",\"count\":0}", 422)]
    [InlineData("{\"product\":null,\"count\":1}", 400)]
    [InlineData("{\"product\":\"tea\"}", 400)]
    public async Task An_order_comes_and_goes_as_JSON(string content, int statusCode)
    {
        // <json-handler>
        IRequestHandler orders = RequestHandler.From(async (request, cancellationToken) =>
        {
            if (request.Method != "POST") return HttpResponse.MethodNotAllowed("POST");

            Order order = await request.ReadJsonAsync(ShopJson.Default.Order, cancellationToken: cancellationToken);
            return order.Count > 0
                ? HttpResponse.Json(order, ShopJson.Default.Order, 201)
                : HttpResponse.Problem(422, "An order is of one piece at least.", members: [("member", "count")]);
        });
        // </json-handler>
        using HttpClient client = new PwbServer(orders).CreateClient();

        using HttpResponseMessage response = await client.PostAsync(
            "/", new StringContent(content, MediaTypeHeaderValue.Parse("application/json")));

        ((int)response.StatusCode).Should().Be(statusCode);
        if (statusCode == 201) (await response.Content.ReadAsStringAsync()).Should().Be(content);
    }

    [Fact]
    public async Task A_webhook_is_checked_over_its_raw_bytes()
    {
        byte[] secret = "secret"u8.ToArray();
        // <webhook>
        IRequestHandler webhook = RequestHandler.From(async (request, cancellationToken) =>
        {
            byte[] content = await request.ReadBytesAsync(5_000_000, cancellationToken);
            string expected = "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(secret, content));
            string signature = request.Headers["X-Hub-Signature-256"] ?? "";
            bool isSigned = CryptographicOperations.FixedTimeEquals(
                Encoding.UTF8.GetBytes(signature), Encoding.UTF8.GetBytes(expected));
            return isSigned ? new HttpResponse(204) : HttpResponse.Problem(403);
        });
        // </webhook>
        using HttpClient client = new PwbServer(webhook).CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/") { Content = new StringContent("hello") };
        request.Headers.Add("X-Hub-Signature-256", "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(secret, "hello"u8)));

        using HttpResponseMessage signed = await client.SendAsync(request);
        using HttpResponseMessage unsigned = await client.PostAsync("/", new StringContent("hello"));

        signed.StatusCode.Should().Be(HttpStatusCode.NoContent);
        unsigned.StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    [Fact]
    public void The_small_responses_are_values()
    {
        // <small-responses>
        HttpResponse missing = HttpResponse.NotFound();
        HttpResponse login = HttpResponse.Redirect("/登录?next=/", 303);
        HttpResponse elsewhere = HttpResponse.Redirect(new Uri("https://example.org/"), 308);
        HttpResponse invoice = HttpResponse.Text("total,42\n", contentType: "text/csv").Attachment("发票.csv");
        HttpResponse problem = HttpResponse.Problem(409, "Somebody else has changed it.");
        // </small-responses>

        missing.StatusCode.Should().Be(404);
        login.Headers["Location"].Should().Be("/%E7%99%BB%E5%BD%95?next=/");
        elsewhere.Headers["Location"].Should().Be("https://example.org/");
        invoice.Headers["Content-Disposition"].Should().EndWith("%E5%8F%91%E7%A5%A8.csv");
        problem.StatusCode.Should().Be(409);
    }

    [Theory]
    [InlineData("GET", "/chart", "If-None-Match", "\"7\"", 304)]
    [InlineData("GET", "/chart", "Range", "bytes=0-1", 206)]
    [InlineData("GET", "/manual", "Range", "bytes=0-1", 206)]
    [InlineData("GET", "/manual", "X-Nothing", "1", 200)]
    [InlineData("PUT", "/chart", "If-Match", "\"6\"", 412)]
    [InlineData("PUT", "/chart", "If-Match", "\"7\"", 204)]
    public async Task Ranges_and_preconditions_are_for_any_response(
        string method, string path, string name, string value, int statusCode)
    {
        string manual = Path.GetTempFileName();
        await File.WriteAllTextAsync(manual, "how to");
        byte[] png = [1, 2, 3];
        // <selecting>
        string version = "\"7\""; // an entity tag: it differs when the content does
        IRequestHandler handler = RequestHandler.From(request => (request.Method, request.Path) switch
        {
            ("GET" or "HEAD", "/manual") => FileResponse.Of(manual, request, "application/pdf").Attachment("manual.pdf"),
            ("GET" or "HEAD", "/chart") =>
                HttpResponse.Bytes(png, contentType: "image/png").With("ETag", version).RespondTo(request),
            ("PUT", "/chart") => request.CheckPreconditions(version) ?? new HttpResponse(204), // after the change
            _ => HttpResponse.NotFound(),
        });
        // </selecting>
        using HttpClient client = new PwbServer(handler).CreateClient();
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.TryAddWithoutValidation(name, value);

        using HttpResponseMessage response = await client.SendAsync(request);

        ((int)response.StatusCode).Should().Be(statusCode);
        File.Delete(manual);
    }
}

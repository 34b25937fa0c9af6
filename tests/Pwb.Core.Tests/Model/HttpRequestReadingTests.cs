using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Model;

public sealed partial class HttpRequestReadingTests
{
    private const string Json = "application/json";

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(4097)]
    [InlineData(1_000_000)]
    [InlineData(1_048_576)]
    public async Task Reads_all_of_it_up_to_the_limit_whether_the_length_is_known_or_not(int length)
    {
        byte[] content = new byte[length];
        Random.Shared.NextBytes(content);

        byte[] sized = await Request(new MemoryStream(content)).ReadBytesAsync();
        byte[] chunked = await Request(new PlainStream(content)).ReadBytesAsync();

        sized.AsSpan().SequenceEqual(content).Should().BeTrue();
        chunked.AsSpan().SequenceEqual(content).Should().BeTrue();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Refuses_what_is_longer_than_the_limit_with_413(bool isChunked)
    {
        using HttpClient client = Client(async request => HttpResponse.Bytes(await request.ReadBytesAsync(5)));
        using var whole = new ByteArrayContent("12345"u8.ToArray());
        using var request = new HttpRequestMessage(HttpMethod.Post, "/") { Content = new ByteArrayContent("123456"u8.ToArray()) };
        request.Headers.TransferEncodingChunked = isChunked;

        using HttpResponseMessage refused = await client.SendAsync(request);
        using HttpResponseMessage taken = await client.PostAsync("/", whole);

        refused.StatusCode.Should().Be(HttpStatusCode.RequestEntityTooLarge);
        (await taken.Content.ReadAsStringAsync()).Should().Be("12345");
    }

    [Fact]
    public async Task Does_not_allocate_what_is_only_announced()
    {
        using var content = new AnnouncedStream(int.MaxValue - 100);
        long before = GC.GetAllocatedBytesForCurrentThread();

        await Request(content).ReadBytesAsync(int.MaxValue);

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(2_000_000);
    }

    [Theory]
    [InlineData(null, "Gr\u00FC\u00DFe \u4F60")]
    [InlineData("text/plain; charset=UTF-8", "\u4F60")]
    [InlineData("text/plain; charset=\"utf-8\"", "\u4F60")]
    [InlineData("text/plain;charset=iso-8859-1", "Gr\u00FC\u00DFe")]
    [InlineData("text/plain; format=flowed; charset=us-ascii", "abc")]
    [InlineData("text/plain; charset=utf-16", "\u4F60")]
    public async Task Reads_text_in_its_charset_without_its_mark(string? contentType, string text)
    {
        Encoding encoding = contentType switch
        {
            not null when contentType.Contains("8859") => Encoding.Latin1,
            not null when contentType.Contains("16") => Encoding.Unicode,
            _ => Encoding.UTF8
        };
        using var content = new MemoryStream([.. encoding.Preamble, .. encoding.GetBytes(text)]);

        string read = await Request(content, contentType).ReadTextAsync();

        read.Should().Be(text);
    }

    [Fact]
    public async Task Refuses_text_in_a_charset_that_it_does_not_know_with_415()
    {
        var reading = async () => await Request(new MemoryStream("x"u8.ToArray()), "text/plain; charset=koi8-r").ReadTextAsync();

        (await reading.Should().ThrowAsync<RequestRejectedException>()).Which.StatusCode.Should().Be(415);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("Application/JSON; charset=\"UTF-8\"")]
    [InlineData("application/vnd.shop+json")]
    public async Task Reads_JSON_of_every_type_that_is_JSON(string contentType)
    {
        using var content = new MemoryStream("\uFEFF{\"Product\":\"\u8336\",\"Count\":2}"u8.ToArray());

        Order order = await Request(content, contentType).ReadJsonAsync(Types.Default.Order);

        order.Should().Be(new Order("\u8336", 2));
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("text/plain", null)]
    [InlineData("text/json-not", null)]
    [InlineData("application/x-www-form-urlencoded", null)]
    [InlineData("application/json; charset=utf-16", null)]
    [InlineData("+json", null)]
    [InlineData(Json, "gzip")]
    public async Task Refuses_other_types_and_codings_with_415_and_keeps_the_connection(string? contentType, string? coding)
    {
        using HttpClient client = OrderClient();
        using var content = new ByteArrayContent("{}"u8.ToArray());
        if (contentType is not null) content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        if (coding is not null) content.Headers.ContentEncoding.Add(coding);

        using HttpResponseMessage response = await client.PostAsync("/", content);

        response.StatusCode.Should().Be(HttpStatusCode.UnsupportedMediaType);
        response.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        response.Headers.ConnectionClose.Should().NotBe(true);
    }

    [Theory]
    [InlineData("", "line 1, byte 1")]
    [InlineData("{\"Product\":\n \"secret\" oops", "line 2, byte 11")]
    [InlineData("{\"Product\":\"secret\",\"Count\":\"many\"}", "line 1, byte 35")]
    [InlineData("{\"Product\":\"secret\"}", "The content")]
    [InlineData("{\"Product\":\"a\",\"Count\":1}trailing", "line 1, byte 26")]
    [InlineData("null", "The content")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "The content")]
    public async Task Refuses_what_is_no_such_JSON_with_400_by_line_and_position_and_echoes_nothing(string content, string place)
    {
        using HttpClient client = OrderClient();

        using HttpResponseMessage response = await client.PostAsync(
            "/", new StringContent(content, MediaTypeHeaderValue.Parse(Json)));
        string problem = await response.Content.ReadAsStringAsync();

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        problem.Should().Contain(place).And.NotContain("secret").And.NotContain("oops").And.NotContain("many")
            .And.NotContain("Count");
    }

    [Fact]
    public async Task A_refusal_reaches_the_client_from_a_body_that_reads_as_well()
    {
        using HttpClient client = Client(
            request => new ValueTask<HttpResponse>(new HttpResponse(200, ResponseBody.Push(async (output, token) =>
                await request.ReadJsonAsync(Types.Default.Order, cancellationToken: token)))));

        using HttpResponseMessage response = await client.PostAsync(
            "/", new StringContent("?", MediaTypeHeaderValue.Parse(Json)));

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Null_is_a_value_where_the_type_says_so() =>
        (await Request(new MemoryStream("null"u8.ToArray()), Json).ReadJsonAsync(Types.Default.NullableInt32)).Should().BeNull();

    // A node finds out only when somebody reads that object, and throws an ArgumentException then.
    [Theory]
    [InlineData("{\"secret\":1,\n \"secret\":2}", "line 2, byte 2")]
    [InlineData("[1,{\"a\":{\"b\":[{}],\"c\":{\"a\":1,\"\\u0061\":2}}}]", "line 1, byte 30")]
    [InlineData("{\"a\":1,\"A\":2}", "line 1, byte 8")]
    [InlineData("{\"a\":{\"a\":{}},\"b\":[{\"a\":1},{\"a\":2}]}", null)]
    [InlineData("7", null)]
    public async Task Refuses_two_members_of_one_name_where_a_node_would_throw_for_them_later(string content, string? place)
    {
        using HttpClient client = Client(
            async request => HttpResponse.Json(await request.ReadJsonAsync(Nodes.Default.JsonNode), Nodes.Default.JsonNode));

        using HttpResponseMessage response = await client.PostAsync(
            "/", new StringContent(content, MediaTypeHeaderValue.Parse(Json)));
        string answer = await response.Content.ReadAsStringAsync();

        response.StatusCode.Should().Be(place is null ? HttpStatusCode.OK : HttpStatusCode.BadRequest);
        if (place is null) answer.Should().Be(content);
        else answer.Should().Contain(place + ".").And.NotContain("secret");
    }

    [Fact]
    public async Task A_node_inside_another_type_is_looked_at_only_if_the_options_say_so()
    {
        const string Content = "{\"Node\":{\"a\":1,\"a\":2}}";
        Holder holder =
            await Request(new MemoryStream(Encoding.UTF8.GetBytes(Content)), Json).ReadJsonAsync(Types.Default.Holder);
        var reading =
            () => Request(new MemoryStream(Encoding.UTF8.GetBytes(Content)), Json).ReadJsonAsync(Strict.Default.Holder).AsTask();

        holder.Invoking(one => one.Node["a"]).Should().Throw<ArgumentException>();
        (await reading.Should().ThrowAsync<RequestRejectedException>()).Which.StatusCode.Should().Be(400);
    }

    [Fact]
    public async Task Case_counts_for_the_names_of_a_node_if_the_options_say_so()
    {
        JsonNode node =
            await Request(new MemoryStream("{\"a\":1,\"A\":2}"u8.ToArray()), Json).ReadJsonAsync(Types.Default.JsonNode);

        node.AsObject().Should().HaveCount(2);
    }

    [Fact]
    public async Task A_limit_below_zero_and_no_type_are_the_callers_fault()
    {
        HttpRequest request = Request(Stream.Null);

        (await request.Invoking(r => r.ReadBytesAsync(-1).AsTask()).Should().ThrowAsync<ArgumentOutOfRangeException>())
            .WithParameterName("maxLength");
        await request.Invoking(r => r.ReadJsonAsync<Order>(null!).AsTask()).Should().ThrowAsync<ArgumentNullException>();
    }

    private static HttpRequest Request(Stream content, string? contentType = null) =>
        contentType is null
            ? new HttpRequest("POST", "/", content) : new HttpRequest("POST", "/", content, ("Content-Type", contentType));

    [Fact]
    public async Task Every_line_of_Content_Encoding_counts()
    {
        HttpRequest request = new(
            "POST", "/", null, ("Content-Type", Json), ("Content-Encoding", "identity"), ("Content-Encoding", "gzip"));

        Func<Task> reading = async () => await request.ReadTextAsync();

        (await reading.Should().ThrowAsync<RequestRejectedException>()).Which.StatusCode.Should().Be(415);
    }

    private static HttpClient Client(Func<HttpRequest, ValueTask<HttpResponse>> handler) =>
        new PwbServer(RequestHandler.From((request, _) => handler(request))).CreateClient();

    private static HttpClient OrderClient() =>
        Client(async request => HttpResponse.Json(await request.ReadJsonAsync(Types.Default.Order), Types.Default.Order));

    internal sealed record Holder(JsonNode Node);

    internal sealed record Order(string Product, [property: JsonRequired] int Count);

    [JsonSerializable(typeof(Order))]
    [JsonSerializable(typeof(int?))]
    [JsonSerializable(typeof(JsonNode))]
    [JsonSerializable(typeof(Holder))]
    internal sealed partial class Types : JsonSerializerContext;

    [JsonSourceGenerationOptions(AllowDuplicateProperties = false)]
    [JsonSerializable(typeof(Holder))]
    internal sealed partial class Strict : JsonSerializerContext;

    [JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
    [JsonSerializable(typeof(JsonNode))]
    internal sealed partial class Nodes : JsonSerializerContext;

    /// <summary>Says that it is long, and ends at once.</summary>
    private sealed class AnnouncedStream(long length) : MemoryStream
    {
        public override long Length => length;
    }
}

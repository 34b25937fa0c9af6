using System.Net;
using System.Text.Json.Nodes;
using ModelContextProtocol.Server;
using Pwb.Mcp.Tests.Support;

namespace Pwb.Mcp.Tests;

/// <summary>What is refused before anything is served: by its method, its media types, its length and its JSON.</summary>
public sealed class RefusalTests
{
    [Theory]
    [InlineData("GET")]
    [InlineData("DELETE")]
    [InlineData("PUT")]
    public async Task Takes_no_method_but_POST(string method)
    {
        using Site site = new();
        using HttpRequestMessage request = new(
            new HttpMethod(method), "/mcp")
        { Headers = { { "Accept", "text/event-stream" } } };

        using HttpResponseMessage response = await site.Client.SendAsync(request);

        response.StatusCode.Should().Be(HttpStatusCode.MethodNotAllowed);
        response.Content.Headers.Allow.Should().Equal("POST", "OPTIONS");
    }

    [Fact]
    public async Task OPTIONS_says_what_it_takes()
    {
        using Site site = new();
        using HttpRequestMessage request = new(HttpMethod.Options, "/mcp");

        using HttpResponseMessage response = await site.Client.SendAsync(request);

        response.StatusCode.Should().Be(HttpStatusCode.NoContent);
        response.Content.Headers.Allow.Should().Equal("POST", "OPTIONS");
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("text/event-stream")]
    [InlineData("text/html")]
    [InlineData("application/json;q=0, text/event-stream")]
    [InlineData("*/*, text/event-stream;q=0")]
    public async Task Wants_a_client_that_takes_both_JSON_and_events(string accept)
    {
        using Site site = new();

        using HttpResponseMessage response = await site.SendAsync(Site.Ask("tools/list"), ("Accept", accept));

        response.StatusCode.Should().Be(HttpStatusCode.NotAcceptable);
        (await Site.ErrorOf(response)).Code.Should().Be(-32600);
    }

    [Fact]
    public async Task Wants_an_Accept_field()
    {
        using Site site = new();

        using HttpResponseMessage response = await site.SendAsync(Site.Ask("tools/list"), ("Accept", null));

        response.StatusCode.Should().Be(HttpStatusCode.NotAcceptable);
    }

    [Theory]
    [InlineData("*/*")]
    [InlineData("text/*, application/*")]
    [InlineData("application/json, text/event-stream;q=0.5")]
    [InlineData("TEXT/EVENT-STREAM , , Application/JSON")]
    public async Task Reads_Accept_as_HTTP_defines_it(string accept)
    {
        using Site site = new();

        using HttpResponseMessage response = await site.SendAsync(Site.Ask("tools/list"), ("Accept", accept));

        response.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("Content-Type", "text/plain")]
    [InlineData("Content-Type", "application/x-www-form-urlencoded")]
    [InlineData("Content-Type", "application/json; charset=iso-8859-1")]
    [InlineData("Content-Type", "text/plain; x=application/json")]
    [InlineData("Content-Encoding", "gzip")]
    public async Task Takes_no_content_but_plain_JSON(string name, string value)
    {
        using Site site = new();

        using HttpResponseMessage response = await site.SendAsync(Site.Ask("tools/list"), (name, value));

        response.StatusCode.Should().Be(HttpStatusCode.UnsupportedMediaType);
        (await Site.ErrorOf(response)).Code.Should().Be(-32600);
    }

    [Fact]
    public async Task Takes_JSON_that_says_it_is_UTF_8_and_begins_with_a_mark()
    {
        using Site site = new();

        using HttpResponseMessage response = await site.SendTextAsync(
            '\uFEFF' + Site.Ask("tools/list").ToJsonString(),
            ("Content-Type", "Application/JSON; charset=\"UTF-8\""),
            ("MCP-Protocol-Version", Site.Current),
            ("Mcp-Method", "tools/list"));

        response.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Takes_no_message_above_the_limit()
    {
        using Site site = new(options: new McpHandlerOptions { MaxMessageLength = 1000 });

        using HttpResponseMessage response = await site.SendAsync(
            Site.Call("add", new JsonObject { ["a"] = new string('x', 1000) }));

        response.StatusCode.Should().Be(HttpStatusCode.RequestEntityTooLarge);
    }

    [Theory]
    [InlineData("", -32700)]
    [InlineData("{", -32700)]
    [InlineData("{}x", -32700)]
    [InlineData("null", -32600)]
    [InlineData("17", -32600)]
    [InlineData("{}", -32600)]
    [InlineData("[]", -32600)]
    [InlineData("""[{"jsonrpc":"2.0","id":1,"method":"tools/list"}]""", -32600)] // no revision that is served has batches
    [InlineData("""{"id":1,"method":"tools/list"}""", -32600)]
    [InlineData("""{"jsonrpc":"1.0","id":1,"method":"tools/list"}""", -32600)]
    [InlineData("""{"jsonrpc":2,"id":1,"method":"tools/list"}""", -32600)]
    [InlineData("""{"jsonrpc":"2.0","id":null,"method":"tools/list"}""", -32600)]
    [InlineData("""{"jsonrpc":"2.0","id":1.5,"method":"tools/list"}""", -32600)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":7}""", -32600)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"result":{}}""", -32600)] // a client's response: there are no requests to it
    [InlineData("""{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"x"}}""", -32600)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add","name":"sub"}}""", -32600)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"a":{"b":1,"b":2}}}""", -32600)]
    public async Task Takes_one_message_that_can_be_read_in_one_way(string content, int code)
    {
        using Site site = new();

        using HttpResponseMessage response = await site.SendTextAsync(content);

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (int actual, _, JsonNode whole) = await Site.ErrorOf(response);
        actual.Should().Be(code);
        whole.AsObject().Should().NotContainKey("id", "an error that answers no request has none");
    }

    [Fact]
    public async Task Answers_JSON_that_is_too_deep()
    {
        using Site site = new();

        using HttpResponseMessage response = await site.SendTextAsync(
            """{"jsonrpc":"2.0","id":1,"method":"x","params":""" + new string('[', 500) + new string(']', 500) + "}");

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public void Options_out_of_range_are_told_where_they_are_given()
    {
        McpServerOptions served = new();

        FluentActions.Invoking(() => new McpHandler(null!)).Should().Throw<ArgumentNullException>();
        foreach (McpHandlerOptions options in (McpHandlerOptions[])
            [
                new() { MaxMessageLength = 0 },
                new() { Heartbeat = TimeSpan.Zero },
                new() { Heartbeat = TimeSpan.FromDays(50) },
                new() { RequestTimeout = TimeSpan.FromMilliseconds(-2) },
                new() { TimeProvider = null! },
            ])
            FluentActions.Invoking(() => new McpHandler(served, options))
                .Should().Throw<ArgumentException>().WithParameterName("options");
        FluentActions.Invoking(() => new McpHandler(new McpServerOptions { ProtocolVersion = "1999-01-01" }))
            .Should().Throw<ModelContextProtocol.McpException>("the SDK cannot serve that");
    }
}

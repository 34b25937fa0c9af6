using System.Net;
using System.Text.Json.Nodes;
using ModelContextProtocol.Server;
using Pwb.Mcp.Tests.Support;

namespace Pwb.Mcp.Tests;

/// <summary>
/// The fields that repeat the content (Streamable HTTP, "Server Validation"), and the metadata of each request.
/// </summary>
public sealed class FieldTests
{
    public static TheoryData<string, string?> WrongFields => new()
    {
        { "MCP-Protocol-Version", null },
        { "MCP-Protocol-Version", "2025-11-25" },
        { "Mcp-Method", null },
        { "Mcp-Method", "tools/list" },
        { "Mcp-Method", "TOOLS/CALL" },
        { "Mcp-Method", "=?base64?dG9vbHMvY2FsbA==?=x" },
        { "Mcp-Name", null },
        { "Mcp-Name", "sub" },
        { "Mcp-Name", "ADD" },
        { "Mcp-Name", "=?base64?YWRk?" },
        { "Mcp-Name", "=?base64?YW?=" },
        { "Mcp-Name", "=?base64?!!!!?=" },
        { "Mcp-Name", "=?base64?/w==?=" }, // no UTF-8
        { "Mcp-Name", "=?BASE64?YWRk?=" },
    };

    [Theory]
    [MemberData(nameof(WrongFields))]
    public async Task A_field_that_is_missing_or_says_something_else_is_a_mismatch(string name, string? value)
    {
        using Site site = new();

        using HttpResponseMessage response = await site.SendAsync(Site.Call("add"), (name, value));

        if (value == "2025-11-25")
        {
            response.StatusCode.Should().Be(HttpStatusCode.OK, "a revision with a handshake makes nothing of metadata");
            return;
        }

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (int code, string message, JsonNode whole) = await Site.ErrorOf(response);
        code.Should().Be(-32020);
        message.Should().Contain(name);
        ((int)whole["id"]!).Should().Be(1, "it answers a request");
    }

    [Theory]
    [InlineData("Mcp-Name", "=?base64?YWRk?=")]
    [InlineData("mcp-name", "  add  ")]
    public async Task A_name_may_be_in_base64_and_have_blanks_around_it(string name, string value)
    {
        using Site site = new();

        using HttpResponseMessage response = await site.SendAsync(
            Site.Call("add", new JsonObject { ["a"] = 1, ["b"] = 2 }), (name, value));

        response.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_field_that_is_there_twice_is_a_mismatch()
    {
        using Site site = new();
        using HttpRequestMessage request = new(HttpMethod.Post, "/mcp")
        {
            Content = new StringContent(Site.Ask("tools/list").ToJsonString(), null, "application/json"),
            Headers =
            {
                { "Accept", "application/json, text/event-stream" },
                { "MCP-Protocol-Version", Site.Current },
                { "Mcp-Method", ["tools/list", "tools/list"] },
            },
        };

        using HttpResponseMessage response = await site.Client.SendAsync(request);

        (await Site.ErrorOf(response)).Code.Should().Be(-32020);
    }

    [Fact]
    public async Task The_name_of_a_resource_is_its_URI()
    {
        using Site site = new(new McpServerOptions
        {
            ResourceCollection = [
                McpServerResource.Create(
                    () => "text", new McpServerResourceCreateOptions { UriTemplate = "note://one", Name = "one" })],
        });
        JsonObject read = Site.Ask("resources/read", new JsonObject { ["uri"] = "note://one" });

        using HttpResponseMessage right = await site.SendAsync(read);
        using HttpResponseMessage wrong = await site.SendAsync(read, ("Mcp-Name", "note://two"));

        right.StatusCode.Should().Be(HttpStatusCode.OK);
        (await Site.ErrorOf(wrong)).Code.Should().Be(-32020);
    }

    [Theory]
    [InlineData("2024-01-01")]
    [InlineData("2026-07-29")]
    [InlineData("v999")]
    [InlineData("")]
    [InlineData("2026-07-28, 2026-07-28")]
    public async Task A_version_that_is_not_served_is_answered_with_those_that_are(string version)
    {
        using Site site = new();

        using HttpResponseMessage response = await site.SendAsync(Site.Ask("tools/list"), ("MCP-Protocol-Version", version));

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (int code, _, JsonNode whole) = await Site.ErrorOf(response);
        code.Should().Be(-32022);
        whole["error"]!["data"]!["supported"]!.AsArray().Select(node => (string?)node).Should().Equal(Site.Current);
        ((string?)whole["error"]!["data"]!["requested"]).Should().Be(version);
    }

    [Fact]
    public async Task A_server_of_one_version_serves_no_other()
    {
        McpServerOptions served = new() { ToolCollection = [Tools.Add()], ProtocolVersion = Site.Current };
        using Site site = new(served);

        using HttpResponseMessage earlier = await site.SendTextAsync(
            """{"jsonrpc":"2.0","id":1,"method":"tools/list"}""", ("MCP-Protocol-Version", "2025-11-25"));
        using HttpResponseMessage silent = await site.SendTextAsync(
            """{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25"}}""");

        (await Site.ErrorOf(earlier)).Code.Should().Be(-32022);
        (await Site.ErrorOf(silent)).Code.Should().Be(
            -32020, "without the field, the request cannot be of the version that is served");
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"_meta":7}""")]
    [InlineData("""{"_meta":{}}""")]
    [InlineData("""{"_meta":{"io.modelcontextprotocol/clientCapabilities":{}}}""")]
    [InlineData("""{"_meta":{"io.modelcontextprotocol/protocolVersion":7,"io.modelcontextprotocol/clientCapabilities":{}}}""")]
    [InlineData("""{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}""")]
    [InlineData(
        """{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":[]}}""")]
    [InlineData("[]")]
    public async Task A_request_without_its_metadata_has_invalid_parameters(string parameters)
    {
        using Site site = new();

        using HttpResponseMessage response = await site.SendTextAsync(
            $$"""{"jsonrpc":"2.0","id":"x","method":"tools/list","params":{{parameters}}}""",
            ("MCP-Protocol-Version", Site.Current),
            ("Mcp-Method", "tools/list"));

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (int code, _, JsonNode whole) = await Site.ErrorOf(response);
        code.Should().Be(-32602);
        ((string?)whole["id"]).Should().Be("x");
    }

    public static TheoryData<string, string> RightArguments => new()
    {
        { """{"region":"north"}""", "north" },
        { """{"region":"Grüße"}""", "=?base64?R3LDvMOfZQ==?=" },
        { """{"region":"=?base64?x"}""", "=?base64?x" },
    };

    [Theory]
    [MemberData(nameof(RightArguments))]
    public async Task An_argument_is_repeated_as_text_or_in_base64(string arguments, string field)
    {
        using Site site = Site.With(Tools.Located());

        using HttpResponseMessage response = await site.SendAsync(
            Site.Call("locate", JsonNode.Parse(arguments)!.AsObject()), ("Mcp-Param-Region", field));

        response.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("42", "42", true)]
    [InlineData("42", "42.0", true)]
    [InlineData("42", "4.2e1", true)]
    [InlineData("42.0", "42", true)]
    [InlineData("-7", "-7", true)]
    [InlineData("42", "43", false)]
    [InlineData("42", "42.5", false)]
    [InlineData("42", " 42 x", false)]
    [InlineData("42", "0x2A", false)]
    [InlineData("42", "=?base64?NDI=?=", true)]
    [InlineData("42", "=?base64?NDIA?=", false)] // a NUL behind it
    [InlineData("9007199254740991", "9007199254740991", true)]
    [InlineData("9007199254740993", "9007199254740993", false)] // a reader that has only doubles takes another
    [InlineData("1e400", "1e400", false)]
    public async Task A_number_is_compared_as_a_number(string argument, string field, bool isSame)
    {
        using Site site = Site.With(Tools.Located());
        JsonObject call = Site.Call("locate", JsonNode.Parse($$"""{"count":{{argument}}}""")!.AsObject());

        using HttpResponseMessage response = await site.SendAsync(call, ("Mcp-Param-Count", field));

        response.StatusCode.Should().Be(isSame ? HttpStatusCode.OK : HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("""{"region":"north"}""", null)] // missing
    [InlineData("{}", "north")] // nothing to repeat
    [InlineData("""{"region":null}""", "north")]
    [InlineData("""{"region":"north"}""", "south")]
    [InlineData("""{"region":"north"}""", "=?base64?c291dGg=?=")]
    [InlineData("""{"region":"north"}""", "=?base64?bm9ydGg?=")]
    [InlineData("""{"region":{"a":1}}""", "north")]
    public async Task A_field_that_does_not_repeat_its_argument_is_a_mismatch(string arguments, string? field)
    {
        using Site site = Site.With(Tools.Located());

        using HttpResponseMessage response = await site.SendAsync(
            Site.Call("locate", JsonNode.Parse(arguments)!.AsObject()), ("Mcp-Param-Region", field));

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (int code, string message, _) = await Site.ErrorOf(response);
        code.Should().Be(-32020);
        message.Should().Contain("Mcp-Param-Region");
    }

    [Theory]
    [InlineData("true", "true", true)]
    [InlineData("true", "false", false)]
    [InlineData("false", "False", false)]
    public async Task A_truth_is_compared_as_JSON_writes_it(string argument, string field, bool isSame)
    {
        using Site site = Site.With(Tools.Located());
        JsonObject call = Site.Call("locate", JsonNode.Parse($$"""{"exact":{{argument}}}""")!.AsObject());

        using HttpResponseMessage response = await site.SendAsync(call, ("Mcp-Param-Exact", field));

        response.StatusCode.Should().Be(isSame ? HttpStatusCode.OK : HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("""{"note":"x"}""", null)]
    [InlineData("""{"region":null}""", null)]
    [InlineData("{}", null)]
    public async Task What_no_field_is_to_repeat_needs_none(string arguments, string? field)
    {
        using Site site = Site.With(Tools.Located());

        using HttpResponseMessage response = await site.SendAsync(
            Site.Call("locate", JsonNode.Parse(arguments)!.AsObject()), ("Mcp-Param-Region", field), ("Mcp-Param-Unknown", "x"));

        response.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_argument_inside_of_another_is_found_on_its_path()
    {
        McpServerTool tool = Tools.Of("nested", () => "done");
        tool.ProtocolTool.InputSchema = System.Text.Json.JsonDocument.Parse("""
            {
              "type": "object",
              "properties": {
                "place": { "type": "object", "properties": { "region": { "type": "string", "x-mcp-header": "Region" } } },
                "odd": true
              }
            }
            """).RootElement;
        using Site site = Site.With(tool);
        JsonObject call = Site.Call("nested", new JsonObject { ["place"] = new JsonObject { ["region"] = "north" } });

        using HttpResponseMessage right = await site.SendAsync(call, ("Mcp-Param-Region", "north"));
        using HttpResponseMessage wrong = await site.SendAsync(call, ("Mcp-Param-Region", "south"));
        using HttpResponseMessage missing = await site.SendAsync(call);

        right.StatusCode.Should().Be(HttpStatusCode.OK);
        wrong.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        missing.StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }
}

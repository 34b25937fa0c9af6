using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using ModelContextProtocol.Server;

namespace Pwb.Mcp.Tests.Support;

/// <summary>An end point in memory, and a client that says exactly what a test wants.</summary>
internal sealed class Site : IDisposable
{
    public const string Current = "2026-07-28";

    public Site(McpServerOptions? served = null, McpHandlerOptions? options = null)
    {
        Handler = new McpHandler(served ?? new McpServerOptions { ToolCollection = [Tools.Add()] }, options);
        Client = new PwbServer(new Router([new Route("/mcp", Handler)])).CreateClient(throwsHandlerExceptions: true);
    }

    public McpHandler Handler { get; }

    public HttpClient Client { get; }

    public static Site With(params McpServerTool[] tools) => new(new McpServerOptions { ToolCollection = [.. tools] });

    /// <summary>The content of a request of the current revision, complete.</summary>
    public static JsonObject Ask(string method, JsonObject? parameters = null, JsonNode? id = null)
    {
        JsonObject all = parameters?.DeepClone().AsObject() ?? [];
        JsonObject meta = all["_meta"]?.AsObject() ?? [];
        all["_meta"] = meta;
        meta["io.modelcontextprotocol/protocolVersion"] = Current;
        meta["io.modelcontextprotocol/clientCapabilities"] = new JsonObject();
        return new JsonObject { ["jsonrpc"] = "2.0", ["id"] = id ?? 1, ["method"] = method, ["params"] = all };
    }

    /// <summary>The content of a call of a tool.</summary>
    public static JsonObject Call(string name, JsonObject? arguments = null) =>
        Ask("tools/call", new JsonObject { ["name"] = name, ["arguments"] = arguments ?? [] });

    /// <summary>Sends a request of the current revision with the fields that belong to it.</summary>
    public Task<HttpResponseMessage> SendAsync(JsonObject content, params (string Name, string? Value)[] changed) =>
        SendAsync(Client, content, CancellationToken.None, changed);

    /// <summary>Sends a request of the current revision with the fields that belong to it.</summary>
    /// <param name="client">Who sends it.</param>
    /// <param name="content">The request.</param>
    /// <param name="cancellationToken">Ends the client's interest.</param>
    /// <param name="changed">Fields that are another than they should be; without a value: not there.</param>
    public static Task<HttpResponseMessage> SendAsync(
        HttpClient client, JsonObject content, CancellationToken cancellationToken, params (string Name, string? Value)[] changed)
    {
        Dictionary<string, string?> fields = new(StringComparer.OrdinalIgnoreCase)
        {
            ["MCP-Protocol-Version"] = Current,
            ["Mcp-Method"] = (string?)content["method"],
            ["Mcp-Name"] = (string?)(content["params"]?["name"] ?? content["params"]?["uri"]),
        };
        foreach ((string name, string? value) in changed) fields[name] = value;
        return client.SendAsync(
            Post(content.ToJsonString(), fields.Select(field => (field.Key, field.Value))),
            HttpCompletionOption.ResponseHeadersRead,
            cancellationToken);
    }

    /// <summary>Sends content with no fields but these, and those of its media types.</summary>
    public Task<HttpResponseMessage> SendTextAsync(string content, params (string Name, string? Value)[] fields) =>
        Client.SendAsync(Post(content, fields));

    /// <summary>Reads the error of a response that is JSON.</summary>
    public static async Task<(int Code, string Message, JsonNode Whole)> ErrorOf(HttpResponseMessage response)
    {
        response.Content.Headers.ContentType!.MediaType.Should().Be("application/json");
        JsonNode whole = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        ((string?)whole["jsonrpc"]).Should().Be("2.0");
        return ((int)whole["error"]!["code"]!, (string)whole["error"]!["message"]!, whole);
    }

    public void Dispose() => Client.Dispose();

    private static HttpRequestMessage Post(string content, IEnumerable<(string Name, string? Value)> fields)
    {
        HttpRequestMessage request = new(
            HttpMethod.Post, "/mcp")
        { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(content)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.TryAddWithoutValidation("Accept", "application/json, text/event-stream");
        foreach ((string name, string? value) in fields)
        {
            HttpHeaders headers =
                name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase) ? request.Content.Headers : request.Headers;
            headers.Remove(name);
            if (value is not null) headers.TryAddWithoutValidation(name, value).Should().BeTrue();
        }

        return request;
    }
}

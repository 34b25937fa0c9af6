// Serves what the official conformance suite asks servers for, without ASP.NET. Prints its address, and ends with its input.
using Everything;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using Pwb;

McpServerOptions served = new()
{
    ServerInfo = new Implementation { Name = "everything", Version = "1.0.0" },
    Capabilities = new ServerCapabilities
    {
        Resources = new ResourcesCapability { Subscribe = true },
        Completions = new CompletionsCapability(),
    },
    ToolCollection = [.. Tools.All, .. InputTools.All],
    PromptCollection = [.. Prompts.All],
    ResourceCollection = [.. Resources.All],
    Handlers = new McpServerHandlers
    {
        ReadResourceHandler = (context, _) =>
            throw new McpProtocolException(
                "There is no such resource.", McpErrorCode.InvalidParams) { Data = { ["uri"] = context.Params.Uri } },
        CompleteHandler =
            (_, _) =>
                new ValueTask<CompleteResult>(
                    new CompleteResult { Completion = new Completion { Values = ["paris", "park"], Total = 2 } }),
    },
};
McpServerTool tool = Tools.Text("test_comes_and_goes", () => "It is there.");
McpServerPrompt prompt = Prompts.Text("test_comes_and_goes", () => "It is there.");
served.ToolCollection.Add(Tools.Text("test_trigger_tool_change", () => Toggle(served.ToolCollection, tool)));
served.ToolCollection.Add(Tools.Text("test_trigger_prompt_change", () => Toggle(served.PromptCollection, prompt)));

Router router = new([new("/mcp", new McpHandler(served))]);
await using PwbServer server = new(router, new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(0) });
await server.StartAsync();
Console.WriteLine($"http://localhost:{server.EndPoint.Port}/mcp");
while (await Console.In.ReadLineAsync() is not null)
{
    // Nothing is said to it.
}

await server.StopAsync();

static string Toggle<T>(McpServerPrimitiveCollection<T> collection, T one)
    where T : class, IMcpServerPrimitive
{
    if (!collection.Remove(one)) collection.Add(one);
    return "Done.";
}

using System.ComponentModel;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Everything;

/// <summary>The prompts.</summary>
internal static class Prompts
{
    public static McpServerPrompt[] All { get; } =
    [
        Text("test_simple_prompt", () => "This is a simple prompt for testing."),
        Of("test_prompt_with_arguments", ([Description("First")] string arg1, [Description("Second")] string arg2) =>
            $"Prompt with arguments: arg1='{arg1}', arg2='{arg2}'"),
        Of("test_prompt_with_embedded_resource", ([Description("The resource")] string resourceUri) => new PromptMessage[]
        {
            new()
            {
                Role = Role.User,
                Content = Tools.Embedded(resourceUri, "text/plain", "Embedded resource content for testing."),
            },
            new() { Role = Role.User, Content = new TextContentBlock { Text = "Please process the embedded resource above." } },
        }),
        Of("test_prompt_with_image", () => new PromptMessage[]
        {
            new() { Role = Role.User, Content = Tools.Image() },
            new() { Role = Role.User, Content = new TextContentBlock { Text = "Please analyze the image above." } },
        }),
        Of("test_input_required_result_prompt", (RequestContext<GetPromptRequestParams> context) =>
            context.Params.InputResponses?.ContainsKey("user_context") is true
                ? "A prompt with context."
                : throw new InputRequiredException(
                    InputTools.Elicitation("user_context", "What context should the prompt use?", "context"))),
    ];

    public static McpServerPrompt Text(string name, Func<string> text) => Of(name, text);

    private static McpServerPrompt Of(string name, Delegate method) =>
        McpServerPrompt.Create(
            method, new McpServerPromptCreateOptions { Name = name, Description = $"Is what the suite expects of {name}." });
}

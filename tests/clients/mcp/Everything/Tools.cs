using System.ComponentModel;
using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Everything;

/// <summary>The tools that answer at once.</summary>
internal static class Tools
{
    public static readonly byte[] Png = Convert.FromBase64String(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==");

    private static readonly byte[] Wav = Convert.FromBase64String(
        "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAAAAA==");

    public static McpServerTool[] All { get; } =
    [
        Text("test_simple_text", () => "This is a simple text response for testing."),
        Of("test_image_content", () => (ContentBlock)Image()),
        Of("test_audio_content", () => (ContentBlock)AudioContentBlock.FromBytes(Wav, "audio/wav")),
        Of("test_embedded_resource",
            () => (ContentBlock)Embedded("test://embedded-resource", "text/plain", "This is an embedded resource content.")),
        Of("test_multiple_content_types", () => new ContentBlock[]
        {
            new TextContentBlock { Text = "Multiple content types test:" },
            Image(),
            Embedded("test://mixed-content-resource", "application/json", """{"test":"data","value":123}"""),
        }),
        Of("test_error_handling", string () => throw new McpException("This tool intentionally returns an error for testing")),
        Of("test_tool_with_progress", ProgressAsync),
        Of("test_logging_tool", LogAsync),
        Of("test_missing_capability", NeedSampling),
        Header(),
        Schema(),
    ];

    public static McpServerTool Text(string name, Func<string> text) => Of(name, text);

    public static McpServerTool Of(string name, Delegate method) =>
        McpServerTool.Create(
            method, new McpServerToolCreateOptions { Name = name, Description = $"Does what the suite expects of {name}." });

    public static ImageContentBlock Image() => ImageContentBlock.FromBytes(Png, "image/png");

    public static EmbeddedResourceBlock Embedded(string uri, string mediaType, string text) =>
        new() { Resource = new TextResourceContents { Uri = uri, MimeType = mediaType, Text = text } };

    private static async Task<string> ProgressAsync(IProgress<ProgressNotificationValue> progress)
    {
        for (int done = 0; done <= 100; done += 50)
        {
            progress.Report(new ProgressNotificationValue { Progress = done, Total = 100 });
            await Task.Delay(50);
        }

        return "Done.";
    }

    private static async Task<string> LogAsync(RequestContext<CallToolRequestParams> context, CancellationToken cancellationToken)
    {
        if (context.JsonRpcRequest.Context?.LogLevel is { } level)
        {
            LoggingMessageNotificationParams line = new() { Level = level, Data = JsonDocument.Parse("\"working\"").RootElement };
            await context.Server.SendNotificationAsync(
                NotificationMethods.LoggingMessageNotification, line, cancellationToken: cancellationToken);
        }

        return "Done.";
    }

    private static string NeedSampling(RequestContext<CallToolRequestParams> context) =>
        context.JsonRpcRequest.Context?.ClientCapabilities?.Sampling is not null
            ? "The client samples."
            : throw new MissingRequiredClientCapabilityException(new ClientCapabilities { Sampling = new SamplingCapability() });

    private static McpServerTool Header() =>
        Of("test_header", ([McpHeader("Region"), Description("Where.")] string region) => $"In {region}.");

    private static McpServerTool Schema()
    {
        McpServerTool tool = Text("json_schema_2020_12_tool", () => "Done.");
        tool.ProtocolTool.InputSchema = JsonDocument.Parse("""
            {
              "$schema": "https://json-schema.org/draft/2020-12/schema",
              "type": "object",
              "$defs": {
                "address": {
                  "$anchor": "addressDef",
                  "type": "object",
                  "properties": { "street": { "type": "string" }, "city": { "type": "string" } }
                }
              },
              "properties": {
                "name": { "type": "string" },
                "address": { "$ref": "#/$defs/address" },
                "contactMethod": { "type": "string", "enum": ["phone", "email"] },
                "phone": { "type": "string" },
                "email": { "type": "string" }
              },
              "allOf": [{ "anyOf": [{ "required": ["phone"] }, { "required": ["email"] }] }],
              "if": { "properties": { "contactMethod": { "const": "phone" } }, "required": ["contactMethod"] },
              "then": { "required": ["phone"] },
              "else": { "required": ["email"] },
              "additionalProperties": false
            }
            """).RootElement;
        return tool;
    }
}

using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace Pwb.Mcp;

/// <summary>Reads the one message that a request carries.</summary>
internal static class MessageReading
{
    private static readonly Fault NoJson = new(400, McpErrorCode.ParseError, "The content is not JSON.");

    private static readonly Fault NoMessage =
        new(400, McpErrorCode.InvalidRequest, "The content is JSON, but not one JSON-RPC 2.0 message.");

    private static readonly Fault NoQuestion =
        new(400, McpErrorCode.InvalidRequest, "A client sends requests and notifications only.");

    // JSON that two readers could read differently is refused: of two members with one name, each would take another.
    private static readonly JsonSerializerOptions Strict =
        new(McpJsonUtilities.DefaultOptions) { AllowDuplicateProperties = false };

    /// <summary>The reader and the writer of messages.</summary>
    public static JsonTypeInfo<JsonRpcMessage> TypeInfo { get; } =
        (JsonTypeInfo<JsonRpcMessage>)Strict.GetTypeInfo(typeof(JsonRpcMessage));

    /// <summary>Reads a request or a notification.</summary>
    /// <param name="content">The content.</param>
    /// <param name="message">The message.</param>
    /// <param name="fault">The fault of the content, or null.</param>
    public static bool TryRead(
        ReadOnlySpan<byte> content,
        [NotNullWhen(true)] out JsonRpcMessage? message,
        [NotNullWhen(false)] out Fault? fault)
    {
        // RFC 8259 §8.1: a byte order mark may be ignored.
        if (content.StartsWith(Encoding.UTF8.Preamble)) content = content[Encoding.UTF8.Preamble.Length..];
        try
        {
            message = JsonSerializer.Deserialize(content, TypeInfo);
            fault = message switch
            {
                JsonRpcRequest or JsonRpcNotification => null,
                null => NoMessage,
                _ => NoQuestion,
            };
        }
        catch (Exception exception)
            when (exception is JsonException or FormatException or InvalidOperationException or ArgumentException)
        {
            // The SDK's converters let out the reader's exceptions for a value of another kind, and the runtime's JsonObject
            // those of its dictionary for a repeated member.
            message = null;
            fault = IsJson(content) ? NoMessage : NoJson;
        }

        return fault is null;
    }

    private static bool IsJson(ReadOnlySpan<byte> content)
    {
        Utf8JsonReader reader = new(content);
        try
        {
            while (reader.Read())
            {
                // To its end.
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}

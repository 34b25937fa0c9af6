using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace Pwb.Mcp;

/// <summary>A message that is not served, and why.</summary>
/// <param name="StatusCode">The status of the response.</param>
/// <param name="Code">The code of the JSON-RPC error.</param>
/// <param name="Message">A sentence for the client's developer.</param>
/// <param name="Data">More for programs.</param>
internal sealed record Fault(int StatusCode, McpErrorCode Code, string Message, JsonObject? Data = null)
{
    /// <summary>A field that contradicts the content, or is missing.</summary>
    public static Fault OfField(string sentence) => new(400, McpErrorCode.HeaderMismatch, sentence);

    /// <summary>The response. An error that answers no request has no id.</summary>
    public HttpResponse ToResponse(RequestId id)
    {
        ArrayBufferWriter<byte> content = new();
        using (Utf8JsonWriter writer = new(content))
        {
            writer.WriteStartObject();
            writer.WriteString("jsonrpc", "2.0");
            if (id.Id is string text) writer.WriteString("id", text);
            if (id.Id is long number) writer.WriteNumber("id", number);
            writer.WriteStartObject("error");
            writer.WriteNumber("code", (int)Code);
            writer.WriteString("message", Message);
            if (Data is not null)
            {
                writer.WritePropertyName("data");
                Data.WriteTo(writer);
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return HttpResponse.Bytes(content.WrittenMemory, StatusCode, "application/json");
    }
}

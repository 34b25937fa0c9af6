using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pwb.Protocol;

namespace Pwb.Model;

/// <summary>Writes problem details: RFC 9457 §3.</summary>
internal static class ProblemJson
{
    public static ReadOnlyMemory<byte> Render(
        int statusCode,
        string? detail,
        string? title,
        string? type,
        ReadOnlySpan<(string Name, JsonNode? Value)> members)
    {
        ArrayBufferWriter<byte> content = new();
        using Utf8JsonWriter writer = new(content);
        writer.WriteStartObject();
        if (type is not null) writer.WriteString("type", type);
        writer.WriteString("title", title ?? ReasonPhrases.Get(statusCode));
        writer.WriteNumber("status", statusCode);
        if (detail is not null) writer.WriteString("detail", detail);
        foreach ((string name, JsonNode? value) in members)
        {
            writer.WritePropertyName(name);
            if (value is null) writer.WriteNullValue();
            else value.WriteTo(writer);
        }

        writer.WriteEndObject();
        writer.Flush();
        return content.WrittenMemory;
    }
}

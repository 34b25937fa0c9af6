using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Pwb.Mcp;

/// <summary>
/// Compares a message with the fields that repeat parts of it (Streamable HTTP, "Server Validation"): a gateway that decides by a
/// field must decide about the same message.
/// </summary>
/// <param name="server">The offered tools, resources and prompts.</param>
internal sealed class MessageCheck(McpServerOptions server)
{
    private readonly string? _only = server.ProtocolVersion;

    /// <summary>Finds the fault of a message; null without one.</summary>
    public Fault? WhatIsWrong(HttpFields fields, JsonRpcMessage message)
    {
        JsonNode? node = message is JsonRpcRequest asked ? asked.Params : (message as JsonRpcNotification)?.Params;
        JsonObject? parameters = node as JsonObject;
        JsonObject? meta = parameters?[FieldNames.Meta] as JsonObject;
        string? inContent = TextOf(meta, FieldNames.MetaProtocolVersion);
        if (!SingleField.TryGet(fields, FieldNames.ProtocolVersion, out string? version))
            return Fault.OfField($"{FieldNames.ProtocolVersion} is there twice, or holds other characters than visible ASCII.");
        if (version is null) return IsCurrent(inContent) ? Missing(FieldNames.ProtocolVersion) : null;
        if (!ProtocolVersions.IsServed(version, _only)) return Unsupported(version);
        if (version != ProtocolVersions.Current) return WhatIsWrongWithHandshake(version, message, parameters);

        if (message is not JsonRpcRequest request) return null; // no revision defines the fields of a notification
        if (inContent is null) return MissingMeta(FieldNames.MetaProtocolVersion);
        if (inContent != version)
            return Fault.OfField($"{FieldNames.ProtocolVersion} is not what {FieldNames.Meta} says.");
        if (WhatIsWrongWithFields(fields, request, parameters) is { } fault) return fault;
        return meta![FieldNames.MetaClientCapabilities] is JsonObject ? null : MissingMeta(FieldNames.MetaClientCapabilities);
    }

    private static Fault? WhatIsWrongWithHandshake(string version, JsonRpcMessage message, JsonObject? parameters)
    {
        if (message is not JsonRpcRequest { Method: RequestMethods.Initialize }) return null;
        return TextOf(parameters, "protocolVersion") is { } asked && asked != version
            ? Fault.OfField($"{FieldNames.ProtocolVersion} is not the version that the content asks for.")
            : null;
    }

    private static string? TextOf(JsonObject? node, string name) =>
        node?[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    private static Fault Missing(string name) => Fault.OfField($"{name} is missing.");

    private static Fault MissingMeta(string name) => new(
        400, McpErrorCode.InvalidParams, $"A request of this protocol version has {FieldNames.Meta} with {name}.");

    private static Fault? WhatIsWrongWithText(HttpFields fields, string name, string? expected)
    {
        if (!SingleField.TryGetDecoded(fields, name, out string? value)) return SingleField.Malformed(name);
        if (value is null) return Missing(name);
        return value == expected ? null : Fault.OfField($"{name} is not what the content says.");
    }

    private bool IsCurrent(string? inContent) =>
        (inContent is not null && !ProtocolVersions.IsEarlier(inContent)) || _only == ProtocolVersions.Current;

    private Fault Unsupported(string version)
    {
        JsonArray offered = [];
        foreach (string one in ProtocolVersions.Offered(_only)) offered.Add((JsonNode)one);
        return new Fault(
            400,
            McpErrorCode.UnsupportedProtocolVersion,
            "This protocol version is not served.",
            new JsonObject { ["supported"] = offered, ["requested"] = version });
    }

    private Fault? WhatIsWrongWithFields(HttpFields fields, JsonRpcRequest request, JsonObject? parameters)
    {
        if (WhatIsWrongWithText(fields, FieldNames.Method, request.Method) is { } fault) return fault;
        string? named = request.Method switch
        {
            RequestMethods.ToolsCall or RequestMethods.PromptsGet => "name",
            RequestMethods.ResourcesRead => "uri",
            _ => null,
        };
        if (named is null) return null;

        string? name = TextOf(parameters, named);
        if (WhatIsWrongWithText(fields, FieldNames.Name, name) is { } other) return other;
        if (request.Method != RequestMethods.ToolsCall || server.ToolCollection is not { } tools) return null;
        return tools.TryGetPrimitive(name!, out McpServerTool? tool)
            ? ParameterFields.WhatIsWrong(fields, tool.ProtocolTool.InputSchema, parameters?["arguments"] as JsonObject)
            : null;
    }
}

namespace Pwb.Mcp;

/// <summary>The fields that repeat a message's content for intermediaries, with that content.</summary>
internal static class FieldNames
{
    public const string ProtocolVersion = "MCP-Protocol-Version";
    public const string Method = "Mcp-Method";
    public const string Name = "Mcp-Name";
    public const string ParameterPrefix = "Mcp-Param-";

    public const string Meta = "_meta";
    public const string MetaProtocolVersion = "io.modelcontextprotocol/protocolVersion";
    public const string MetaClientCapabilities = "io.modelcontextprotocol/clientCapabilities";
    public const string MetaSubscriptionId = "io.modelcontextprotocol/subscriptionId";
}

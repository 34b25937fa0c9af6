using System.Text;
using ModelContextProtocol.Protocol;

namespace Pwb.Mcp;

/// <summary>Reads fields that repeat a value of the content, and so have one value themselves.</summary>
internal static class SingleField
{
    /// <summary>Reads a field that holds its value as it is.</summary>
    /// <returns>False if the field is there twice, or holds anything but visible ASCII, blanks and tabs.</returns>
    public static bool TryGet(HttpFields fields, string name, out string? value)
    {
        value = null;
        foreach (FieldLine line in fields)
        {
            if (!Encoding.ASCII.GetString(line.Name).Equals(name, StringComparison.OrdinalIgnoreCase)) continue;
            if (value is not null || line.Value.ContainsAnyExceptInRange((byte)' ', (byte)'~')) return false;
            value = Encoding.ASCII.GetString(line.Value);
        }

        return true;
    }

    /// <summary>Reads a field whose value may be in base64: <c>=?base64?...?=</c>.</summary>
    /// <returns>False if the field is malformed.</returns>
    public static bool TryGetDecoded(HttpFields fields, string name, out string? value)
    {
        if (!TryGet(fields, name, out value)) return false;
        if (value is null) return true;
        value = McpHeaderEncoder.DecodeValue(value);
        return value is not null;
    }

    /// <summary>The reason why a field cannot be read.</summary>
    public static Fault Malformed(string name) =>
        Fault.OfField($"{name} is there twice, is no base64, or holds other characters than visible ASCII.");
}

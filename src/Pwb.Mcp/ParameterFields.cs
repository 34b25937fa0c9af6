using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pwb.Mcp;

/// <summary>
/// Compares a tool's arguments with the fields that repeat some of them: those whose schema has <c>x-mcp-header</c>, on a path of
/// <c>properties</c> only.
/// </summary>
internal static class ParameterFields
{
    private const decimal MaxSafeInteger = 9_007_199_254_740_991; // the greatest integer that a double counts to by ones

    private const NumberStyles NumberFormat =
        NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    /// <summary>Finds the fault in the fields of a call; null without one.</summary>
    public static Fault? WhatIsWrong(HttpFields fields, JsonElement schema, JsonObject? arguments)
    {
        if (schema.ValueKind != JsonValueKind.Object || !schema.TryGetProperty("properties", out JsonElement properties)
            || properties.ValueKind != JsonValueKind.Object)
            return null;

        foreach (JsonProperty property in properties.EnumerateObject())
        {
            JsonNode? argument = arguments?[property.Name];
            if (WhatIsWrong(fields, property.Value, argument as JsonObject) is { } inside) return inside;
            if (property.Value.ValueKind != JsonValueKind.Object
                || !property.Value.TryGetProperty("x-mcp-header", out JsonElement name) || name.ValueKind != JsonValueKind.String)
                continue;
            if (WhatIsWrong(fields, FieldNames.ParameterPrefix + name.GetString(), argument) is { } fault) return fault;
        }

        return null;
    }

    private static Fault? WhatIsWrong(HttpFields fields, string name, JsonNode? argument)
    {
        if (!SingleField.TryGetDecoded(fields, name, out string? value)) return SingleField.Malformed(name);
        if (value is null && argument is null) return null;
        if (value is null) return Fault.OfField($"{name} is missing.");
        return argument is JsonValue one && IsSame(value, one) ? null : Fault.OfField($"{name} is not what the content says.");
    }

    private static bool IsSame(string value, JsonValue argument) => argument.GetValueKind() switch
    {
        JsonValueKind.String => value == argument.GetValue<string>(),
        JsonValueKind.True => value == "true",
        JsonValueKind.False => value == "false",
        JsonValueKind.Number => ReadInteger(value) is { } there && there == ReadInteger(argument.ToJsonString()),
        _ => false,
    };

    // 42.0 and 4.2e1 are 42. .NET takes NULs behind a number, which base64 can spell.
    private static decimal? ReadInteger(string text) =>
        !text.Contains('\0', StringComparison.Ordinal)
        && decimal.TryParse(text, NumberFormat, CultureInfo.InvariantCulture, out decimal number)
        && decimal.IsInteger(number) && Math.Abs(number) <= MaxSafeInteger
            ? number
            : null;
}

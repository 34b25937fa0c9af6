using System.Text.Json;

namespace Pwb.Model;

/// <summary>
/// Looks for an object of JSON with two members of one name. A <see cref="System.Text.Json.Nodes.JsonNode"/> finds them only when
/// code reads that object, and throws then.
/// </summary>
internal static class JsonNames
{
    /// <summary>Finds the first member whose name its object has already.</summary>
    /// <param name="content">JSON that these options take.</param>
    /// <param name="options">They say whether case counts.</param>
    /// <param name="at">The byte at which the name begins.</param>
    public static bool TryFindSecond(ReadOnlySpan<byte> content, JsonSerializerOptions options, out int at)
    {
        StringComparer comparer = options.PropertyNameCaseInsensitive ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;
        Utf8JsonReader reader = new(content, new JsonReaderOptions
        {
            AllowTrailingCommas = options.AllowTrailingCommas,
            CommentHandling = options.ReadCommentHandling,
            MaxDepth = options.MaxDepth,
        });
        List<HashSet<string>?> names = []; // of the objects around the reader, by their depth
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                while (names.Count <= reader.CurrentDepth) names.Add(null);
                names[reader.CurrentDepth] = null;
            }

            if (reader.TokenType != JsonTokenType.PropertyName) continue;
            HashSet<string> own = names[reader.CurrentDepth - 1] ??= new HashSet<string>(comparer);
            at = (int)reader.TokenStartIndex;
            if (!own.Add(reader.GetString()!)) return true;
        }

        at = 0;
        return false;
    }
}

using System.Text.RegularExpressions;

namespace Pwb.Tests.Architecture;

/// <summary>The rooms of the house: the folders of Core, read from its source.</summary>
internal static partial class Rooms
{
    /// <summary>The room of each type, by the type's full name.</summary>
    public static IReadOnlyDictionary<string, string> OfTypes(string source)
    {
        Dictionary<string, string> rooms = new(StringComparer.Ordinal);
        foreach (string file in Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories))
        {
            string room = Path.GetDirectoryName(Path.GetRelativePath(source, file))!.Replace('\\', '/');
            string text = File.ReadAllText(file);
            string space = Space().Match(text).Groups["space"].Value;
            if (space.Length == 0) continue; // what the build makes
            foreach (Match type in Type().Matches(text))
                rooms[$"{space}.{type.Groups["name"].Value}{(type.Groups["generic"].Success ? "`1" : "")}"] = room;
        }

        return rooms;
    }

    /// <summary>Which rooms each room uses.</summary>
    public static IReadOnlyDictionary<string, SortedSet<string>> Uses(
        IReadOnlyDictionary<string, string> rooms, IReadOnlyDictionary<string, SortedSet<string>> typeUses)
    {
        SortedDictionary<string, SortedSet<string>> uses = new(StringComparer.Ordinal);
        foreach ((string type, string room) in rooms)
        {
            if (!uses.TryGetValue(room, out SortedSet<string>? used)) uses[room] = used = new(StringComparer.Ordinal);
            if (!typeUses.TryGetValue(type, out SortedSet<string>? types)) continue;
            used.UnionWith(types.Where(rooms.ContainsKey).Select(other => rooms[other]).Where(other => other != room));
        }

        return uses;
    }

    [GeneratedRegex(@"^namespace (?<space>[\w.]+);", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Space();

    [GeneratedRegex(
        @"^(public|internal) ([a-z]+ )*(class|struct|interface|enum|record) (struct )?(?<name>[A-Z]\w+)(?<generic><\w+>)?",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Type();
}

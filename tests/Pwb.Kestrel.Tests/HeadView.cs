using System.Text;

namespace Pwb.Kestrel.Tests;

/// <summary>
/// A head that Kestrel's parser accepted, taken apart for the predicates of <see cref="StricterRules"/>. Kestrel has
/// seen to the rough form: two spaces in the first line, a colon in every other.
/// </summary>
internal sealed class HeadView
{
    public HeadView(ReadOnlySpan<byte> head)
    {
        Text = Encoding.Latin1.GetString(head);
        string[] lines = Text.TrimStart('\r', '\n').Split('\n').Select(line => line.TrimEnd('\r'))
            .TakeWhile(line => line.Length > 0).ToArray();
        RequestLine = lines[0];
        string[] parts = RequestLine.Split(' ');
        Method = parts[0];
        Target = parts[1];
        Version = parts[^1];
        Fields = lines.Skip(1).Select(line => line.Split(':', 2)).Select(pair => (pair[0], pair[1].Trim(' ', '\t'))).ToArray();
    }

    public string Text { get; }

    public string RequestLine { get; }

    public string Method { get; }

    public string Target { get; }

    public string Version { get; }

    public IReadOnlyList<(string Name, string Value)> Fields { get; }

    public string Path => Target.Split('?', 2)[0];

    public string Query => Target[Path.Length..];

    public string[] Values(string name) =>
        [.. Fields.Where(field => field.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(field => field.Value)];

    public string[] Codings => Members("Transfer-Encoding");

    /// <summary>The members of a list over all its lines, empty ones too, in lower case.</summary>
    public string[] Members(string name) =>
        [.. Values(name).SelectMany(value => value.Split(',')).Select(member => member.Trim(' ', '\t').ToLowerInvariant())];
}

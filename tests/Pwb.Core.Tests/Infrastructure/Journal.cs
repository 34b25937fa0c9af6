using System.Globalization;
using System.Net;
using System.Text;

namespace Pwb.Tests.Infrastructure;

/// <summary>
/// What the handler was given on one connection. It travels as the connection's remote end point, so that one server can
/// serve many tests at once.
/// </summary>
internal sealed class Journal : EndPoint
{
    private readonly List<Entry> _entries = [];

    public IReadOnlyList<Entry> Entries { get { lock (_entries) return [.. _entries]; } }

    /// <summary>"GET /target" for each request, in the order in which they were handled.</summary>
    public IEnumerable<string> Lines => Entries.Select(entry => $"{entry.Method} {entry.Target}");

    public override string ToString() => "journal";

    public void Add(HttpRequest request)
    {
        List<(string, string)> fields = [];
        foreach (FieldLine line in request.Headers) fields.Add((Latin1.Text(line.Name), Latin1.Text(line.Value)));
        var entry = new Entry(
            request.Method, Latin1.Text(request.Target), request.Path, Latin1.Text(request.RawQuery), request.Version,
            request.Host, request.ContentLength, fields);
        lock (_entries) _entries.Add(entry);
    }

    internal sealed record Entry(
        string Method, string Target, string Path, string RawQuery, Version Version, string Host, long? ContentLength,
        IReadOnlyList<(string Name, string Value)> Fields)
    {
        public string? this[string name] => Fields.Where(field => string.Equals(field.Name, name, StringComparison.Ordinal))
            .Select(field => field.Value).SingleOrDefault();

        public override string ToString()
        {
            var text = new StringBuilder();
            text.Append(
                CultureInfo.InvariantCulture,
                $"{Method} {Target} HTTP/{Version} path={Path} query={RawQuery} host={Host} length={ContentLength}\n");
            foreach ((string name, string value) in Fields) text.Append(CultureInfo.InvariantCulture, $"  {name}: {value}\n");
            return text.ToString();
        }
    }
}

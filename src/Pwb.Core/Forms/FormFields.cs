using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Pwb;

/// <summary>
/// The fields of a form, in the order in which they were sent: <c>form["name"]</c>. Names are compared by case.
/// </summary>
/// <example><code>
/// FormFields form = await request.ReadFormAsync();
/// string? name = form["name"];
/// int count = form.TryGet("count", out int number) ? number : 1;
/// </code></example>
public sealed class FormFields
{
    private readonly (string Name, string Value)[] _fields;

    /// <summary>Makes fields, to test code that takes them.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="fields"/> is null.</exception>
    public FormFields(IEnumerable<(string Name, string Value)> fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        _fields = [.. fields];
    }

    /// <summary>The number of fields.</summary>
    public int Count => _fields.Length;

    /// <summary>The first value of a name; null without such a field.</summary>
    public string? this[string name]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(name);
            foreach ((string its, string value) in _fields)
            {
                if (its == name) return value;
            }

            return null;
        }
    }

    /// <summary>Whether a field is there.</summary>
    public bool Contains(string name) => this[name] is not null;

    /// <summary>All values of a name, in the order in which they were sent.</summary>
    public IReadOnlyList<string> GetAll(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        List<string> values = [];
        foreach ((string its, string value) in _fields)
        {
            if (its == name) values.Add(value);
        }

        return values;
    }

    /// <summary>
    /// Reads the first value of a name as a number, a <see cref="Guid"/>, a date and so on, the same under every culture.
    /// </summary>
    /// <returns>False if there is no such field, or if its first value cannot be parsed.</returns>
    public bool TryGet<T>(string name, [MaybeNullWhen(false)] out T value)
        where T : IParsable<T> => T.TryParse(this[name], CultureInfo.InvariantCulture, out value);

    /// <summary>
    /// Walks over the fields, in the order in which they were sent: <c>foreach ((string name, string value) in form)</c>.
    /// </summary>
    public IEnumerator<(string Name, string Value)> GetEnumerator() => _fields.AsEnumerable().GetEnumerator();
}

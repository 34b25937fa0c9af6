using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Pwb.Hosting;

/// <summary>
/// One key of the configuration with its value. A value that cannot be read is a failure that names the key, and the default of
/// its type; it never leaves, since a section with failures is refused as a whole. A secret may be among the values, so none is
/// repeated.
/// </summary>
internal readonly struct Setting(IConfigurationSection section, List<string> failures)
{
    /// <summary>The key's last part in capital letters: the case of a key does not count.</summary>
    public string Name => section.Key.ToUpperInvariant();

    public string Path => section.Path;

    public string? Value => section.Value;

    public bool Is(string name) => string.Equals(section.Key, name, StringComparison.OrdinalIgnoreCase);

    public IEnumerable<Setting> Children()
    {
        List<string> all = failures;
        return section.GetChildren().Select(child => new Setting(child, all));
    }

    /// <summary>Notes the failure.</summary>
    public T Fail<T>(T value, string message)
    {
        failures.Add($"{Path} {message}.");
        return value;
    }

    public bool Boolean() =>
        bool.TryParse(Value, out bool value) ? value : Fail(false, "is neither true nor false");

    public int Int32() =>
        WholeNumber.TryParse(Value, out int value)
            ? value
            : Fail(0, "is no whole number from 0 to 2147483647");

    public int? Int32OrNull() => string.IsNullOrEmpty(Value) && !Children().Any() ? null : Int32();

    public long Int64() =>
        WholeNumber.TryParse(Value, out long value)
            ? value
            : Fail(0L, "is no whole number from 0 to 9223372036854775807");

    // With a colon, since .NET reads "30" as thirty days.
    public TimeSpan Duration() =>
        Value is { } text && text.Contains(':', StringComparison.Ordinal)
            && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out TimeSpan value)
            ? value
            : Fail(TimeSpan.Zero, "is no duration such as 00:00:30");

    public T Choice<T>()
        where T : struct, Enum
    {
        string? text = Value;
        string? name = Array.Find(Enum.GetNames<T>(), name => string.Equals(name, text, StringComparison.OrdinalIgnoreCase));
        return name is null
            ? Fail(default(T), $"is none of {string.Join(", ", Enum.GetNames<T>())}")
            : Enum.Parse<T>(name);
    }

    /// <summary>The text; null for none at all, an empty one too, since variables of the environment cannot say null.</summary>
    public string? TextOrNull() =>
        Children().Any() ? Fail<string?>(null, "is no text") : string.IsNullOrEmpty(Value) ? null : Value;

    public string Text() => TextOrNull() ?? Fail("", "is empty");

    /// <summary>The texts of a list; null for no list. An empty text is an empty list, as JSON's <c>[]</c> arrives.</summary>
    public IReadOnlyList<string>? Texts()
    {
        if (!string.IsNullOrEmpty(Value)) return Fail<string[]>([], "is no list: its first member is the key with :0");
        string[] texts = [.. Children().Select(child => child.Text())];
        return texts.Length == 0 && Value is null ? null : texts;
    }
}

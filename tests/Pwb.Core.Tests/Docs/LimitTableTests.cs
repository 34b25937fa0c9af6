using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;

namespace Pwb.Tests.Docs;

/// <summary>The tables of docs/limits.md and docs/static-files.md are those of the code.</summary>
public sealed class LimitTableTests
{
    [Fact]
    public void The_limits_are_there_once_with_their_defaults() =>
        Rows("docs/limits.md").Should().BeEquivalentTo(
            PropertiesOf<PwbServerLimits>().Select(
                property => (property.Name, Show(property.GetValue(PwbServerLimits.Default)))));

    [Fact]
    public void The_options_of_static_files_are_there_once() =>
        Rows("docs/static-files.md").Select(row => row.Name).Should().BeEquivalentTo(
            PropertiesOf<StaticFileOptions>().Select(property => property.Name));

    private static PropertyInfo[] PropertiesOf<T>() => typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance);

    private static IEnumerable<(string Name, string Default)> Rows(string document) =>
        Regex.Matches(Repository.Read(document), @"^\| `(?<name>\w+)` \| (?<default>[^|]+) \|", RegexOptions.Multiline).Select(
            row => (row.Groups["name"].Value, row.Groups["default"].Value));

    private static string Show(object? value) => value switch
    {
        null => "computed",
        TimeSpan time => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds} s"),
        int or long when Convert.ToInt64(value, CultureInfo.InvariantCulture) is >= 1024 and var size && size % 1024 == 0 =>
            string.Create(CultureInfo.InvariantCulture, $"{size / 1024} KiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value:N0}"),
    };
}

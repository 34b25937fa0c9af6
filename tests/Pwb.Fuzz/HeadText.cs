using System.Globalization;
using System.Text;

namespace Pwb.Fuzz;

/// <summary>
/// A request head as one text, made the same way from what the handler saw and from what the reference predicts.
/// </summary>
internal sealed class HeadText
{
    private readonly StringBuilder _text = new();

    public HeadText(
        string method, string target, string path, string normalPath, string query, int minorVersion, string host,
        long? contentLength) =>
        _text.Append(
            CultureInfo.InvariantCulture,
            $"{method} {target} ({path} = {normalPath} ? {query}) 1.{minorVersion} host={host} length={contentLength}");

    public void AddField(string name, string value) => _text.Append("\n  ").Append(name).Append(": ").Append(value);

    public override string ToString() => _text.ToString();
}

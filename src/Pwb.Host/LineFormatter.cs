using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Pwb.Host;

/// <summary>
/// One line per event. The banner, clients and request heads look as in the tutorial. Access lines and problems begin with the
/// time (UTC), and problems name their level.
/// </summary>
internal sealed class LineFormatter : ConsoleFormatter
{
    public const string FormatterName = "line";
    public const string AccessCategory = "Pwb.Access";

    private const string Dim = "\e[2m", Yellow = "\e[33m", Red = "\e[31m", Plain = "\e[39m\e[22m";

    private readonly bool _colourOutput;
    private readonly bool _colourErrors;
    private readonly TimeProvider _time;

    public LineFormatter(bool colourOutput, bool colourErrors, TimeProvider time)
        : base(FormatterName)
    {
        _colourOutput = colourOutput;
        _colourErrors = colourErrors;
        _time = time;
    }

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var level = logEntry.LogLevel;
        bool problem = level >= LogLevel.Warning;
        string colour = ColourOf(level);
        textWriter.Write(colour);
        if (problem || string.Equals(logEntry.Category, AccessCategory, StringComparison.Ordinal))
            WriteTime(textWriter);
        if (problem)
            textWriter.Write(level switch { LogLevel.Warning => "warning: ", LogLevel.Error => "error: ", _ => "critical: " });
        textWriter.Write(Escape(logEntry.Formatter(logEntry.State, logEntry.Exception)));
        if (logEntry.Exception is { } exception)
            WriteException(textWriter, exception);
        if (colour.Length > 0)
            textWriter.Write(Plain);
        textWriter.Write(Environment.NewLine);
    }

    /// <summary>
    /// Makes visible what could end the line, steer a terminal or turn the text around. PWB escapes what clients send; this is
    /// for everything else, such as an exception's message.
    /// </summary>
    public static string Escape(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            return text;

        var escaped = new StringBuilder(text.Length + 16);
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
                escaped.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:X4}");
            else
                escaped.Append(rune);
        }

        return escaped.ToString();
    }

    private void WriteTime(TextWriter writer)
    {
        Span<char> time = stackalloc char[32];
        _time.GetUtcNow().TryFormat(time, out int length, "yyyy-MM-dd'T'HH:mm:ss.fff'Z '", CultureInfo.InvariantCulture);
        writer.Write(time[..length]);
    }

    private static void WriteException(TextWriter writer, Exception exception)
    {
        foreach (string line in exception.ToString().ReplaceLineEndings("\n").Split('\n'))
        {
            writer.Write(Environment.NewLine);
            writer.Write("    ");
            writer.Write(Escape(line));
        }
    }

    private string ColourOf(LogLevel level) => level switch
    {
        <= LogLevel.Debug => _colourOutput ? Dim : "",
        LogLevel.Information => "",
        LogLevel.Warning => _colourErrors ? Yellow : "",
        _ => _colourErrors ? Red : "",
    };
}

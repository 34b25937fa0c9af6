using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pwb.Host;

namespace Pwb.Tests.Host;

public sealed class LineFormatterTests
{
    private static readonly string End = Environment.NewLine;

    [Fact]
    public void The_tutorial_s_lines_stand_alone()
    {
        Format(LogLevel.Information, "Pwb.Server", "client 127.0.0.1:50000 made a request").Should().Be(
            $"client 127.0.0.1:50000 made a request{End}");
        Format(LogLevel.Debug, "Pwb.Server", "GET / HTTP/1.1").Should().Be($"GET / HTTP/1.1{End}");
    }

    [Fact]
    public void Access_lines_begin_with_the_time() =>
        Format(LogLevel.Information, "Pwb.Access", "line").Should().Be($"2026-01-02T03:04:05.678Z line{End}");

    [Theory]
    [InlineData(LogLevel.Warning, "warning")]
    [InlineData(LogLevel.Error, "error")]
    [InlineData(LogLevel.Critical, "critical")]
    public void Problems_begin_with_the_time_and_their_level(object level, string name) =>
        Format((LogLevel)level, "Pwb.Server", "no luck").Should().Be($"2026-01-02T03:04:05.678Z {name}: no luck{End}");

    [Fact]
    public void An_exception_follows_indented_and_cannot_pass_for_other_lines() =>
        Format(LogLevel.Error, "Pwb.Server", "no luck",
            new InvalidOperationException("a\u001b[2J\r\nclient 1.2.3.4:5 made a request"))
            .Should().Be(
                $"2026-01-02T03:04:05.678Z error: no luck{End}    System.InvalidOperationException: "
                    + $"a\\u001B[2J{End}    client 1.2.3.4:5 made a request{End}");

    [Fact]
    public void Colour_ends_where_its_line_ends()
    {
        Format(LogLevel.Debug, "Pwb.Server", "dim", colour: true).Should().Be($"\u001b[2mdim\u001b[39m\u001b[22m{End}");
        Format(LogLevel.Information, "Pwb.Server", "plain", colour: true).Should().Be($"plain{End}");
        Format(LogLevel.Error, "Pwb.Server", "red", colour: true).Should().StartWith("\u001b[31m")
            .And.EndWith($"\u001b[39m\u001b[22m{End}");
    }

    [Theory]
    [InlineData("plain ~ text", "plain ~ text")]
    [InlineData("\u4f60\u597d", "\u4f60\u597d")]
    [InlineData("a\r\nb\tc\0", "a\\u000D\\u000Ab\\u0009c\\u0000")]
    [InlineData("\u001b[31m\u007f\u009b", "\\u001B[31m\\u007F\\u009B")]
    [InlineData("\u202e\u2066\u200f\ufeff", "\\u202E\\u2066\\u200F\\uFEFF")]
    [InlineData("\u2028\u2029", "\\u2028\\u2029")]
    public void What_steers_a_terminal_becomes_visible(string text, string visible) =>
        LineFormatter.Escape(text).Should().Be(visible);

    private static string Format(
        LogLevel level, string category, string message, Exception? exception = null, bool colour = false)
    {
        var formatter = new LineFormatter(colourOutput: colour, colourErrors: colour, new StoppedClock());
        using var writer = new StringWriter();
        formatter.Write(
            new LogEntry<string>(level, category, eventId: 0, message, exception, (state, _) => state), scopeProvider: null,
            writer);
        return writer.ToString();
    }

    private sealed class StoppedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);
    }
}

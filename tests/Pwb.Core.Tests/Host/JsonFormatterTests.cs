using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pwb.Host;

namespace Pwb.Tests.Host;

public sealed class JsonFormatterTests
{
    [Fact]
    public void An_event_is_one_object_on_one_line() =>
        Format(LogLevel.Information, "hello").Should().Be(
            """{"time":"2026-01-02T03:04:05.678Z","level":"information","category":"Pwb.Server","message":"hello"}"""
                + Environment.NewLine);

    [Fact]
    public void The_parts_of_the_message_stand_beside_it_by_name_numbers_as_numbers()
    {
        KeyValuePair<string, object?>[] parts =
            [new("Client", "127.0.0.1:1"), new("StatusCode", 200), new("Bytes", 5_000_000_000), new("Milliseconds", 0.1234),
                new("Nothing", null), new("{OriginalFormat}", "{Client}")];

        Format(LogLevel.Information, parts, (_, _) => "m").Should().Contain(
            ""","message":"m","client":"127.0.0.1:1","statusCode":200,"bytes":5000000000,"milliseconds":0.123,"nothing":""}""")
            .And.NotContain("Format");
    }

    [Fact]
    public void An_exception_is_a_text_in_it()
    {
        string line = Format(LogLevel.Error, "no luck", exception: new InvalidOperationException("two\nlines"));

        line.TrimEnd().Should().NotContain("\n");
        using var json = JsonDocument.Parse(line);
        json.RootElement.GetProperty("exception").GetString().Should().StartWith("System.InvalidOperationException: two\nlines");
    }

    [Fact]
    public void Nothing_but_printable_ASCII_reaches_the_terminal()
    {
        const string Text = "\u001b[31m\r\n\"\u009b\u202e\u4f60\u2028\ud800";
        string line = Format(LogLevel.Warning, Text);

        line.TrimEnd('\r', '\n').Should().MatchRegex("^[ -~]+$");
        using var json = JsonDocument.Parse(line);
        json.RootElement.GetProperty("message").GetString().Should().Be(Text.Replace('\ud800', '\ufffd'));
    }

    private static string Format(LogLevel level, string message, Exception? exception = null) =>
        Format(level, message, (state, _) => state, exception);

    private static string Format<TState>(
        LogLevel level, TState state, Func<TState, Exception?, string> formatter, Exception? exception = null)
    {
        using var writer = new StringWriter();
        new JsonFormatter(new StoppedClock()).Write(
            new LogEntry<TState>(level, "Pwb.Server", eventId: 0, state, exception, formatter), scopeProvider: null, writer);
        return writer.ToString();
    }

    private sealed class StoppedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);
    }
}

using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Connections;

/// <summary>
/// The access log in its formats: what is in a line, for which answers there is one, and that no client can forge it.
/// </summary>
public sealed partial class AccessLogTests
{
    private static readonly IPEndPoint Client = new(IPAddress.Parse("192.0.2.7"), 50000);

    [Fact]
    public async Task A_combined_line_is_that_of_Apache_and_nginx()
    {
        Log log = await ServeAsync(
            AccessLogFormat.Combined,
            "GET /a?b=c HTTP/1.1\r\nHost: a\r\nReferer: http://a/\r\nUser-Agent: test/1.0 (x; y)\r\n\r\n");

        log.Lines.Should().Equal(
            "192.0.2.7 - - [06/Nov/1994:08:49:37 +0000] \"GET /a?b=c HTTP/1.1\" 200 5 \"http://a/\" \"test/1.0 (x; y)\"");
        Dictionary<string, object?> values = log.Values.Should().ContainSingle().Subject;
        values.Should().Contain("Client", "192.0.2.7").And.Contain("StatusCode", 200).And.Contain("Bytes", 5L)
            .And.Contain("UserAgent", "test/1.0 (x; y)");
    }

    [Fact]
    public async Task What_is_not_there_is_a_dash_in_a_combined_line()
    {
        Log log = await ServeAsync(AccessLogFormat.Combined, "HEAD / HTTP/1.0\r\n\r\n", client: null);

        log.Lines.Should().Equal("- - - [06/Nov/1994:08:49:37 +0000] \"HEAD / HTTP/1.0\" 200 0 \"-\" \"-\"");
    }

    [Fact]
    public async Task A_JSON_line_has_the_names_of_OpenTelemetry()
    {
        Log log = await ServeAsync(
            AccessLogFormat.Json,
            "GET /a%20b?b=c&sig=secret HTTP/1.1\r\nHost: example.org:8888\r\nReferer: http://a/\r\nUser-Agent: test/1.0\r\n\r\n");

        log.Lines.Should().ContainSingle().Which.Should().NotContain("\n");
        using JsonDocument json = JsonDocument.Parse(log.Lines[0]);
        json.RootElement.EnumerateObject().Select(property => $"{property.Name}={property.Value}").Should().Equal(
            "time=1994-11-06T08:49:37.000Z",
            "client.address=192.0.2.7",
            "client.port=50000",
            "http.request.method=GET",
            "url.scheme=http",
            "url.path=/a%20b",
            "url.query=b=c&sig=REDACTED",
            "network.protocol.version=1.1",
            "server.address=example.org",
            "server.port=8888",
            "http.request.header.referer=http://a/",
            "user_agent.original=test/1.0",
            "http.response.status_code=200",
            "http.response.body.size=5",
            "http.server.request.duration=0.25");
        log.Values[0].Should().Contain("http.response.status_code", 200).And.Contain("url.path", "/a%20b");
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n", "\"-\" 400 ", "missing_host", "The Host field is missing.", false)]
    [InlineData("GET /\u0001 HTTP/1.1\r\nHost: a\r\n\r\n", "\"-\" 400 ", "bad_target", "The request target is not valid.", false)]
    [InlineData(
        "POST /up HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n", "\"POST /up HTTP/1.1\" 413 ", "content_too_large",
        "The content is too large.", true)]
    public async Task A_refusal_is_one_line_with_its_status_and_reason_in_each_format(
        string request, string combined, string reason, string sentence, bool hasDuration)
    {
        Log lines = await ServeAsync(AccessLogFormat.Combined, request);
        lines.Lines.Should().ContainSingle().Which.Should().Contain(combined);

        using JsonDocument json = JsonDocument.Parse(
            (await ServeAsync(AccessLogFormat.Json, request)).Lines.Should().ContainSingle().Subject);
        json.RootElement.GetProperty("error.type").GetString().Should().Be(reason);
        json.RootElement.GetProperty("http.response.body.size").GetInt64().Should().BePositive();
        json.RootElement.TryGetProperty("http.server.request.duration", out _).Should().Be(hasDuration);
        json.RootElement.TryGetProperty("url.path", out _).Should().Be(hasDuration);

        (await ServeAsync(AccessLogFormat.Short, request)).Lines.Should().ContainSingle()
            .Which.Should().StartWith($"192.0.2.7:50000 {combined}").And.EndWith($": {sentence}");
    }

    [Fact]
    public async Task Each_answer_has_exactly_one_line()
    {
        const string Get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
        Log log = await ServeAsync(
            AccessLogFormat.Combined, Get + Get.Replace("/ ", "/throw ", StringComparison.Ordinal) + Get + "BAD\r\n");

        log.Lines.Select(line => Combined().Match(line).Groups["status"].Value).Should().Equal("200", "500", "200", "400");
    }

    [Theory]
    [InlineData(AccessLogFormat.Short)]
    [InlineData(AccessLogFormat.Combined)]
    [InlineData(AccessLogFormat.Json)]
    public async Task No_byte_of_a_client_breaks_a_line_or_leaves_its_place(AccessLogFormat format)
    {
        for (int value = 0; value < 256; value++)
        {
            string field = $"x{(char)value}\" y";
            foreach (string request in (string[])[
                $"GET /{(char)value} HTTP/1.1\r\nHost: a\r\n\r\n",
                $"GET / HTTP/1.1\r\nHost: a\r\nReferer: {field}\r\nUser-Agent: {field}\r\n\r\n"])
            {
                Log log = await ServeAsync(format, request);
                log.Lines.Should().HaveCountLessThan(3, "there is one for the request, and one for what a line end leaves of it");
                foreach (string line in log.Lines)
                {
                    line.Should().MatchRegex("^[ -~]+$");
                    if (format == AccessLogFormat.Combined) Combined().IsMatch(line).Should().BeTrue(line);
                    if (format == AccessLogFormat.Json) JsonDocument.Parse(line).Dispose();
                }

                log.Values.SelectMany(values => values.Values).OfType<string>().Should().NotContain(
                    text => text.Any(character => character < ' ' || character > '~'));
            }
        }
    }

    [Theory]
    [InlineData(AccessLogFormat.Short)]
    [InlineData(AccessLogFormat.Combined)]
    [InlineData(AccessLogFormat.Json)]
    public async Task A_field_is_cut_at_1_KiB(AccessLogFormat format)
    {
        string large = new('x', 4000);
        Log log = await ServeAsync(
            format, $"GET /{large}?{large} HTTP/1.1\r\nHost: {large}:80\r\nReferer: {large}\r\nUser-Agent: {large}\r\n\r\n");

        log.Values.Should().ContainSingle().Which.Values.OfType<string>().Should().OnlyContain(text => text.Length < 1100);
    }

    [Theory]
    [InlineData("s%69g", "sig")]
    [InlineData("auth%5Btoken%5d", "auth[token]")]
    [InlineData("auth%5Btoken%5D", "auth%5Btoken%5D")]
    [InlineData("X%2DAmz-Signature", "X-Amz-Signature")]
    public async Task A_secret_is_masked_however_its_name_is_escaped(string sent, string name)
    {
        Log log = await ServeAsync(
            AccessLogFormat.Combined,
            $"GET /a?b=1&{sent}=SECRET HTTP/1.1\r\nHost: a\r\nReferer: http://a/?{sent}=SECRET\r\n\r\n",
            Client,
            [name]);

        log.Lines.Should().ContainSingle().Which.Should().NotContain("SECRET")
            .And.Contain($"/a?b=1&{sent}=REDACTED ").And.Contain($"http://a/?{sent}=REDACTED");
    }

    [Theory]
    [InlineData(AccessLogFormat.Short)]
    [InlineData(AccessLogFormat.Combined)]
    [InlineData(AccessLogFormat.Json)]
    public async Task The_secrets_of_a_query_are_masked_in_every_format(AccessLogFormat format)
    {
        const string Request = "GET /a?b=1&sig=SECRET&token=TOKEN&X-Amz-Signature=SECRET HTTP/1.1\r\nHost: a\r\n"
            + "Referer: http://a/?sig=SECRET&c=2\r\n\r\n";

        string line = (await ServeAsync(format, Request)).Lines.Should().ContainSingle().Subject.Replace(
            "\\u0026", "&", StringComparison.Ordinal);

        line.Should().NotContain("SECRET").And.Contain("b=1&sig=REDACTED&token=TOKEN&X-Amz-Signature=REDACTED");
        if (format != AccessLogFormat.Short) line.Should().Contain("http://a/?sig=REDACTED&c=2");
        (await ServeAsync(format, Request, Client, ["token"])).Lines[0].Should().Contain("sig=SECRET")
            .And.Contain("token=REDACTED").And.NotContain("TOKEN");
    }

    [Theory]
    [InlineData(AccessLogFormat.Short)]
    [InlineData(AccessLogFormat.Combined)]
    public async Task A_long_request_line_is_cut_with_a_mark_that_says_how_long_it_is(AccessLogFormat format)
    {
        string target = "/" + new string('a', 2000) + "?sig=" + new string('b', 1000);

        string line =
            (await ServeAsync(format, $"GET {target} HTTP/1.1\r\nHost: a\r\n\r\n")).Lines.Should().ContainSingle().Subject;

        line.Should().Contain($"aaa...({"GET ".Length + target.Length} bytes) HTTP/1.1\"").And.NotContain("bb");
    }

    [Theory]
    [InlineData("")]
    [InlineData("a=b")]
    [InlineData("a&b")]
    [InlineData("a b")]
    [InlineData(null)]
    public void A_secret_parameter_has_a_name_as_it_stands_in_a_query(string? name) =>
        FluentActions.Invoking(() => new PwbServer(options: new PwbServerOptions { SecretQueryParameters = [name!] }))
            .Should().Throw<ArgumentException>().WithParameterName("SecretQueryParameters");

    [Fact]
    public void An_unknown_format_is_an_error_of_the_caller() =>
        FluentActions.Invoking(() => new PwbServer(options: new PwbServerOptions { AccessLogFormat = (AccessLogFormat)7 }))
            .Should().Throw<ArgumentException>().WithMessage("AccessLogFormat is 7*");

    private static Task<Log> ServeAsync(AccessLogFormat format, string input) => ServeAsync(format, input, Client);

    private static async Task<Log> ServeAsync(AccessLogFormat format, string input, IPEndPoint? client, string[]? secrets = null)
    {
        Log log = new();
        ManualClock clock = new();
        await using PwbServer server = new(
            RequestHandler.From(request =>
            {
                if (request.Path == "/throw") throw new InvalidOperationException();
                if (format == AccessLogFormat.Json) clock.Advance(TimeSpan.FromSeconds(0.25));
                return HttpResponse.Text("hello");
            }),
            new PwbServerOptions
            {
                AccessLogFormat = format,
                TimeProvider = new SteadyDate(clock),
                SecretQueryParameters = secrets ?? new PwbServerOptions().SecretQueryParameters,
            },
            log);
        ScriptedStream stream = new();
        stream.Give(input).EndInput();
        await server.ServeAsync(stream, client).WaitAsync(Wire.SafetyTimeout);
        return log;
    }

    // Client, time, request, status, bytes, referer, user agent; no quotation mark but around these.
    [GeneratedRegex(
        @"^\S+ - - \[\d\d/[A-Z][a-z]{2}/\d{4}(:\d\d){3} \+0000\] ""(?<request>[^""]+)"" (?<status>\d{3}) \d+ "
            + @"""(?<referer>[^""]+)"" ""(?<agent>[^""]+)""\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Combined();

    /// <summary>A clock whose date stands still while time is measured.</summary>
    private sealed class SteadyDate(ManualClock clock) : TimeProvider
    {
        public override long TimestampFrequency => clock.TimestampFrequency;

        public override long GetTimestamp() => clock.GetTimestamp();

        public override DateTimeOffset GetUtcNow() => ManualClock.Start;
    }

    private sealed class Log : ILoggerFactory
    {
        public List<string> Lines { get; } = [];

        public List<Dictionary<string, object?>> Values { get; } = [];

        public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName == "Pwb.Access");

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public void Dispose()
        {
        }

        private sealed class Logger(Log log, bool isAccess) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => isAccess;

            void ILogger.Log<TState>(
                LogLevel logLevel, EventId eventId, TState state, Exception? exception,
                Func<TState, Exception?, string> formatter)
            {
                if (!isAccess) return;
                logLevel.Should().Be(LogLevel.Information);
                log.Lines.Add(formatter(state, exception));
                log.Values.Add(
                    ((IReadOnlyList<KeyValuePair<string, object?>>)state!).Where(pair => pair.Key != "{OriginalFormat}")
                        .ToDictionary(StringComparer.Ordinal));
            }
        }
    }
}

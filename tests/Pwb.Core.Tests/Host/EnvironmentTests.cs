using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pwb.Host;

namespace Pwb.Tests.Host;

/// <summary>What the command line does not say, the environment may.</summary>
public sealed class EnvironmentTests
{
    [Fact]
    public void Every_option_has_a_variable()
    {
        var settings = Parse(
            [],
            ("PWB_DIRECTORY", "."),
            ("PWB_PORT", "80"),
            ("PWB_HOST", "any"),
            ("PWB_LISTING", "true"),
            ("PWB_SPA", "true"),
            ("PWB_CLEAN_URLS", "true"),
            ("PWB_CORS", "https://example.org"),
            ("PWB_HEADER", "X-A: 1"),
            ("PWB_CACHE_CONTROL", "/a/*=no-store"),
            ("PWB_OPEN", "TRUE"),
            ("PWB_BASE", "/app/"),
            ("PWB_HIDDEN", "true"),
            ("PWB_FOLLOW_LINKS", "true"),
            ("PWB_NOT_FOUND", "gone.html"),
            ("PWB_LOG_LEVEL", "warning"),
            ("PWB_LOG_FORMAT", "json"),
            ("PWB_ACCESS_LOG", "combined"));

        (settings.Directory, settings.Port, settings.Host, settings.OpenBrowser, settings.LogLevel, settings.LogJson,
            settings.AccessLog)
            .Should().Be((Environment.CurrentDirectory, 80, "any", true, LogLevel.Warning, true, AccessLogFormat.Combined));
        settings.CorsOrigin.Should().Be("https://example.org");
        settings.Files.Headers.Should().Equal(("X-A", "1"));
        settings.Files.CacheControl.Should().Equal(("/a/*", "no-store"));
        (settings.Files with { Headers = [], PathHeaders = [], CacheControl = [] }).Should().Be(StaticFileOptions.Default with
        {
            Headers = [],
            CacheControl = [],
            ListDirectories = true,
            Fallback = "index.html",
            CleanUrls = true,
            BasePath = "/app/",
            ServeHiddenNames = true,
            FollowLinksOutside = true,
            NotFoundPage = "gone.html",
        });
    }

    [Fact]
    public void The_names_are_those_of_the_options() =>
        Options.All.Where(option => option.Variable is not null).Select(option => option.Variable).Should().Equal(
            "PWB_LISTING", "PWB_INDEX", "PWB_SPA", "PWB_FALLBACK", "PWB_NOT_FOUND", "PWB_CLEAN_URLS", "PWB_HIDDEN",
            "PWB_FOLLOW_LINKS", "PWB_BASE", "PWB_COMPRESS", "PWB_WATCH", "PWB_MIME", "PWB_HEADER", "PWB_CACHE_CONTROL",
            "PWB_PROXY",
            "PWB_PORT", "PWB_HOST", "PWB_LISTEN", "PWB_SOCKET_MODE", "PWB_PROXY_PROTOCOL_FROM", "PWB_SOCKETS", "PWB_OPEN",
            "PWB_QR", "PWB_ALLOW_HOST", "PWB_AUTH", "PWB_CORS", "PWB_TLS_CERT", "PWB_TLS_KEY", "PWB_TLS_CLIENT_CA", "PWB_TLS_DEV",
            "PWB_LOG_LEVEL", "PWB_LOG_FORMAT", "PWB_ACCESS_LOG");

    [Fact]
    public void The_port_of_a_platform_counts_where_ours_is_not_set()
    {
        var settings = Parse([], ("PORT", "3000"));
        (settings.Port, settings.PortIsNamed).Should().Be((3000, true));
        Parse([], ("PORT", "3000"), ("PWB_PORT", "80")).Port.Should().Be(80);
    }

    [Theory]
    [InlineData(
        "PWB_PORT", "tcp://10.0.0.1:8888",
        "PWB_PORT is 'tcp://10.0.0.1:8888', the address of a service of that name, and is ignored.")]
    [InlineData(
        "PWB_DIRECTORY", "udp://10.0.0.1:53",
        "PWB_DIRECTORY is 'udp://10.0.0.1:53', the address of a service of that name, and is ignored.")]
    [InlineData("PORT", "/dev/ttyUSB0", "PORT is '/dev/ttyUSB0', which is no port, and is ignored.")]
    public void What_somebody_else_has_set_for_another_purpose_is_ignored_with_a_word(
        string variable, string value, string sentence) =>
        Parse([], (variable, value)).Should().BeEquivalentTo(new HostSettings { Ignored = [sentence] });

    [Fact]
    public void The_command_line_wins()
    {
        Parse(["--port", "81"], ("PWB_PORT", "80")).Port.Should().Be(81);
        Parse(["--port", "81"], ("PWB_PORT", "nonsense")).Port.Should().Be(81);
        Parse(["--port", "81"], ("PWB_PORT", "80"), ("PORT", "79")).Port.Should().Be(81);
        Parse([".", "--listing=false"], ("PWB_LISTING", "true")).Files.ListDirectories.Should().BeFalse();
        Parse([".", "--header", "X-B: 2"], ("PWB_HEADER", "X-A: 1")).Files.Headers.Should().Equal(("X-B", "2"));
    }

    [Fact]
    public void The_mode_of_sockets_may_stand_beside_a_place_that_the_command_line_overrules()
    {
        Parse([], ("PWB_LISTEN", "unix:s"), ("PWB_SOCKET_MODE", "660")).Places.Should().Equal("unix:s");
        Parse(["--port", "81"], ("PWB_LISTEN", "unix:s"), ("PWB_SOCKET_MODE", "660")).Port.Should().Be(81);
        Parse(["--listen", "127.0.0.1:0"], ("PWB_LISTEN", "unix:s"), ("PWB_SOCKET_MODE", "660"))
            .Places.Should().Equal("127.0.0.1:0");
    }

    [Fact]
    public void A_repeatable_one_has_a_value_on_each_line() =>
        Parse(["."], ("PWB_HEADER", "X-A: 1\r\nX-B: 2\n\n")).Files.Headers.Should().Equal(("X-A", "1"), ("X-B", "2"));

    [Fact]
    public void Empty_is_as_good_as_unset() =>
        Parse([], ("PWB_PORT", ""), ("PWB_DIRECTORY", ""), ("PWB_LISTING", "")).Should().Be(new HostSettings());

    [Fact]
    public void What_is_about_files_may_stand_there_without_a_directory() =>
        HostHandler.Make(Parse([], ("PWB_LISTING", "true")), NullLoggerFactory.Instance)
            .Should().BeOfType<FixedResponseHandler>();

    [SkippableTheory]
    [InlineData("PWB_PORT", "http", "PWB_PORT takes a number from 0 to 65535, not 'http'.")]
    [InlineData("PWB_LISTING", "1", "PWB_LISTING takes true or false, not '1'.")]
    [InlineData(
        "PWB_HEADER", "X-A: 1\nDate: 2",
        "PWB_HEADER takes 'Name: value' or '/pattern=Name: value', of a field that PWB does not write itself, not 'Date: 2'.")]
    [InlineData("PWB_SOCKET_MODE", "660",
        "PWB_SOCKET_MODE is for the file of a Unix domain socket, such as --listen unix:/run/pwb.sock.")]
    [InlineData("PWB_DIRECTORY", "/no/such", "PWB_DIRECTORY: There is no directory '/no/such'.")]
    public void A_mistake_names_the_variable(string variable, string value, string message)
    {
        Skip.If(OperatingSystem.IsWindows() && variable == "PWB_DIRECTORY", "a path as Unix writes it");
        using var error = new StringWriter();
        CommandLine.Parse([], name => name == variable ? value : null, TextWriter.Null, error, out int exitCode)
            .Should().BeNull();

        exitCode.Should().Be(2);
        error.ToString().Should().Be($"pwb: {message} Try 'pwb --help'.{Environment.NewLine}");
    }

    private static HostSettings Parse(string[] args, params (string Name, string Value)[] variables)
    {
        using var error = new StringWriter();
        var values = variables.ToDictionary(variable => variable.Name, variable => variable.Value, StringComparer.Ordinal);
        var settings = CommandLine.Parse(args, name => values.GetValueOrDefault(name), TextWriter.Null, error, out _);
        error.ToString().Should().BeEmpty();
        return settings!;
    }
}

using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Pwb.Host;

namespace Pwb.Tests.Host;

public sealed class CommandLineTests
{
    [Fact]
    public void Without_options_it_is_the_tutorial_s_server()
    {
        var settings = Parse();

        settings.EndPoints.Should().Equal(PwbServerOptions.LoopbackEndPoints(8888));
        settings.LogLevel.Should().Be(LogLevel.Debug);
    }

    [Fact]
    public void The_host_can_be_localhost_any_or_an_address()
    {
        Parse("--host", "localhost", "--port", "80").EndPoints.Should().Equal(PwbServerOptions.LoopbackEndPoints(80));
        Parse("--host", "any", "--port", "80").EndPoints.Should().Equal(PwbServerOptions.AnyEndPoints(80));
        Parse("--host", "192.0.2.7", "--port", "80").EndPoints.Should().Equal(new IPEndPoint(IPAddress.Parse("192.0.2.7"), 80));
        Parse("--host", "2001:db8::7", "--port=0").EndPoints.Should().ContainSingle().Which.Should()
            .Match<IPEndPoint>(endPoint => endPoint.AddressFamily == AddressFamily.InterNetworkV6 && endPoint.Port == 0);
    }

    [Theory]
    [InlineData("trace", LogLevel.Trace)]
    [InlineData("debug", LogLevel.Debug)]
    [InlineData("information", LogLevel.Information)]
    [InlineData("warning", LogLevel.Warning)]
    [InlineData("error", LogLevel.Error)]
    [InlineData("critical", LogLevel.Critical)]
    [InlineData("none", LogLevel.None)]
    public void Every_log_level_has_its_name(string name, object level) =>
        Parse("--log-level", name).LogLevel.Should().Be((LogLevel)level);

    [Theory]
    [InlineData("--bogus")]
    [InlineData("--prot", "80")]
    [InlineData("stray")]
    [InlineData("@file")]
    [InlineData("[suggest]")]
    [InlineData("--port")]
    [InlineData("--port", "")]
    [InlineData("--port", "65536")]
    [InlineData("--port", "-1")]
    [InlineData("--port", "+1")]
    [InlineData("--port", " 1")]
    [InlineData("--port", "0x50")]
    [InlineData("--port", "http")]
    [InlineData("--port", "1", "--port", "2")]
    [InlineData("--host")]
    [InlineData("--host", "")]
    [InlineData("--host", "1")]
    [InlineData("--host", "127.1")]
    [InlineData("--host", "256.0.0.1")]
    [InlineData("--host", "[::1]:80")]
    [InlineData("--host", "example.org")]
    [InlineData("--log-level", "verbose")]
    [InlineData("--log-level", "1")]
    [InlineData("--log-level", "Debug,Error")]
    [InlineData("--two\nlines\u001b[31m")]
    public void A_mistake_is_one_line_on_standard_error_and_exit_code_2(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var settings = CommandLine.Parse(args, output, error, out int exitCode);

        settings.Should().BeNull();
        exitCode.Should().Be(2);
        output.ToString().Should().BeEmpty();
        error.ToString().TrimEnd('\r', '\n').Should().MatchRegex("^pwb: [ -~]+ Try 'pwb --help'\\.$");
    }

    [Theory]
    [InlineData("--port", "65536", "--port takes a number from 0 to 65535, not '65536'.")]
    [InlineData("--host", "example.org", "--host takes localhost, any or an IP address, not 'example.org'.")]
    [InlineData("--log-level", "loud", "--log-level takes trace, debug, information, warning, error, critical or none, not 'loud'.")]
    public void A_bad_value_is_told_what_would_be_a_good_one(string option, string value, string message)
    {
        using var error = new StringWriter();
        CommandLine.Parse([option, value], TextWriter.Null, error, out _);

        error.ToString().Should().StartWith("pwb: " + message);
    }

    [Theory]
    [InlineData("--help", "--log-level")]
    [InlineData("--version", ".")]
    public void Help_and_version_go_to_standard_output(string option, string expected)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var settings = CommandLine.Parse([option], output, error, out int exitCode);

        settings.Should().BeNull();
        exitCode.Should().Be(0);
        output.ToString().Should().Contain(expected);
        error.ToString().Should().BeEmpty();
    }

    private static HostSettings Parse(params string[] args)
    {
        using var error = new StringWriter();
        var settings = CommandLine.Parse(args, TextWriter.Null, error, out int exitCode);
        error.ToString().Should().BeEmpty();
        exitCode.Should().Be(0);
        return settings!;
    }
}

using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pwb.Host;

namespace Pwb.Tests.Host;

public sealed partial class CommandLineTests
{
    private static readonly string Here = Environment.CurrentDirectory;

    [Fact]
    public void Without_options_it_is_the_tutorial_s_server()
    {
        var settings = Parse();

        settings.Directory.Should().BeNull();
        HostHandler.Make(settings, NullLoggerFactory.Instance).Should().BeOfType<FixedResponseHandler>();
        settings.ToServerOptions().EndPoints.Should().Equal(ServerEndPoint.Loopback(8888));
        settings.LogLevel.Should().Be(LogLevel.Debug);
        settings.Should().Be(new HostSettings());
    }

    [Fact]
    public void With_a_directory_it_serves_files_and_logs_a_line_for_each_request()
    {
        var settings = Parse(".");

        settings.Directory.Should().Be(Here);
        HostHandler.Make(settings, NullLoggerFactory.Instance).Should().BeOfType<StaticFileHandler>();
        settings.LogLevel.Should().Be(LogLevel.Information);
        settings.Files.Should().Be(StaticFileOptions.Default);
    }

    [Theory]
    [InlineData(".", "--listing", "--port", "80")]
    [InlineData("--listing", ".", "--port", "80")]
    [InlineData("--port=80", "--listing", ".")]
    [InlineData("--listing=true", "--port", "80", "--", ".")]
    public void The_directory_stands_anywhere(params string[] args)
    {
        var settings = Parse(args);

        (settings.Directory, settings.Port, settings.Files.ListDirectories).Should().Be((Here, 80, true));
    }

    [Fact]
    public void A_directory_may_have_any_name()
    {
        string[] names = ["[suggest]", "[a]", "@a", Path.Combine("no", "pwb")];
        foreach (string name in names)
            Refusal(name, "--port", "80").Should().StartWith($"pwb: There is no directory '{Path.Combine(Here, name)}'.");
    }

    [Fact]
    public void Places_to_listen_stand_for_host_and_port()
    {
        EndPointsOf("--listen", "127.0.0.1:8080", "--listen", "[::1]:0", "--listen", "unix:/run/pwb.sock").Should().Equal(
            new ServerEndPoint(new IPEndPoint(IPAddress.Loopback, 8080)),
            new ServerEndPoint(new IPEndPoint(IPAddress.IPv6Loopback, 0)), ServerEndPoint.Unix("/run/pwb.sock"));
        EndPointsOf("--listen=pipe:pwb").Should().Equal(ServerEndPoint.NamedPipe("pwb"));
        EndPointsOf("--listen=unix:@pwb").Should().ContainSingle().Which.ToString().Should().Be("unix:@pwb");
        EndPointsOf("--listen=localhost:8080").Should().Equal(ServerEndPoint.Loopback(8080));
        EndPointsOf("--listen=Any:0").Should().Equal(ServerEndPoint.Any(0));
        Parse(["--listen", "unix:s", "--tls-dev"]).ToServerOptions().EndPoints.Should().ContainSingle()
            .Which.Tls.Should().NotBeNull();
        Refusal("--listen", "unix:s", "--port", "80").Should().StartWith(
            "pwb: --listen says where to listen, so it does not go with --port.");
    }

    [Fact]
    public void Proxies_and_modes_are_of_every_end_point()
    {
        IReadOnlyList<ServerEndPoint> endPoints = EndPointsOf(
            "--listen", "unix:s", "--listen", "127.0.0.1:80", "--socket-mode", "660", "--proxy-protocol-from", "10.0.0.1",
            "--proxy-protocol-from=2001:db8::/32");

        endPoints.Should().HaveCount(2)
            .And.OnlyContain(
                endPoint =>
                    endPoint.ProxyProtocolFrom!.SequenceEqual(
                        new[] { IPNetwork.Parse("10.0.0.1/32"), IPNetwork.Parse("2001:db8::/32") }));
        endPoints[0].SocketMode.Should().Be(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);
        EndPointsOf("--port", "80")[0].ProxyProtocolFrom.Should().BeNull();
    }

    [Fact]
    public void Authorities_of_clients_need_a_certificate_of_the_server_and_are_in_a_file()
    {
        Refusal("--tls-client-ca", "ca.pem").Should().StartWith("pwb: --tls-client-ca needs --tls-cert or --tls-dev.");
        string path = Path.GetTempFileName();
        Refusal("--tls-client-ca", path, "--tls-dev").Should().StartWith("pwb: There is no certificate in ");
        File.WriteAllText(path, ServerCertificate.SelfSigned().Current.ExportCertificatePem());
        TlsOptions tls = Parse(["--tls-client-ca", path, "--tls-dev"]).ToServerOptions().EndPoints[0].Tls!;
        File.Delete(path);

        tls.ClientCertificates.Should().Be(ClientCertificateMode.Require);
        tls.ClientCertificateAuthorities.Should().ContainSingle();
    }

    [SkippableFact]
    public void A_slash_begins_a_path_and_no_option()
    {
        Skip.If(OperatingSystem.IsWindows(), "paths as Unix writes them");
        Refusal("/h").Should().StartWith("pwb: There is no directory '/h'.");
        Refusal("/?").Should().StartWith("pwb: There is no directory '/?'.");
    }

    [Fact]
    public void The_host_can_be_localhost_any_or_an_address()
    {
        EndPointsOf("--host", "localhost", "--port", "80").Should().Equal(ServerEndPoint.Loopback(80));
        EndPointsOf("--host", "any", "--port", "80").Should().Equal(ServerEndPoint.Any(80));
        EndPointsOf("--host", "ANY", "--port", "80").Should().Equal(ServerEndPoint.Any(80));
        EndPointsOf("--host", "::", "--port", "80").Should().Equal(ServerEndPoint.Any(80));
        EndPointsOf("--host", "[::1]", "--port", "80").Should().Equal(
            new ServerEndPoint(new IPEndPoint(IPAddress.IPv6Loopback, 80)));
        EndPointsOf("--host", "192.0.2.7", "--port", "80").Should().Equal(
            new ServerEndPoint(new IPEndPoint(IPAddress.Parse("192.0.2.7"), 80)));
        EndPointsOf("--host", "2001:db8::7", "--port=0").Should().ContainSingle().Which.Should()
            .Match<ServerEndPoint>(
                endPoint => endPoint.Address.AddressFamily == AddressFamily.InterNetworkV6 && endPoint.Port == 0);
    }

    [Fact]
    public void Pages_that_may_read_may_do_more_too()
    {
        Parse(".").ToServerOptions().TrustedOrigins.Should().BeNull();
        Parse(".", "--cors").ToServerOptions().TrustedOrigins.Should().Equal("*");
        foreach (string origin in (string[])[
            "https://example.org", "http://localhost:3000", "http://[::1]:3000", "capacitor://localhost"])
        {
            PwbServerOptions options = Parse(".", $"--cors={origin}").ToServerOptions();
            options.TrustedOrigins.Should().Equal(origin);
            options.Invoking(each => each.Validate()).Should().NotThrow("what --cors takes, the server takes");
        }
    }

    [Fact]
    public void Hosts_can_be_allowed_by_name()
    {
        Parse().ToServerOptions().AllowedHosts.Should().BeNull();
        Parse("--allow-host", "example.org", "--allow-host=*.example.net").ToServerOptions().AllowedHosts.Should().Equal(
            "example.org", "*.example.net");
        Refusal("--allow-host", "example.org:80").Should().StartWith(
            "pwb: --allow-host takes a name without a port, such as example.org or *.example.org, or *, not 'example.org:80'.");
    }

    [Theory]
    [InlineData("trace", LogLevel.Trace)]
    [InlineData("debug", LogLevel.Debug)]
    [InlineData("information", LogLevel.Information)]
    [InlineData("warning", LogLevel.Warning)]
    [InlineData("error", LogLevel.Error)]
    [InlineData("critical", LogLevel.Critical)]
    [InlineData("none", LogLevel.None)]
    [InlineData("Information", LogLevel.Information)]
    [InlineData("Info", LogLevel.Information)]
    [InlineData("WARN", LogLevel.Warning)]
    public void Every_log_level_has_its_name(string name, object level) =>
        Parse("--log-level", name).LogLevel.Should().Be((LogLevel)level);

    [Fact]
    public void Switches_need_no_value_and_can_be_turned_off()
    {
        var on = Parse(".", "--listing", "--spa", "--clean-urls", "--open", "--cors");
        on.OpenBrowser.Should().BeTrue();
        on.Files.Should().Be(
            StaticFileOptions.Default with { ListDirectories = true, Fallback = "index.html", CleanUrls = true });
        on.CorsOrigin.Should().Be("*");

        Parse(".", "--listing=false", "--spa=false", "--clean-urls=false", "--open=false").Should().Be(Parse("."));
        Parse("--listing", "false", ".").Should().Be(Parse("."));
        Parse("--listing", ".").Files.ListDirectories.Should().BeTrue();
        Parse(".", "-l=True").Files.ListDirectories.Should().BeTrue();
        Parse(".", "-l", "FALSE").Files.ListDirectories.Should().BeFalse();
    }

    [Fact]
    public void What_files_are_served_how_is_the_user_s_choice()
    {
        var files = Parse(
            ".", "--index", "a.htm", "--index=b.htm", "--fallback", "app.html", "--not-found", "gone.html", "--hidden",
            "--follow-links", "--base", "app",
            "--mime", ".geo=application/geo+json", "--mime", ".GEO=text/plain", "--header", "*.js=X-A: b=c", "--header",
            "X-B: d=e:f").Files;

        files.IndexFiles.Should().Equal("a.htm", "b.htm");
        files.ContentTypes.Should().ContainSingle().Which.Value.Should().Be("text/plain");
        files.PathHeaders.Should().Equal(("*.js", "X-A", "b=c"));
        files.Headers.Should().Equal(("X-B", "d=e:f"));
        (files.Fallback, files.NotFoundPage, files.ServeHiddenNames, files.FollowLinksOutside, files.BasePath).Should().Be(
            ("app.html", "gone.html", true, true, "/app/"));
        Parse(".", "--base", "/").Files.Should().Be(StaticFileOptions.Default);
    }

    [Theory]
    [InlineData("-p", "80")]
    [InlineData("-p=80")]
    public void Options_have_short_forms(params string[] args) =>
    Parse(args).Should().Be(new HostSettings { Port = 80, PortIsNamed = true });

    [Theory]
    [InlineData("--cors", "*")]
    [InlineData("--cors=*", "*")]
    [InlineData("--cors=https://example.org", "https://example.org")]
    [InlineData("--cors=http://localhost:3000", "http://localhost:3000")]
    [InlineData("--cors=http://[::1]:3000", "http://[::1]:3000")]
    [InlineData("--cors=http://xn--6qq79v.example", "http://xn--6qq79v.example")]
    [InlineData("--cors=capacitor://localhost", "capacitor://localhost")]
    public void Cors_is_for_any_origin_or_for_one(string option, string origin) =>
        Parse(".", option).CorsOrigin.Should().Be(origin);

    [Fact]
    public void Cors_takes_the_next_argument_only_if_that_is_an_origin()
    {
        Parse("--cors", "https://example.org", ".").CorsOrigin.Should().Be("https://example.org");
        Parse("--cors", ".").CorsOrigin.Should().Be("*");
    }

    [Fact]
    public void Headers_and_cache_rules_are_repeatable_and_keep_their_order()
    {
        var files = Parse(".", "--header", "X-A: 1", "--header=x-b:two : 2 ", "--cache-control", "/assets/*=public, max-age=3600",
            "--cache-control", "*.html=").Files;

        files.Headers.Should().Equal(("X-A", "1"), ("x-b", "two : 2"));
        files.CacheControl.Should().Equal(("/assets/*", "public, max-age=3600"), ("*.html", ""));
    }

    [Theory]
    [InlineData("text", false)]
    [InlineData("json", true)]
    public void The_log_is_text_or_json(string format, bool isJson) =>
        Parse("--log-format", format).LogJson.Should().Be(isJson);

    [Theory]
    [InlineData("runtime", SocketEngine.Runtime)]
    [InlineData("epoll", SocketEngine.Epoll)]
    public void Sockets_are_served_in_one_of_two_ways(string engine, SocketEngine expected) =>
        Parse("--sockets", engine).ToServerOptions().SocketEngine.Should().Be(expected);

    [Theory]
    [InlineData("short", AccessLogFormat.Short)]
    [InlineData("combined", AccessLogFormat.Combined)]
    [InlineData("json", AccessLogFormat.Json)]
    public void The_access_log_has_three_formats(string format, AccessLogFormat expected) =>
        Parse("--access-log", format).ToServerOptions().AccessLogFormat.Should().Be(expected);

    private static IReadOnlyList<ServerEndPoint> EndPointsOf(params string[] args) => Parse(args).ToServerOptions().EndPoints;

    private static HostSettings Parse(params string[] args)
    {
        using var error = new StringWriter();
        var settings = CommandLine.Parse(args, _ => null, TextWriter.Null, error, out int exitCode);
        error.ToString().Should().BeEmpty();
        exitCode.Should().Be(0);
        return settings!;
    }
}

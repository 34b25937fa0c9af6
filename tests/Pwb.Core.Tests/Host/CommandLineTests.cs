using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pwb.Host;

namespace Pwb.Tests.Host;

public sealed class CommandLineTests
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
        Parse(["--listen", "unix:s", "--tls-dev"]).ToServerOptions().EndPoints.Should().ContainSingle()
            .Which.Tls.Should().NotBeNull();
        Refusal("--listen", "unix:s", "--port", "80").Should().StartWith(
            "pwb: --listen says where to listen, so it does not go with --port.");
    }

    [Theory]
    [InlineData("unix:")]
    [InlineData("pipe:")]
    [InlineData("pipe:a/b")]
    [InlineData("fd:x")]
    [InlineData("fd:1000000")]
    [InlineData("localhost:80")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:65536")]
    [InlineData("127.1:80")]
    [InlineData("::1:80")]
    [InlineData(":80")]
    [InlineData("")]
    public void Refuses_what_is_no_place_to_listen(string place) =>
        Refusal("--listen", place).Should().StartWith(
            $"pwb: --listen takes an IP address with a port, unix:<path>, pipe:<name>, or fd:<number> of a socket that "
                + $"listens, not '{place}'.");

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

    [Theory]
    [InlineData("--proxy-protocol-from", "0.0.0.0/0")]
    [InlineData("--proxy-protocol-from", "10.0.0.0/33")]
    [InlineData("--proxy-protocol-from", "10.1")]
    [InlineData("--proxy-protocol-from", "proxy.example")]
    [InlineData("--proxy-protocol-from", "")]
    [InlineData("--socket-mode", "rw")]
    [InlineData("--socket-mode", "0660")]
    [InlineData("--socket-mode", "888")]
    [InlineData("--tls-client-ca", "no-such-file.pem")]
    public void Refuses_lists_and_modes_that_are_none_and_files_that_are_not_there(string option, string value) =>
        Refusal(option, value, "--tls-dev").Should().StartWith("pwb: ").And.ContainAny($"{option} takes ", "no-such-file.pem");

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

    [Theory]
    [InlineData("There is no option '--bogus'.", "--bogus")]
    [InlineData("There is no option '--prot'. Is it '--port'?", "--prot", "80")]
    [InlineData("There is no option '--porta'. Is it '--port'?", "--porta", "80")]
    [InlineData("There is no option '--PORT'. Is it '--port'?", "--PORT", "80")]
    [InlineData("There is no option '--list'. Is it '--listing'?", "--list")]
    [InlineData("There is no option '--bogus'.", ".", "--bogus=1")]
    [InlineData("There is no option '-'.", "-")]
    [InlineData("There is no option '-hx'.", "-hx")]
    [InlineData("There is no option '-x'.", "-x", "80")]
    [InlineData("There is no option '--two\\u000Alines\\u001B[31m'.", "--two\nlines\u001b[31m")]
    [InlineData("There can be only one directory, not '.' and '@file' too.", ".", "@file")]
    [InlineData("--port can be given only once.", "--port", "1", "-p", "2")]
    [InlineData("--listing can be given only once.", ".", "--listing", "--listing=false")]
    [InlineData("--port needs a value: --port <number>.", "--port")]
    [InlineData("--port needs a value: --port <number>.", "--port", "--listing")]
    [InlineData("--port takes a number from 0 to 65535, not ''.", "--port", "")]
    [InlineData("--port takes a number from 0 to 65535, not ''.", "--port=")]
    [InlineData("--port takes a number from 0 to 65535, not '65536'.", "--port", "65536")]
    [InlineData("--port takes a number from 0 to 65535, not '-1'.", "--port", "-1")]
    [InlineData("--port takes a number from 0 to 65535, not '+1'.", "--port", "+1")]
    [InlineData("--port takes a number from 0 to 65535, not ' 1'.", "--port", " 1")]
    [InlineData("--port takes a number from 0 to 65535, not '0x50'.", "--port", "0x50")]
    [InlineData("--port takes a number from 0 to 65535, not 'http'.", "--port", "http")]
    [InlineData("--host needs a value: --host <host>.", "--host")]
    [InlineData("--host takes localhost, any or an IP address, not ''.", "--host", "")]
    [InlineData("--host takes localhost, any or an IP address, not '1'.", "--host", "1")]
    [InlineData("--host takes localhost, any or an IP address, not '127.1'.", "--host", "127.1")]
    [InlineData("--host takes localhost, any or an IP address, not '256.0.0.1'.", "--host", "256.0.0.1")]
    [InlineData("--host takes localhost, any or an IP address, not '[::1]:80'.", "--host", "[::1]:80")]
    [InlineData("--host takes localhost, any or an IP address, not 'example.org'.", "--host", "example.org")]
    [InlineData(
        "--log-level takes trace, debug, information, warning, error, critical or none, not 'loud'.", "--log-level", "loud")]
    [InlineData("--log-level takes trace, debug, information, warning, error, critical or none, not '1'.", "--log-level", "1")]
    [InlineData("--log-format takes text or json, not 'xml'.", "--log-format", "xml")]
    [InlineData("--sockets takes runtime or epoll, not 'uring'.", "--sockets", "uring")]
    [InlineData("--access-log takes short, combined or json, not 'xml'.", "--access-log", "xml")]
    [InlineData("--open takes true or false, not 'yes'.", "--open=yes")]
    [InlineData("--listing takes true or false, not ''.", ".", "--listing=")]
    [InlineData("--listing needs a directory, such as . (this one).", "--listing")]
    [InlineData("--header needs a directory, such as . (this one).", "--header", "X: 1")]
    [InlineData("--cors takes * or an origin such as https://example.org, not ''.", ".", "--cors=")]
    [InlineData("--cors takes * or an origin such as https://example.org, not 'null'.", ".", "--cors=null")]
    [InlineData("--cors takes * or an origin such as https://example.org, not 'example.org'.", ".", "--cors=example.org")]
    [InlineData(
        "--cors takes * or an origin such as https://example.org, not 'https://example.org/'.", ".",
        "--cors=https://example.org/")]
    [InlineData(
        "--cors takes * or an origin such as https://example.org, not 'https://example.org:443'.", ".",
        "--cors=https://example.org:443")]
    [InlineData(
        "--cors takes * or an origin such as https://example.org, not 'https://Example.org'.", ".", "--cors=https://Example.org")]
    [InlineData(
        "--cors takes * or an origin such as https://example.org, not 'https://\u4f60\u597d.example'.", ".",
        "--cors=https://\u4f60\u597d.example")]
    [InlineData(
        "--cors takes * or an origin such as https://example.org, not 'https://a@example.org'.", ".",
        "--cors=https://a@example.org")]
    [InlineData(
        "--header takes 'Name: value' or '/pattern=Name: value', of a field that PWB does not write itself, not 'X'.", ".",
        "--header", "X")]
    [InlineData(
        "--header takes 'Name: value' or '/pattern=Name: value', of a field that PWB does not write itself, not ': 1'.", ".",
        "--header", ": 1")]
    [InlineData(
        "--header takes 'Name: value' or '/pattern=Name: value', of a field that PWB does not write itself, not 'X : 1'.", ".",
        "--header", "X : 1")]
    [InlineData(
        "--header takes 'Name: value' or '/pattern=Name: value', of a field that PWB does not write itself, not 'X: "
            + "1\\u000D\\u000AY: 2'.", ".", "--header", "X: 1\r\nY: 2")]
    [InlineData(
        "--header takes 'Name: value' or '/pattern=Name: value', of a field that PWB does not write itself, not "
            + "'Content-Length: 1'.", ".", "--header", "Content-Length: 1")]
    [InlineData(
        "--header takes 'Name: value' or '/pattern=Name: value', of a field that PWB does not write itself, not 'content-type: "
            + "text/plain'.", ".", "--header", "content-type: text/plain")]
    [InlineData(
        "--cache-control takes 'pattern=value' with a pattern that begins with / or *, not '/a'.", ".", "--cache-control", "/a")]
    [InlineData(
        "--cache-control takes 'pattern=value' with a pattern that begins with / or *, not 'a=no-store'.", ".", "--cache-control",
        "a=no-store")]
    [InlineData(
        "--cache-control takes 'pattern=value' with a pattern that begins with / or *, not '/a=\\u0000'.", ".", "--cache-control",
        "/a=\0")]
    [InlineData(
        "--header takes 'Name: value' or '/pattern=Name: value', of a field that PWB does not write itself, not '/a=X'.", ".",
        "--header", "/a=X")]
    [InlineData(
        "--header takes 'Name: value' or '/pattern=Name: value', of a field that PWB does not write itself, not '/a=ETag: 1'.",
        ".", "--header", "/a=ETag: 1")]
    [InlineData(
        "--header takes 'Name: value' or '/pattern=Name: value', of a field that PWB does not write itself, not 'a=X: 1'.", ".",
        "--header", "a=X: 1")]
    [InlineData("--mime takes '.extension=type/subtype', such as .geo=application/geo+json, not '.geo'.", ".", "--mime", ".geo")]
    [InlineData(
        "--mime takes '.extension=type/subtype', such as .geo=application/geo+json, not 'geo=a/b'.", ".", "--mime", "geo=a/b")]
    [InlineData(
        "--mime takes '.extension=type/subtype', such as .geo=application/geo+json, not '.geo=json'.", ".", "--mime",
        ".geo=json")]
    [InlineData("--index takes the name of a file, such as index.htm, not '/index.htm'.", ".", "--index", "/index.htm")]
    [InlineData(
        "--fallback takes the path of a file in the directory, such as app.html, not '/app.html'.", ".", "--fallback",
        "/app.html")]
    [InlineData("--not-found takes the path of a file in the directory, such as app.html, not ''.", ".", "--not-found=")]
    [InlineData("--base takes a path such as /app/, not '/a/../b'.", ".", "--base", "/a/../b")]
    [InlineData("--spa is --fallback index.html: only one of them can be given.", ".", "--spa", "--fallback", "app.html")]
    [InlineData("--hidden needs a directory, such as . (this one).", "--hidden")]
    [InlineData("--completion takes bash, zsh, fish or powershell, not 'tcsh'.", "--completion", "tcsh")]
    [InlineData("The directory is a path, such as . (this one), not ''.", "")]
    [InlineData("The directory is a path, such as . (this one), not 'a\\u0000b'.", "a\0b")]
    public void A_mistake_is_one_line_that_says_what_would_be_right_and_exit_code_2(string message, params string[] args) =>
        Refusal(args).Should().Be($"pwb: {message} Try 'pwb --help'.{Environment.NewLine}");

    [Fact]
    public void A_directory_that_does_not_exist_and_a_file_are_refused()
    {
        string missing = Path.Combine(Here, "no-such-directory");
        Refusal("no-such-directory").Should().StartWith($"pwb: There is no directory '{missing}'.");
        Refusal("--", "--help").Should().StartWith($"pwb: There is no directory '{Path.Combine(Here, "--help")}'.");

        string file = typeof(CommandLineTests).Assembly.Location;
        Refusal(file).Should().StartWith($"pwb: '{file}' is a file, not a directory.");
    }

    [SkippableFact]
    public void A_directory_that_may_not_be_read_is_refused()
    {
        Skip.If(OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess, "Administrators may read everything.");
        string directory = Directory.CreateTempSubdirectory("pwb-").FullName;
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(directory, UnixFileMode.None);

        Refusal(directory).Should().StartWith($"pwb: The directory '{directory}' may not be read.");
        Directory.Delete(directory);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    public void Help_is_printed_whatever_stands_beside_it(string option) =>
    Printed(option, "--bogus").ReplaceLineEndings("\n").Should().Be(HelpText.Render());

    [Fact]
    public void The_version_is_that_of_the_program() =>
        Printed("--version").Should().MatchRegex(@"^\d+\.\d+\.\d+\S*\r?\n$");

    private static IReadOnlyList<ServerEndPoint> EndPointsOf(params string[] args) => Parse(args).ToServerOptions().EndPoints;

    private static HostSettings Parse(params string[] args)
    {
        using var error = new StringWriter();
        var settings = CommandLine.Parse(args, _ => null, TextWriter.Null, error, out int exitCode);
        error.ToString().Should().BeEmpty();
        exitCode.Should().Be(0);
        return settings!;
    }

    private static string Refusal(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        CommandLine.Parse(args, _ => null, output, error, out int exitCode).Should().BeNull();
        exitCode.Should().Be(2);
        output.ToString().Should().BeEmpty();
        return error.ToString();
    }

    private static string Printed(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        CommandLine.Parse(args, _ => null, output, error, out int exitCode).Should().BeNull();
        exitCode.Should().Be(0);
        error.ToString().Should().BeEmpty();
        return output.ToString();
    }
}

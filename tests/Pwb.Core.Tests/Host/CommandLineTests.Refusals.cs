using Pwb.Host;

namespace Pwb.Tests.Host;

/// <content>What is refused, and what is printed instead of being served.</content>
public sealed partial class CommandLineTests
{
    [Theory]
    [InlineData("unix:")]
    [InlineData("pipe:")]
    [InlineData("pipe:a/b")]
    [InlineData("fd:x")]
    [InlineData("fd:1000000")]
    [InlineData("localhost")]
    [InlineData("activated")] // without sockets of a supervisor
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:65536")]
    [InlineData("127.1:80")]
    [InlineData("::1:80")]
    [InlineData(":80")]
    [InlineData("")]
    public void Refuses_what_is_no_place_to_listen(string place) =>
        Refusal("--listen", place).Should().StartWith(
            "pwb: --listen takes localhost, any or an IP address with a port, unix:<path>, pipe:<name>, or fd:<number> or "
                + $"activated for sockets that listen, not '{place}'.");

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

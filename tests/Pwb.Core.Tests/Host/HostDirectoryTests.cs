using System.Net;
using System.Text.Json;

namespace Pwb.Tests.Host;

/// <summary>The host as a tool that serves a directory: what its options do, what it prints.</summary>
public sealed class HostDirectoryTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("pwb-host-").FullName;
    private readonly HttpClient _client = new(new HttpClientHandler { AllowAutoRedirect = false });

    public HostDirectoryTests()
    {
        Write("index.html", "<h1>home</h1>");
        Write("about.html", "about");
        Write("assets/app.js", "1");
    }

    public void Dispose()
    {
        _client.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Serves_a_directory_and_says_which()
    {
        using var host = await HostProcess.ServeAsync(_directory);
        (await host.ReadUntilAsync("serving ")).Should().Be($"serving {_directory}");
        using var page = await _client.GetAsync(host.Url);
        using var missing = await _client.GetAsync(new Uri(host.Url, "/missing"));
        using var listing = await _client.GetAsync(new Uri(host.Url, "/assets/"));

        (await page.Content.ReadAsStringAsync()).Should().Be("<h1>home</h1>");
        page.Content.Headers.ContentType!.ToString().Should().Be("text/html; charset=utf-8");
        missing.StatusCode.Should().Be(HttpStatusCode.NotFound);
        listing.StatusCode.Should().Be(HttpStatusCode.NotFound, "nobody asked for listings");
        host.Output.Should().NotContain("Host: ", "with a directory, heads are not printed").And.NotContain("network");
    }

    [Fact]
    public async Task Its_options_are_those_of_the_handler()
    {
        using var host = await HostProcess.ServeAsync(
            _directory, "--listing", "--spa", "--clean-urls", "--cors", "--header", "X-One: 1", "--header", "X-Two: 2",
            "--cache-control", "/assets/*=max-age=60");
        using var about = await _client.GetAsync(new Uri(host.Url, "/about"));
        using var route = await _client.GetAsync(new Uri(host.Url, "/some/route"));
        using var listing = await _client.GetAsync(new Uri(host.Url, "/assets/"));
        using var script = await _client.GetAsync(new Uri(host.Url, "/assets/app.js"));

        (await about.Content.ReadAsStringAsync()).Should().Be("about");
        (await route.Content.ReadAsStringAsync()).Should().Be("<h1>home</h1>");
        (await listing.Content.ReadAsStringAsync()).Should().Contain("app.js");
        script.Headers.CacheControl!.ToString().Should().Be("max-age=60");
        script.Headers.GetValues("X-One").Should().Equal("1");
        script.Headers.GetValues("X-Two").Should().Equal("2");
        script.Headers.GetValues("Access-Control-Allow-Origin").Should().Equal("*");
    }

    [Fact]
    public async Task The_environment_can_say_it_all()
    {
        using var host = await HostProcess.StartWith(
            [("PWB_DIRECTORY", _directory), ("PWB_PORT", "0"), ("PWB_HEADER", "X-One: 1\nX-Two: 2")]).UntilItServesAsync();
        using var page = await _client.GetAsync(host.Url);

        page.Headers.GetValues("X-One").Should().Equal("1");
        page.Headers.GetValues("X-Two").Should().Equal("2");
    }

    [Fact]
    public async Task A_mistake_in_the_environment_is_one_line_and_exit_code_2()
    {
        using var host = HostProcess.StartWith([("PWB_PORT", "http")]);
        (int exitCode, string error) = await host.WaitForExitAsync();

        exitCode.Should().Be(2);
        error.Should().Be("pwb: PWB_PORT takes a number from 0 to 65535, not 'http'. Try 'pwb --help'.\n");
    }

    [Fact]
    public async Task A_directory_that_does_not_exist_is_one_line_and_exit_code_2()
    {
        using var host = HostProcess.Start(Path.Combine(_directory, "nope"));
        (int exitCode, string error) = await host.WaitForExitAsync();

        exitCode.Should().Be(2);
        error.Should().Be($"pwb: There is no directory '{_directory}/nope'. Try 'pwb --help'.\n");
        host.Output.Should().BeEmpty();
    }

    [Fact]
    public async Task On_every_network_it_says_that_it_is_open_to_it()
    {
        using var host = await HostProcess.ServeAsync("--host", "any", _directory);
        string line = await host.ReadUntilAsync("network");

        line.Should().StartWith("open to everybody on the network:");
        foreach (string url in line.Split(' ').Where(part => part.StartsWith("http:", StringComparison.Ordinal)))
            (await _client.GetStringAsync(new Uri(url))).Should().Be("<h1>home</h1>", "{0} was printed", url);
    }

    [Fact]
    public async Task The_log_can_be_one_JSON_object_per_line()
    {
        using var host = await HostProcess.ServeAsync("--log-format", "json", "--log-level", "debug");
        using var response = await _client.GetAsync(new Uri(host.Url, "/11"));
        using var access = JsonDocument.Parse(await host.ReadUntilAsync("Pwb.Access"));

        access.RootElement.GetProperty("request").GetString().Should().Be("GET /11");
        access.RootElement.GetProperty("statusCode").GetInt32().Should().Be(200);
        access.RootElement.GetProperty("bytes").GetInt64().Should().Be(9);
        foreach (string line in host.Output.TrimEnd().Split('\n'))
        {
            using var json = JsonDocument.Parse(line);
            json.RootElement.EnumerateObject().Select(property => property.Name).Take(4).Should().Equal(
                "time", "level", "category", "message");
        }
    }

    [Theory]
    [InlineData("text")]
    [InlineData("json")]
    public async Task The_access_log_can_be_combined_with_a_line_for_each_answer_and_nothing_around_it(string logFormat)
    {
        using var host = await HostProcess.ServeAsync("--access-log", "combined", "--log-format", logFormat);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(host.Url, "/11"));
        request.Headers.TryAddWithoutValidation("User-Agent", "a \"b\" \\");
        using var response = await _client.SendAsync(request);
        string access = await host.ReadUntilAsync(" - - [");

        access.Should().MatchRegex(
            @"^(127\.0\.0\.1|::1) - - \[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d \+0000\] ""GET /11 HTTP/1\.1"" 200 9 ""-"" ""a "
                + @"\\x22b\\x22 \\\\""$");
    }

    [Fact]
    public async Task The_access_log_can_be_JSON_with_a_line_for_each_answer_and_nothing_around_it()
    {
        using var host = await HostProcess.ServeAsync("--access-log", "json", "--log-level", "information");
        (await _client.GetStringAsync(new Uri(host.Url, "/11?q=1"))).Should().Be("hello PWB");
        using var access = JsonDocument.Parse(await host.ReadUntilAsync("url.path"));

        access.RootElement.GetProperty("http.request.method").GetString().Should().Be("GET");
        access.RootElement.GetProperty("url.path").GetString().Should().Be("/11");
        access.RootElement.GetProperty("url.query").GetString().Should().Be("q=1");
        access.RootElement.GetProperty("http.response.status_code").GetInt32().Should().Be(200);
        access.RootElement.GetProperty("http.response.body.size").GetInt64().Should().Be(9);
    }

    [SkippableTheory]
    [InlineData("localhost")]
    [InlineData("127.0.0.2")]
    public async Task Opens_the_browser_at_the_URL_that_is_listened_on_and_without_secrets(string address)
    {
        SkipWithoutXdgOpen();
        Skip.If(address == "127.0.0.2" && !OperatingSystem.IsLinux(), "that address is there on Linux only");
        string opened = Path.Combine(_directory, "opened");
        using var host = await ServeWithBrowserAsync(
            $"echo \"$1\" >'{opened}.part' && env | grep -i '^PWB_' >>'{opened}.part'; mv '{opened}.part' '{opened}'", "--host",
            address, "--base", "/my app/");

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!File.Exists(opened))
            await pause.WaitForNextTickAsync(patience.Token);
        (await File.ReadAllTextAsync(opened)).Should().Be(
            $"http://{address}:{host.Url.Port}/my%20app/\n", "no variable of ours follows");
        (await host.StopAsync()).Should().Be((0, ""));
    }

    [SkippableFact]
    public async Task A_browser_that_does_not_open_is_a_warning()
    {
        SkipWithoutXdgOpen();
        using var host = await ServeWithBrowserAsync("exit 3");
        string warning = await host.ReadErrorLineAsync();

        warning.Should().MatchRegex($@"^\S+Z warning: cannot open {host.Url} in a browser: exit code 3$");
        (await _client.GetStringAsync(host.Url)).Should().Be("<h1>home</h1>");
    }

    [SkippableFact]
    public async Task Help_that_cannot_be_printed_is_no_crash()
    {
        Skip.IfNot(File.Exists("/dev/full"), "needs /dev/full");
        using var host = HostProcess.StartWithRedirection(">/dev/full", "--help");
        (await host.WaitForExitAsync()).Should().Be((0, ""));
    }

    private static void SkipWithoutXdgOpen() =>
        Skip.If(OperatingSystem.IsWindows() || OperatingSystem.IsMacOS(), "Browsers are not opened by xdg-open here.");

    private async Task<HostProcess> ServeWithBrowserAsync(string script, params string[] args)
    {
        string programs = Path.Combine(_directory, ".bin");
        Write(".bin/xdg-open", $"#!/bin/sh\n{script}\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Path.Combine(programs, "xdg-open"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        string path = $"{programs}:{Environment.GetEnvironmentVariable("PATH")}";
        (string, string)[] variables = [
            ("PATH", path), ("PWB_TLS_PASSWORD", "secret"), ("pwb_other", "secret"), ("PWB_LOG_FORMAT", "text")];
        return await HostProcess.StartWith(variables, ["--port", "0", "--open", _directory, .. args]).UntilItServesAsync();
    }

    private void Write(string name, string content)
    {
        string file = Path.Combine(_directory, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, content);
    }
}

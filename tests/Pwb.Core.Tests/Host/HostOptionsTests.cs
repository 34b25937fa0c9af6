using System.Net;
using System.Net.Sockets;

namespace Pwb.Tests.Host;

/// <summary>Each option in a process, as its users give it, and what comes of bad input.</summary>
public sealed class HostOptionsTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("pwb-options-").FullName;
    private readonly HttpClient _client = new(new HttpClientHandler { AllowAutoRedirect = false });

    public HostOptionsTests()
    {
        Write("start.htm", "start");
        Write("app.html", "app");
        Write("gone.html", "gone");
        Write(".hidden", "hidden");
        Write("a.geo", "{}");
        Write("Build/game.wasm.gz", "gz");
    }

    public void Dispose()
    {
        _client.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Names_hidden_files_types_and_fields_by_path_are_the_user_s_choice()
    {
        using var host = await HostProcess.ServeAsync(
            _directory, "--index", "index.html", "--index", "start.htm", "--not-found", "gone.html", "--hidden", "--mime",
            ".geo=application/geo+json",
            "--mime=.gz=application/wasm", "--header", "/Build/*.gz=Content-Encoding: gzip", "--header", "X-One: 1");

        (await TextAsync(host, "/")).Should().Be((200, "start"));
        (await TextAsync(host, "/nothing")).Should().Be((404, "gone"));
        (await TextAsync(host, "/.hidden")).Should().Be((200, "hidden"));
        using var geo = await _client.GetAsync(new Uri(host.Url, "/a.geo"));
        geo.Content.Headers.ContentType!.ToString().Should().Be("application/geo+json");
        geo.Headers.GetValues("X-One").Should().Equal("1");
        using var game = await _client.GetAsync(new Uri(host.Url, "/Build/game.wasm.gz"));
        game.Content.Headers.ContentEncoding.Should().Equal("gzip");
        game.Content.Headers.ContentType!.ToString().Should().Be("application/wasm");
        host.Output.Should().NotContain("hint:");
    }

    // The variable used to be taken away, with all others of the program, before the server looked at it.
    [SkippableFact]
    public async Task Sockets_are_served_by_epoll_where_the_variable_or_the_option_says_so()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "epoll is Linux's");
        using var byVariable = await HostProcess.StartWith([("PWB_SOCKETS", "epoll")], "--port", "0").UntilItServesAsync();
        using var byOption = await HostProcess.ServeAsync("--sockets", "epoll");
        using var without = await HostProcess.StartWith([("PWB_SOCKETS", "")], "--port", "0").UntilItServesAsync();

        (await TextAsync(byVariable, "/")).Should().Be((200, "hello PWB"));
        byVariable.ThreadNames.Should().Contain("PWB seat");
        byOption.ThreadNames.Should().Contain("PWB seat");
        without.ThreadNames.Should().NotContain("PWB seat");
    }

    [Theory]
    [InlineData("--fallback", "app.html")]
    [InlineData("--fallback=app.html")]
    public async Task Another_page_can_be_the_answer_to_what_does_not_exist(params string[] args)
    {
        using var host = await HostProcess.ServeAsync([_directory, .. args]);

        (await TextAsync(host, "/some/route")).Should().Be((200, "app"));
    }

    [Theory]
    [InlineData("/app/")]
    [InlineData("app")]
    public async Task Everything_can_be_below_a_path(string path)
    {
        using var host = await HostProcess.ServeAsync(_directory, "--base", path, "--index=start.htm");

        (await TextAsync(host, "/app/")).Should().Be((200, "start"));
        (await TextAsync(host, "/")).Status.Should().Be(404);
        using var redirect = await _client.GetAsync(new Uri(host.Url, "/app"));
        redirect.Headers.Location!.ToString().Should().Be("/app/");
        (await host.ReadUntilAsync("serving ")).Should().Be($"serving {_directory} at /app/");
    }

    [SkippableFact]
    public async Task Links_that_lead_out_are_followed_only_if_that_is_asked_for()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows asks for rights to make links");
        string outside = Directory.CreateTempSubdirectory("pwb-outside-").FullName;
        await File.WriteAllTextAsync(Path.Combine(outside, "a.txt"), "outside");
        Directory.CreateSymbolicLink(Path.Combine(_directory, "link"), outside);

        using (var host = await HostProcess.ServeAsync(_directory))
            (await TextAsync(host, "/link/a.txt")).Status.Should().Be(404);
        using (var host = await HostProcess.ServeAsync(_directory, "--follow-links"))
            (await TextAsync(host, "/link/a.txt")).Should().Be((200, "outside"));
        Directory.Delete(outside, recursive: true);
    }

    [Fact]
    public async Task Options_have_short_forms()
    {
        using var host = await HostProcess.Start("-p", "0", "-l", _directory).UntilItServesAsync();
        using var listing = await _client.GetAsync(host.Url);

        (await listing.Content.ReadAsStringAsync()).Should().Contain("app.html");
        using var help = HostProcess.Start("-h");
        (await help.WaitForExitAsync()).Should().Be((0, ""));
        help.Output.Should().StartWith("PWB ").And.Contain("--port <number>");
    }

    [Fact]
    public async Task A_folder_without_an_index_is_a_hint_and_one_with_it_or_with_a_listing_is_none()
    {
        using (var host = await HostProcess.ServeAsync(_directory))
            (await host.ReadUntilAsync("hint:")).Should().Be(
                "hint: there is no index.html in it; with --listing it shows what it holds");
        using (var host = await HostProcess.ServeAsync(_directory, "--spa"))
            (await host.ReadUntilAsync("hint:")).Should().Be(
                "hint: there is no index.html in it, which is the answer to what does not exist");
        using (var host = await HostProcess.ServeAsync(_directory, "--listing"))
        {
            await TextAsync(host, "/a.geo");
            await host.ReadUntilAsync("GET /a.geo");
            host.Output.Should().NotContain("hint:");
        }
    }

    [Fact]
    public async Task With_a_directory_a_request_is_one_line_and_so_is_a_refusal_with_its_reason()
    {
        using var host = await HostProcess.ServeAsync(_directory, "--listing");
        await host.ReadUntilAsync("serving ");
        int before = host.Output.Length;
        await TextAsync(host, "/a.geo");
        using var request = new HttpRequestMessage(HttpMethod.Get, host.Url);
        request.Headers.Host = "evil.example";
        using var refusal = await _client.SendAsync(request);
        await host.ReadUntilAsync(" 421 ");

        string[] lines = host.Output[before..].TrimEnd().Split('\n');
        lines.Should().HaveCount(2);
        lines[0].Should().MatchRegex(@"^\S+Z \S+ ""GET /a.geo HTTP/1.1"" 200 2 \d+\.\d+ ms$");
        lines[1].Should().MatchRegex(@"^\S+Z \S+ ""GET / HTTP/1.1"" 421 \d+: This server does not answer for that host\.$");
    }

    [SkippableTheory]
    [InlineData("::1", "http://[::1]:")]
    [InlineData("[::1]", "http://[::1]:")]
    [InlineData("::", "http://localhost:")]
    [InlineData("127.0.0.2", "http://127.0.0.2:")]
    [InlineData("127.0.0.1", "http://localhost:")]
    public async Task The_banner_names_what_is_really_listened_on(string address, string url)
    {
        Skip.If(address == "127.0.0.2" && !OperatingSystem.IsLinux(), "that address is there on Linux only");
        Skip.If(address.Contains(':', StringComparison.Ordinal) && !HasIpv6(), "there is no IPv6 here");
        using var host = await HostProcess.ServeAsync("--host", address, _directory);

        host.Url.ToString().Should().StartWith(url);
        (await TextAsync(host, "/a.geo")).Should().Be((200, "{}"));
    }

    [Fact]
    public async Task The_next_free_port_is_taken_only_if_none_was_named()
    {
        using (TakeDefaultPort())
        {
            using var host = await HostProcess.Start(_directory).UntilItServesAsync();
            host.Url.Port.Should().BeInRange(PwbServerOptions.DefaultPort + 1, PwbServerOptions.DefaultPort + 15);
            (await host.ReadErrorLineAsync()).Should().EndWith(
                $"warning: port 8888 is in use, so it is {host.Url.Port}; --port names another");
            (await TextAsync(host, "/a.geo")).Status.Should().Be(200);

            using var named = HostProcess.StartWith([("PORT", "8888")]);
            (int exitCode, string error) = await named.WaitForExitAsync();
            exitCode.Should().Be(1);
            error.Should().MatchRegex(@"^pwb: [^\n]*in use[^\n]*\n$");
        }
    }

    [Fact]
    public async Task A_variable_that_a_platform_sets_for_a_service_of_that_name_is_not_fatal()
    {
        using var host =
            await HostProcess.StartWith([("PWB_PORT", "tcp://10.0.0.1:8888"), ("PORT", "0")], _directory).UntilItServesAsync();

        (await host.ReadErrorLineAsync()).Should().EndWith(
            "warning: PWB_PORT is 'tcp://10.0.0.1:8888', the address of a service of that name, and is ignored.");
        (await TextAsync(host, "/a.geo")).Status.Should().Be(200);
    }

    [SkippableTheory]
    [InlineData("--port", "0", ".")]
    [InlineData("--port", "0")]
    public async Task A_working_directory_that_is_gone_is_at_most_one_line_and_exit_code_1(params string[] args)
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows keeps a working directory");
        using var host = HostProcess.StartInDirectoryThatIsGone(args);
        if (args.Length == 2)
        {
            await host.UntilItServesAsync(); // it needs none
            (await host.StopAsync()).ExitCode.Should().Be(0);
            return;
        }

        (int exitCode, string error) = await host.WaitForExitAsync();
        exitCode.Should().Be(1);
        error.Should().Be("pwb: '.' cannot be found, since the working directory is gone.\n");
    }

    [Theory]
    [InlineData("pwb: There is no option '--porta'. Is it '--port'? Try 'pwb --help'.\n", "--porta", "80")]
    [InlineData(
        "pwb: --mime takes '.extension=type/subtype', such as .geo=application/geo+json, not 'geo=a/b'. Try 'pwb --help'.\n", ".",
        "--mime", "geo=a/b")]
    [InlineData("pwb: --completion takes bash, zsh, fish or powershell, not 'tcsh'. Try 'pwb --help'.\n", "--completion", "tcsh")]
    public async Task Bad_input_is_one_line_that_says_what_would_be_right_and_exit_code_2(string line, params string[] args)
    {
        using var host = HostProcess.Start(args);

        (await host.WaitForExitAsync()).Should().Be((2, line));
        host.Output.Should().BeEmpty();
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    [InlineData("PowerShell")]
    public async Task Completion_is_printed(string shell)
    {
        using var host = HostProcess.Start("--completion", shell);

        (await host.WaitForExitAsync()).Should().Be((0, ""));
        host.Output.Should().Contain("pwb");
    }

    [Fact]
    public async Task The_manual_page_is_printed()
    {
        using var host = HostProcess.Start("--man");

        (await host.WaitForExitAsync()).Should().Be((0, ""));
        host.Output.Should().StartWith(".TH PWB 1 ");
    }

    // Null if somebody else has it, which is as good.
    private static TcpListener? TakeDefaultPort()
    {
        var listener = new TcpListener(IPAddress.Loopback, PwbServerOptions.DefaultPort);
        try
        {
            listener.Start();
            return listener;
        }
        catch (SocketException)
        {
            listener.Dispose();
            return null;
        }
    }

    private static bool HasIpv6() => ServerEndPoint.Loopback(0).Count == 2;

    private async Task<(int Status, string Text)> TextAsync(HostProcess host, string path)
    {
        using var response = await _client.GetAsync(new Uri(host.Url, path));
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private void Write(string name, string content)
    {
        string file = Path.Combine(_directory, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, content);
    }
}

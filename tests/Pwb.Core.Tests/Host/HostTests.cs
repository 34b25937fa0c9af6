using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Host;

/// <summary>The host as its users meet it: a process, its output, its exit code.</summary>
public sealed class HostTests
{
    private const string AccessLine =
        @"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (127\.0\.0\.1|\[::1\]):\d+ ""GET /11 HTTP/1\.1"" 200 9 \d+\.\d{3} ms$";

    [Fact]
    public async Task Says_hello_to_an_HttpClient()
    {
        using var host = await HostProcess.ServeAsync();
        using var client = new HttpClient();
        using var response = await client.GetAsync(new Uri(host.Url, "/11"));

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        response.Headers.Server.ToString().Should().Be("PWB1.0");
        response.Headers.Date.Should().NotBeNull();
        response.Content.Headers.ContentLength.Should().Be(9);
        (await response.Content.ReadAsStringAsync()).Should().Be("hello PWB");
    }

    [SkippableFact]
    public async Task Says_hello_to_curl()
    {
        using var host = await HostProcess.ServeAsync();
        string answer = await CurlAsync("-sS", "-i", new Uri(host.Url, "/11").ToString());

        answer.Should().StartWith("HTTP/1.1 200 OK\r\n").And.EndWith("\r\n\r\nhello PWB")
            .And.Contain("\r\nServer: PWB1.0\r\n").And.Contain("\r\nContent-Length: 9\r\n").And.Contain("\r\nDate: ");
    }

    [Fact]
    public async Task Prints_what_the_tutorial_prints_and_an_access_line()
    {
        using var host = await HostProcess.ServeAsync();
        await AskAsync(host, "GET /11 HTTP/1.1\r\nHost: localhost\r\nX-Word: hello\r\nConnection: close\r\n\r\n");
        string access = await host.ReadUntilAsync("\"GET /11 HTTP/1.1\"");

        access.Should().MatchRegex(AccessLine);
        host.Output.Should().StartWith($"web server:PWB 1.0 on port {host.Url.Port}... http://localhost:{host.Url.Port}/\n")
            .And.MatchRegex(@"(?m)^client (127\.0\.0\.1|\[::1\]):\d+ made a request$")
            .And.Contain("\nGET /11 HTTP/1.1\nHost: localhost\nX-Word: hello\nConnection: close\n");
    }

    [Fact]
    public async Task At_information_prints_no_line_of_the_head()
    {
        using var host = await HostProcess.ServeAsync("--log-level", "information");
        await AskAsync(host, "GET /11 HTTP/1.1\r\nHost: localhost\r\nX-Word: hello\r\nConnection: close\r\n\r\n");
        (await host.ReadUntilAsync("\"GET /11 HTTP/1.1\"")).Should().MatchRegex(AccessLine);

        host.Output.Should().NotContain("X-Word").And.NotContain("\nGET");
    }

    [SkippableFact]
    public async Task With_log_level_none_serves_in_silence()
    {
        SkipOnWindows();
        int port = OwnPort.Take();
        using var host = HostProcess.Start("--log-level", "none", "--port", $"{port}");
        await UntilItListensAsync(host, port);
        (int exitCode, string error) = await host.StopAsync();

        exitCode.Should().Be(0);
        error.Should().BeEmpty();
        host.Output.Should().BeEmpty();
    }

    [Fact]
    public async Task Masks_credentials_in_the_log()
    {
        using var host = await HostProcess.ServeAsync();
        await AskAsync(
            host, "GET /11 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic open-sesame\r\n"
                + "proxy-authorization: open-sesame\r\n" +
                "COOKIE: id=open-sesame\r\nX-Last: yes\r\nConnection: close\r\n\r\n");
        await host.ReadUntilAsync("\"GET /11 HTTP/1.1\"");

        host.Output.Should().NotContain("sesame").And.Contain("\nX-Last: yes\n")
            .And.Contain("\nAuthorization:").And.Contain("\nproxy-authorization:").And.Contain("\nCOOKIE:");
    }

    [Theory]
    [InlineData(
        "GET / HTTP/1.1\r\nHost: localhost\r\nX: \u009b31mred\u0085\u00e2\u0080\u00ae\r\nConnection: close\r\n\r\n", "31mred")]
    [InlineData("GET /\u001b[31mred HTTP/1.1\r\nHost: localhost\r\n\r\n", "400")]
    [InlineData("GET /log HTTP/1.1\r\nHost: localhost\r\nX: \u001b]0;title\u0007\r\n\r\n", "400")]
    [InlineData("GET /log HTTP/1.1\r\nHost: localhost\r\nX: a\nclient 1.2.3.4:5 made a request\r\n\r\n", "400")]
    public async Task Nothing_a_client_sends_reaches_the_terminal_raw(string request, string logged)
    {
        using var host = await HostProcess.ServeAsync();
        await AskAsync(host, request);
        await host.ReadUntilAsync(logged);

        host.Output.Should().MatchRegex("^[\n -~]*$").And.NotContain("1.2.3.4:5 made");
    }

    [SkippableTheory]
    [InlineData(PosixSignal.SIGINT)]
    [InlineData(PosixSignal.SIGTERM)]
    [InlineData(PosixSignal.SIGHUP)]
    public async Task A_signal_stops_it_with_exit_code_0(PosixSignal signal)
    {
        SkipOnWindows();
        Skip.If(signal == PosixSignal.SIGHUP && IsHangupIgnored(),
            "SIGHUP is ignored here, as under nohup, and stays so in the host.");
        using var host = await HostProcess.ServeAsync();
        using var idle = new TcpClient("localhost", host.Url.Port);
        host.Signal(signal);
        (int exitCode, string error) = await host.WaitForExitAsync();

        exitCode.Should().Be(0);
        error.Should().BeEmpty();
    }

    [SkippableFact]
    public async Task A_second_signal_does_not_wait_for_a_request_in_flight()
    {
        SkipOnWindows();
        using var host = await HostProcess.ServeAsync();
        using var slow = new TcpClient("localhost", host.Url.Port);
        await slow.GetStream().WriteAsync("POST /slow HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n1"u8.ToArray());
        await host.ReadUntilAsync("Content-Length: 10");

        host.Signal(PosixSignal.SIGTERM);
        await host.ReadUntilAsync("stopping; connections still open: 1");
        host.Signal(PosixSignal.SIGTERM);
        (int exitCode, string error) = await host.WaitForExitAsync();

        exitCode.Should().Be(0);
        // A busy machine also warns of the time that the handler took.
        error.Should().MatchRegex(
            @"^([^\n]* the handler has NeverBlocks [^\n]*\n)?[^\n"
                + @"]*warning: stopped; connections that did not end in time and were reset: 1[^\n]*\n$");
    }

    [Fact]
    public async Task A_port_in_use_is_one_line_and_exit_code_1()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        string endPoint = other.LocalEndpoint.ToString()!;
        using var host = HostProcess.Start("--port", $"{((IPEndPoint)other.LocalEndpoint).Port}");
        (int exitCode, string error) = await host.WaitForExitAsync();

        exitCode.Should().Be(1);
        error.Should().MatchRegex(@"^pwb: [^\n]*in use[^\n]*\n$").And.Contain(endPoint);
        host.Output.Should().BeEmpty();
    }

    [Fact]
    public async Task A_wrong_option_is_one_line_and_exit_code_2()
    {
        using var host = HostProcess.Start("--prot", "8080");
        (int exitCode, string error) = await host.WaitForExitAsync();

        exitCode.Should().Be(2);
        error.Should().MatchRegex(@"^pwb: [^\n]*'--prot'[^\n]*\n$");
        host.Output.Should().BeEmpty();
    }

    [LongFact]
    public async Task A_log_that_nobody_reads_delays_neither_responses_nor_the_stop()
    {
        SkipOnWindows();
        using var host = await HostProcess.ServeAsync(); // and from here on nobody reads
        await AskManyTimesAsync(host.Url);
        host.Signal(PosixSignal.SIGTERM);
        (int exitCode, _) = await host.WaitForExitAsync();

        exitCode.Should().Be(0);
        host.Output.Split('\n').Should().HaveCountLessThan(8192, "else the log was not blocked");
    }

    // A write that fails makes Microsoft's console logger write on the requests' own threads; those would then wait for the pipe.
    [LongFact]
    public async Task A_full_standard_error_does_not_make_a_blocked_log_delay_responses()
    {
        Skip.IfNot(File.Exists("/dev/full"), "needs /dev/full");
        using var host = await HostProcess.StartWithRedirection("2>/dev/full", "--port", "0").UntilItServesAsync();
        await AskManyTimesAsync(host.Url);
        await host.ReadLinesAsync(6000); // now there is room again, and the next line is preceded by a notice on standard error
        await AskAsync(host, "GET /marker HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        await host.ReadUntilAsync("GET /marker"); // that notice has failed by now
        await AskManyTimesAsync(host.Url);
        (int exitCode, _) = await host.StopAsync();

        exitCode.Should().Be(0);
    }

    [LongFact]
    public async Task Standard_output_that_is_full_delays_no_response()
    {
        Skip.IfNot(File.Exists("/dev/full"), "needs /dev/full");
        int port = OwnPort.Take();
        using var host = HostProcess.StartWithRedirection(">/dev/full 2>/dev/full", "--port", $"{port}");
        await UntilItListensAsync(host, port);
        await AskManyTimesAsync(new Uri($"http://localhost:{port}/"));
        (int exitCode, _) = await host.StopAsync();

        exitCode.Should().Be(0);
    }

    [LongFact]
    public async Task Standard_output_that_is_gone_delays_no_response()
    {
        SkipOnWindows();
        using var host = await HostProcess.ServeAsync();
        host.BreakOutput();
        await AskManyTimesAsync(host.Url);
        host.Signal(PosixSignal.SIGTERM);

        (await host.WaitForExitCodeAsync()).Should().Be(0);
    }

    // 2,000 requests of 13 lines: more than the 8,192 that the logger queues and the pipe's 64 KiB together.
    private static async Task AskManyTimesAsync(Uri url)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };
        for (int i = 0; i < 10; i++)
            client.DefaultRequestHeaders.Add($"X-Line-{i}", "one of many lines in the log");
        for (int i = 0; i < 2000; i++)
            (await client.GetStringAsync(url)).Should().Be("hello PWB");
    }

    /// <summary>Sends the octets as they are (Latin-1), and returns the whole answer when the host has closed.</summary>
    private static async Task<string> AskAsync(HostProcess host, string request)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var client = new TcpClient("localhost", host.Url.Port);
        await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(request), patience.Token);
        using var reader = new StreamReader(client.GetStream(), Encoding.Latin1);
        return await reader.ReadToEndAsync(patience.Token);
    }

    private static async Task<string> CurlAsync(params string[] args)
    {
        Process? curl = null;
        try
        {
            curl = Process.Start(new ProcessStartInfo("curl", args) { RedirectStandardOutput = true, UseShellExecute = false });
        }
        catch (Win32Exception)
        {
            Skip.If(true, "curl is not installed");
        }

        using (curl)
            return await curl!.StandardOutput.ReadToEndAsync();
    }

    // A silent host says nothing that could be waited for.
    private static async Task UntilItListensAsync(HostProcess host, int port)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (true)
        {
            host.HasExited.Should().BeFalse("it should be listening");
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port, patience.Token);
                return;
            }
            catch (SocketException)
            {
                await pause.WaitForNextTickAsync(patience.Token);
            }
        }
    }

    private static bool IsHangupIgnored() =>
        OperatingSystem.IsLinux()
        && File.ReadLines("/proc/self/status").Any(
            line => line.StartsWith("SigIgn:", StringComparison.Ordinal) && (Convert.ToUInt64(line[7..].Trim(), 16) & 1) != 0);

    private static void SkipOnWindows() => Skip.If(OperatingSystem.IsWindows(), "Windows has no signals");
}

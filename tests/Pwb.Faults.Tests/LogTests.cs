using System.Text;
using System.Text.RegularExpressions;
using Pwb.Faults.Support;
using Xunit.Abstractions;

namespace Pwb.Faults;

/// <summary>What clients send cannot do anything through the log, and a log that fails costs no response.</summary>
public sealed class LogTests(ITestOutputHelper output) : FaultSuite(output)
{
    private static readonly string AllBytes = new([.. Enumerable.Range(0, 256).Select(value => (char)value)]);

    [SkippableFact]
    public async Task No_byte_that_a_client_sends_reaches_the_log_as_a_control_character()
    {
        using ServerProcess server = await ServerProcess.StartHostAsync();
        int requests = await SendEveryByteEverywhereAsync(server.Port);
        await server.UntilOutputAsync("GET /the-last");
        server.Signal(Native.Terminate);
        await server.WaitForExitAsync();
        string log = server.Output + server.Errors;

        Log.Print(
            $"log injection: {requests} requests with every byte in method, path, name "
                + $"and value; {log.Length} bytes of log, {log.Count(IsDangerous)} of them dangerous");
        log.Where(IsDangerous).Should().BeEmpty();
        log.Should().NotMatchRegex("(?m)^forged");
        log.Should().Contain(@"\xE9").And.Contain(@"\x9B");
    }

    [SkippableFact]
    public async Task On_a_terminal_there_are_only_the_log_s_own_colours()
    {
        NeedsLinux();
        (FileStream terminal, string path) = Native.OpenTerminal();
        int port = ServerProcess.FreePort();
        using ServerProcess server = ServerProcess.LaunchHostOnTerminal(path, "--port", $"{port}");
        OutputCapture screen = new(terminal);
        await server.UntilItAnswersAsync();
        await SendEveryByteEverywhereAsync(port);
        await Patience.UntilAsync(
            () => screen.Text.Contains("GET /the-last", StringComparison.Ordinal), "the last line is on the terminal");
        // .NET itself switches the keypad on where it finds a terminal.
        string dangerous = new(
            [.. Regex.Replace(screen.Text, "\e\\[(2|22|31|33|39)m|\e\\[[?]1h\e=", "")
                .Replace("\r\n", "\n", StringComparison.Ordinal).Where(IsDangerous)]);

        Log.Print(
            $"log injection on a terminal: {screen.Text.Length} bytes, {dangerous.Length} of them dangerous beside the colours");
        screen.Text.Should().Contain("\e[2m", "else this was no terminal");
        dangerous.Should().BeEmpty();
    }

    [SkippableFact]
    public async Task A_log_that_nobody_reads_delays_no_response()
    {
        NeedsLinux();
        const int count = 3000;
        using ServerProcess server = await ServerProcess.StartHostAsync();
        server.BlockOutput();
        using RawClient client = await RawClient.ConnectAsync(server.Port);
        TimeSpan slowest = TimeSpan.Zero;
        string fields = string.Concat(Enumerable.Range(0, 10).Select(i => $"X-Line-{i}: one of many lines of the log\r\n"));
        for (int i = 0; i < count; i++)
        {
            long start = Now;
            (await client.GetAsync("/", fields)).StatusCode.Should().Be(200);
            slowest = Since(start) > slowest ? Since(start) : slowest;
        }

        server.UnblockOutput();
        await Patience.UntilAsync(async () =>
        {
            await client.GetAsync("/the-last"); // not this one: it may be dropped, too
            return server.Output.Contains("GET /the-last", StringComparison.Ordinal);
        }, "the log goes on");
        int lines = server.Output.Count(character => character == '\n');

        Log.Print(
            $"blocked log: {count} requests answered, the "
                + $"slowest in {slowest.TotalMilliseconds:0} ms; {lines} of more than {count * 13} lines were kept; the log "
                + $"goes on when it is read again");
        slowest.Should().BeLessThan(TimeSpan.FromSeconds(15), "else it would be for ever");
        lines.Should().BeLessThan(count * 13, "else the log was never blocked");
    }

    [SkippableFact]
    public async Task A_log_that_throws_costs_no_response()
    {
        using ServerProcess server = await ServerProcess.StartFaultsAsync("--log", "throw");
        using RawClient client = await RawClient.ConnectAsync(server.Port);
        int ok = (await client.GetAsync("/")).StatusCode;
        int failed = (await client.GetAsync("/throw")).StatusCode;
        int refused = (await server.GetAsync("/\u0001")).StatusCode;
        server.Signal(Native.Terminate);
        int exitCode = await server.WaitForExitAsync();

        Log.Print(
            $"log throws at every call: {ok}, {failed} for a handler that "
                + $"throws, {refused} for a bad request, exit code {exitCode}");
        (ok, failed, refused, exitCode).Should().Be((200, 500, 400, 0));
    }

    [SkippableFact]
    public async Task A_log_that_hangs_holds_up_nobody_else()
    {
        const int count = 4;
        using ServerProcess server = await ServerProcess.StartFaultsAsync("--log", "hang", "--shutdown-grace-period", "1");
        using RawClient old = await RawClient.ConnectAsync(server.Port);
        (await old.GetAsync("/")).StatusCode.Should().Be(200);
        RawClient[] victims = await RawClient.ConnectManyAsync(server.Port, count);
        foreach (RawClient victim in victims) await victim.RequestAsync("/log-trap");
        long start = Now;
        int oldStatus = (await old.GetAsync("/")).StatusCode;
        int newStatus = (await server.GetAsync("/")).StatusCode;
        TimeSpan elapsed = Since(start);
        server.Signal(Native.Terminate);
        int exitCode = await server.WaitForExitAsync();

        Log.Print(
            $"log hangs for {count} clients: an old one and a new one are "
                + $"answered in {elapsed.TotalMilliseconds:0} ms, exit code {exitCode}");
        (oldStatus, newStatus, exitCode).Should().Be((200, 200, 0));
        elapsed.Should().BeLessThan(TimeSpan.FromSeconds(15));
        Array.ForEach(victims, victim => victim.Dispose());
    }

    private static bool IsDangerous(char value) => value is (< ' ' and not '\n') or > '~';

    private static async Task<int> SendEveryByteEverywhereAsync(int port)
    {
        string[] shapes =
        [
            "G{0}ET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "GET /a{0}forged HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: localhost\r\nX{0}Y: z\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: localhost\r\nX: a{0}forged line\r\n\r\n",
        ];
        int count = 0;
        foreach (string request in shapes.SelectMany(
            _ => AllBytes, (shape, value) => string.Format(System.Globalization.CultureInfo.InvariantCulture, shape, value))
            .Append("GET /the-last HTTP/1.1\r\nHost: localhost\r\n\r\n"))
        {
            using RawClient client = await RawClient.ConnectAsync(port);
            await client.SendAsync(Encoding.Latin1.GetBytes(request));
            client.ShutdownSend();
            await client.DrainAsync();
            count++;
        }

        return count;
    }
}

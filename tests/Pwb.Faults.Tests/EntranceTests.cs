using Pwb.Faults.Support;
using Xunit.Abstractions;

namespace Pwb.Faults;

/// <summary>What every kind of end point lives through: clients that wait, a stop, and a system without descriptors.</summary>
public sealed class EntranceTests(ITestOutputHelper output) : FaultSuite(output)
{
    private const int BodyLength = 8_000_000;

    public static TheoryData<string> Kinds => Entrance.Kinds;

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public async Task Clients_wait_while_the_server_cannot_accept_and_none_is_lost(string kind)
    {
        NeedsLinux();
        const int count = 100;
        using Entrance entrance = await Entrance.OpenAsync(kind);
        entrance.Server.Signal(Native.Stop);
        RawClient[] clients = new RawClient[count];
        for (int i = 0; i < count; i++) clients[i] = await entrance.KnockAsync();
        entrance.Server.Signal(Native.Continue);
        long start = Now;
        RawResponse[] responses = await Task.WhenAll(clients.Select(async client =>
        {
            await entrance.OpenSessionAsync(client);
            return await client.GetAsync("/");
        }));

        Log.Print($"backlog of {kind}: {count} clients are answered {Since(start).TotalMilliseconds:0} ms after it went on");
        responses.Should().OnlyContain(response => response.StatusCode == 200);
        Array.ForEach(clients, client => client.Dispose());
    }

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public async Task Downloads_are_completed_at_a_stop_while_newcomers_are_refused(string kind)
    {
        NeedsLinux();
        const int count = 5;
        using Entrance entrance = await Entrance.OpenAsync(kind, "--log-level", "information");
        RawClient[] clients = new RawClient[count];
        for (int i = 0; i < count; i++)
        {
            clients[i] = await entrance.ConnectAsync();
            await clients[i].RequestAsync($"/bytes?{BodyLength}");
            await clients[i].ReadHeadAsync();
        }

        entrance.Server.Signal(Native.Terminate);
        long start = Now;
        await entrance.Server.UntilOutputAsync("stopping"); // nobody reads before: the downloads are not over by then
        if (entrance.IsClosedByStop) await Patience.UntilAsync(entrance.IsClosedAsync, "newcomers are refused");
        entrance.Server.HasExited.Should().BeFalse("the downloads wait for their readers");
        (long Count, Ending Ending)[] ends = await Task.WhenAll(clients.Select(client => client.DrainAsync()));
        int exitCode = await entrance.Server.WaitForExitAsync();

        Log.Print($"drain of {kind}: {count} downloads are whole, exit code {exitCode} after {Since(start).TotalSeconds:0.0} s");
        ends.Should().OnlyContain(end => end.Count == BodyLength && end.Ending == Ending.Fin);
        exitCode.Should().Be(0);
        entrance.Server.Errors.Should().BeEmpty();
        if (entrance.IsSupervised) (await entrance.IsClosedAsync()).Should().BeFalse("who comes now waits for the next server");
        if (entrance.FilePath is { } path) File.Exists(path).Should().BeFalse("a socket's file goes with its server");
    }

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public async Task Without_descriptors_old_clients_are_served_and_new_ones_when_there_are_some(string kind)
    {
        NeedsLinux();
        TimeSpan observed = TimeSpan.FromSeconds(3);
        using Entrance entrance = await Entrance.OpenAsync(kind);
        using RawClient old = await entrance.ConnectAsync();
        (await old.GetAsync("/")).StatusCode.Should().Be(200);
        long limit = Native.SetOpenFileLimit(entrance.Server.Id, ProcessFigures.Descriptors(entrance.Server.Id) + 20);
        long crowded = Now;
        RawClient[] crowd = new RawClient[60];
        for (int i = 0; i < crowd.Length; i++) crowd[i] = await entrance.KnockAsync();
        await entrance.Server.UntilErrorsAsync("cannot accept connections");
        TimeSpan before = entrance.Server.ProcessorTime;
        int answers = 0;
        long start = Now;
        await Patience.PaceAsync(TimeSpan.FromMilliseconds(500), async () =>
        {
            if ((await old.GetAsync("/")).StatusCode == 200) answers++;
            return Since(start) < observed;
        });
        TimeSpan processor = entrance.Server.ProcessorTime - before;
        int lines = entrance.Server.Errors.Count(character => character == '\n');
        TimeSpan elapsed = Since(crowded);
        Array.ForEach(crowd, client => client.Close());
        using RawClient newcomer = await entrance.ConnectAsync();
        (await newcomer.GetAsync("/")).StatusCode.Should().Be(200);
        Native.SetOpenFileLimit(entrance.Server.Id, limit);
        entrance.Server.Signal(Native.Terminate);
        int exitCode = await entrance.Server.WaitForExitAsync();

        Log.Print(
            $"no descriptors, {kind}: {processor.TotalMilliseconds:0} ms of processor time and {lines} lines in "
                + $"{elapsed.TotalSeconds:0} s, {answers} answers to an old client, exit code {exitCode}");
        answers.Should().BePositive();
        processor.Should().BeLessThan(elapsed / 3, "it must not spin");
        lines.Should().BeInRange(1, 2 + (int)(elapsed.TotalSeconds / 5), "it says so once in five seconds");
        exitCode.Should().Be(0);
    }

    /// <summary>What only a user's listener can do: fail in ways of its own.</summary>
    [SkippableFact]
    public async Task A_listener_that_fails_in_every_way_holds_up_nobody_else_and_is_asked_again()
    {
        NeedsLinux();
        const int failures = 12; // six kinds, thrown at once and from the task
        using Entrance entrance = await Entrance.OpenAsync("listener", "--passage", $"{failures}");
        long start = Now;
        using RawClient old = await entrance.ConnectAsync();
        (await old.GetAsync("/")).StatusCode.Should().Be(200);
        using RawClient newcomer = await entrance.ConnectAsync();
        await newcomer.RequestAsync("/");
        await entrance.Server.UntilErrorsAsync("cannot accept connections");
        int meanwhile = (await old.GetAsync("/")).StatusCode;
        int answer = (await newcomer.ReadResponseAsync()).StatusCode;
        int lines = entrance.Server.Errors.Count(character => character == '\n');
        TimeSpan elapsed = Since(start);
        entrance.Server.Signal(Native.Terminate);
        int exitCode = await entrance.Server.WaitForExitAsync();

        Log.Print(
            $"a listener fails {failures} times: a newcomer is served after {elapsed.TotalSeconds:0.0} s, {lines} lines, "
                + $"exit code {exitCode}");
        (meanwhile, answer, exitCode).Should().Be((200, 200, 0));
        lines.Should().BeInRange(1, 2 + (int)(elapsed.TotalSeconds / 5), "it says so once in five seconds");
        elapsed.Should().BeGreaterThan(TimeSpan.FromSeconds(1), "it must ask ever more slowly");
    }
}

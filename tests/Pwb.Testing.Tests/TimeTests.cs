using System.Diagnostics;

namespace Pwb.Testing.Tests;

public sealed class TimeTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task A_late_answer_comes_when_the_clock_says_so()
    {
        ManualClock clock = new();
        await using FakeService service = new(clock);
        service.On("/", Answer.Late(60 * Second, HttpResponse.Text("at last")));
        using HttpClient http = service.CreateClient();

        Task<string> get = http.GetStringAsync("/");
        RecordedRequest request = await service.RequestAsync(1);
        clock.Advance(59 * Second);
        get.IsCompleted.Should().BeFalse();
        clock.Advance(Second);

        (await get).Should().Be("at last");
        request.ReceivedAt.Should().Be(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_slow_answer_comes_as_the_clock_goes_on(bool isHttps)
    {
        ManualClock clock = new();
        await using FakeService service = new(clock);
        service.On("/", Answer.Slow(100, HttpResponse.Bytes(new byte[1000])));
        using HttpClient http = service.CreateClient(isHttps ? "https://slow.example/" : "http://slow.example/");

        using HttpResponseMessage response = await http.GetAsync("/", HttpCompletionOption.ResponseHeadersRead);
        Stream content = await response.Content.ReadAsStreamAsync();
        byte[] buffer = new byte[1000];
        Task<int> first = content.ReadAsync(buffer).AsTask();
        first.IsCompleted.Should().BeFalse();
        clock.Advance(Second / 10);
        (await first).Should().Be(10);
        clock.Advance(5 * Second);
        await content.ReadExactlyAsync(buffer, 0, 500);
        Task<int> next = content.ReadAsync(buffer).AsTask();
        next.IsCompleted.Should().BeFalse();
        clock.Advance(10 * Second);
        await content.ReadExactlyAsync(buffer, 0, 490 - await next);

        (await content.ReadAsync(buffer)).Should().Be(0);
    }

    [Fact]
    public async Task A_slow_answer_by_the_systems_clock_takes_its_time()
    {
        await using FakeService service = new();
        service.On("/", Answer.Slow(1000, HttpResponse.Bytes(new byte[300])));
        using HttpClient http = service.CreateClient();
        long began = Stopwatch.GetTimestamp();

        (await http.GetByteArrayAsync("/")).Should().HaveCount(300);

        Stopwatch.GetElapsedTime(began).Should().BeGreaterThan(TimeSpan.FromMilliseconds(250));
    }

    [Fact]
    public void A_manual_clock_runs_its_timers_in_their_order_and_periods_again()
    {
        ManualClock clock = new(DateTimeOffset.UnixEpoch);
        List<string> fired = [];
        using ITimer late = clock.CreateTimer(_ => fired.Add("late"), null, 3 * Second, Timeout.InfiniteTimeSpan);
        using ITimer early = clock.CreateTimer(_ => fired.Add("early"), null, Second, 5 * Second);

        clock.Advance(3 * Second);
        fired.Should().Equal("early", "late");
        clock.Advance(5 * Second);

        fired.Should().Equal("early", "late", "early");
        clock.GetUtcNow().Should().Be(DateTimeOffset.UnixEpoch + 8 * Second);
        clock.Invoking(one => one.Advance(-Second)).Should().Throw<ArgumentException>();
    }

    [Fact]
    public async Task A_manual_clock_says_when_somebody_waits_and_who_else_does()
    {
        ManualClock clock = new();
        using CancellationTokenSource timeout = new(30 * Second, clock);
        Task waiting = clock.WaitForTimerAsync(2 * Second);
        waiting.IsCompleted.Should().BeFalse();

        Task delay = Task.Delay(2 * Second, clock);
        await waiting;
        Func<Task> nobody = () => clock.WaitForTimerAsync(7 * Second, within: TimeSpan.FromMilliseconds(1));
        (await nobody.Should().ThrowAsync<TimeoutException>()).WithMessage(
            "Nobody waits for 00:00:07. Waited for: 00:00:30, 00:00:02.");
        clock.Advance(2 * Second);
        await delay;

        timeout.IsCancellationRequested.Should().BeFalse();
    }
}

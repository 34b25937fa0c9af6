using Pwb.Server;
using Pwb.Tests.Infrastructure;
using Pwb.Time;


namespace Pwb.Tests.Server;

public sealed class PaceTests
{
    [Fact]
    public void A_clock_that_stands_still_just_before_a_second_gets_no_more_than_two_beats_a_second()
    {
        Pace pace = new();
        long now = 5_000;
        int beats = 0;
        for (; now < 65_000; beats++) now += pace.Beat(now, untilNextSecond: 1);

        beats.Should().BeInRange(60, 121);
    }

    [Fact]
    public void Beats_begin_with_the_second_also_after_one_that_came_a_moment_too_soon()
    {
        Pace pace = new();
        pace.Beat(5_000, untilNextSecond: 1000).Should().Be(1000);
        pace.Beat(5_999, untilNextSecond: 1).Should().Be(1);
        pace.Beat(6_000, untilNextSecond: 1000).Should().Be(1000);
    }

    [Fact]
    public void A_beat_that_comes_far_too_late_shows_that_the_process_stood_still_and_one_that_is_a_little_late_does_not()
    {
        Pace pace = new();
        pace.Beat(5_000, untilNextSecond: 1000);
        pace.StoodStill(6_000).Should().Be(0);
        pace.StoodStill(6_999).Should().Be(0);
        pace.StoodStill(7_000).Should().Be(1_000);
        pace.StoodStill(17_000).Should().Be(11_000);
    }

    [Fact]
    public void Time_in_which_the_process_stood_still_brings_no_deadline_nearer()
    {
        ManualClock time = new();
        CoarseClock clock = new(time, server: []);
        long dueAt = clock.After(TimeSpan.FromSeconds(10));

        time.Advance(TimeSpan.FromSeconds(12));
        clock.Update(stoodStill: 11_000);
        clock.Now.Should().Be(1000);

        time.Advance(TimeSpan.FromSeconds(9));
        clock.Update();
        clock.Now.Should().BeLessThan(dueAt);

        time.Advance(TimeSpan.FromSeconds(1));
        clock.Update();
        clock.Now.Should().Be(dueAt);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(60)]
    public void A_clock_that_went_another_way_than_the_machines_own_is_taken_at_its_word(int seconds)
    {
        ManualClock time = new();
        CoarseClock clock = new(time, server: []);
        time.Advance(TimeSpan.FromSeconds(seconds));
        clock.Update(stoodStill: 11_000);
        clock.Now.Should().Be(seconds * 1000);
    }
}

using Pwb.Epoll;

namespace Pwb.Tests.Epoll;

/// <summary>What is decided from looks, without threads: times are in milliseconds.</summary>
public sealed class DemotionTests
{
    private readonly Demotion _demotion = new();
    private double _now = 1_000_000;

    public DemotionTests() => _demotion.Look(_now, isAsleep: false, isCrowded: false);

    [Fact]
    public void Handlers_that_sleep_all_the_time_are_sent_to_the_pool_within_ten_looks()
    {
        LooksUntilOn(isAsleep: _ => true).Should().BeInRange(2, 10);
    }

    [Fact]
    public void One_that_sleeps_for_long_now_and_then_is_not()
    {
        // A hundred milliseconds each, of which the seat sees two before another thread goes on.
        LooksUntilOn(look => look % 100 < 2).Should().BeNull();
    }

    [Fact]
    public void What_counts_is_the_share_of_time_and_not_how_often()
    {
        LooksUntilOn(look => look % 100 < 10).Should().NotBeNull();
        while (_demotion.IsOn) Look(isAsleep: false);
        LooksUntilOn(look => look % 50 == 0).Should().BeNull();
    }

    [Fact]
    public void A_thread_that_only_waits_for_a_processor_is_no_offender()
    {
        LooksUntilOn(_ => false).Should().BeNull();
    }

    [Fact]
    public void It_lasts_a_second_and_twice_as_long_each_time_that_another_try_fails()
    {
        List<double> periods = [];
        for (int i = 0; i < 9; i++)
        {
            LooksUntilOn(_ => true).Should().NotBeNull();
            double begun = _now;
            while (_demotion.IsOn) Look(isAsleep: false);
            periods.Add(Math.Round((_now - begun) / 1000));
        }

        periods.Should().Equal(1, 2, 4, 8, 16, 32, 60, 60, 60);
    }

    [Fact]
    public void A_try_that_goes_well_for_a_second_makes_it_forget()
    {
        LooksUntilOn(_ => true);
        while (_demotion.IsOn) Look(isAsleep: false);
        for (int i = 0; i < 1001; i++) Look(isAsleep: false);
        LooksUntilOn(_ => true);
        double begun = _now;
        while (_demotion.IsOn) Look(isAsleep: false);
        (_now - begun).Should().BeInRange(1000, 1002);
    }

    [Fact]
    public void Too_many_blocked_threads_are_enough_and_have_to_come_back_first()
    {
        _demotion.Look(_now += 1, isAsleep: false, isCrowded: true);
        _demotion.IsOn.Should().BeTrue();
        for (int i = 0; i < 5000; i++) _demotion.Look(_now += 1, isAsleep: false, isCrowded: true);
        _demotion.IsOn.Should().BeTrue();
        Look(isAsleep: false);
        _demotion.IsOn.Should().BeFalse();
    }

    [Fact]
    public void Whoever_looked_away_has_not_seen_anybody_sleep_all_that_time()
    {
        _demotion.Look(_now += 60_000, isAsleep: true, isCrowded: false);
        _demotion.Look(_now += 4, isAsleep: false, isCrowded: false);
        _demotion.IsOn.Should().BeTrue("ten milliseconds at most count, which are enough");
    }

    private void Look(bool isAsleep) => _demotion.Look(_now += 1, isAsleep, isCrowded: false);

    private int? LooksUntilOn(Func<int, bool> isAsleep)
    {
        for (int look = 0; look < 5000; look++)
        {
            Look(isAsleep(look));
            if (_demotion.IsOn) return look + 1;
        }

        return null;
    }
}

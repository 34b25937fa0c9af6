using System.Diagnostics;
using Pwb.Epoll;

namespace Pwb.Tests.Epoll;

public sealed class SpinningTests
{
    private static readonly TimeSpan Time = TimeSpan.FromMicroseconds(100);

    private readonly Spinning _spinning = new(Time, processors: 2);

    private static long Short => (long)(Stopwatch.Frequency * 20e-6);

    private static long Long => (long)(Stopwatch.Frequency * 5e-3);

    [Fact]
    public void Is_due_after_a_short_gap_only()
    {
        _spinning.IsDue.Should().BeFalse("nothing is known yet");
        Note(Long);
        _spinning.IsDue.Should().BeFalse();
        Note(Short);
        _spinning.IsDue.Should().BeTrue();
        Note(Long);
        _spinning.IsDue.Should().BeFalse();
    }

    [Fact]
    public void Ends_when_its_time_is_over()
    {
        _spinning.IsOver(Short).Should().BeFalse();
        _spinning.IsOver(Long).Should().BeTrue();
    }

    [Theory]
    [InlineData(1, 100)]
    [InlineData(4, 0)]
    public void Is_never_due_with_one_processor_or_without_leave(int processors, int microseconds)
    {
        Spinning never = new(TimeSpan.FromMicroseconds(microseconds), processors);
        never.IsOn.Should().BeFalse();
        for (int i = 0; i < 2000; i++)
        {
            never.Note(0, wasAwake: false);
            never.IsDue.Should().BeFalse();
        }
    }

    [Fact]
    public void A_server_that_is_slow_hardly_ever_spins()
    {
        // A short gap and a long one in turn, as when each client asks twice: each spin is in vain.
        int spins = 0;
        for (int i = 0; i < 10_000; i++)
        {
            Note(Short);
            if (Note(Long)) spins++;
        }

        spins.Should().BeLessThan(5);
    }

    [Fact]
    public void One_that_is_asked_again_and_again_spins_nearly_always()
    {
        int spins = 0;
        for (int i = 0; i < 1000; i++) if (Note(i % 100 == 0 ? Long : Short)) spins++;
        spins.Should().BeGreaterThan(900);
    }

    private bool Note(long gap)
    {
        bool isAwake = _spinning.IsDue;
        _spinning.Note(gap, isAwake);
        return isAwake;
    }
}

using Pwb.Epoll;

namespace Pwb.Tests.Epoll;

public sealed class ReadinessTests
{
    private Readiness _readiness;

    [Fact]
    public void May_be_ready_until_a_try_and_is_not_known_to_be_after_it()
    {
        _readiness.BeginTry().Should().BeTrue();
        _readiness.BeginTry().Should().BeFalse();
        _readiness.TryWait(out _).Should().BeTrue();
    }

    [Fact]
    public void An_event_between_a_try_and_the_wait_is_not_lost()
    {
        _readiness.BeginTry();
        _readiness.Signal().Should().BeFalse("nobody waits");
        _readiness.TryWait(out _).Should().BeFalse();
        _readiness.BeginTry().Should().BeTrue();
    }

    [Fact]
    public void An_event_that_nobody_waits_for_is_remembered()
    {
        _readiness.BeginTry();
        _readiness.Signal();
        _readiness.Signal().Should().BeFalse();
        _readiness.BeginTry().Should().BeTrue();
    }

    [Fact]
    public void A_try_that_leaves_something_is_remembered()
    {
        _readiness.BeginTry();
        _readiness.Keep();
        _readiness.TryWait(out _).Should().BeFalse();
        _readiness.BeginTry().Should().BeTrue();
    }

    [Fact]
    public void Only_one_of_an_event_a_cancellation_and_the_end_ends_a_wait()
    {
        Wait();
        _readiness.Signal().Should().BeTrue();
        _readiness.Signal().Should().BeFalse();
        _readiness.TryCancel(wait: null).Should().BeFalse();
        _readiness.Close().Should().BeFalse();

        _readiness = default;
        Wait();
        _readiness.TryCancel(wait: null).Should().BeTrue();
        _readiness.Signal().Should().BeFalse();

        _readiness = default;
        Wait();
        _readiness.Close().Should().BeTrue();
        _readiness.Signal().Should().BeFalse();
        _readiness.TryCancel(wait: null).Should().BeFalse();
    }

    [Fact]
    public void Who_cancels_late_does_not_find_the_next_wait()
    {
        int first = Wait();
        _readiness.Signal();
        int second = Wait();
        _readiness.TryCancel(first).Should().BeFalse();
        _readiness.TryCancel(second).Should().BeTrue();
    }

    [Fact]
    public void What_is_closed_stays_so()
    {
        _readiness.Close();
        _readiness.IsClosed.Should().BeTrue();
        _readiness.Keep();
        _readiness.Signal();
        _readiness.BeginTry().Should().BeFalse();
        _readiness.TryWait(out _).Should().BeFalse();
        _readiness.IsClosed.Should().BeTrue();
    }

    // Each wait is ended by one of two threads and by both never: the sum of what they ended is the number of waits. Who finds
    // nothing to end gives the processor away, since there may be only one; and there are fewer waits where others want it, too.
    [Fact]
    public void Two_threads_that_race_for_a_wait_do_not_both_get_it()
    {
        const int most = 200_000;
        long start = Environment.TickCount64;
        int signalled = 0, cancelled = 0, isOver = 0, begun = 0;
        Thread canceller = new(() => RaceWhile(() => _readiness.TryCancel(wait: null), ref cancelled));
        Thread signaller = new(() => RaceWhile(() => _readiness.Signal(), ref signalled));
        canceller.Start();
        signaller.Start();
        while (begun < most && Environment.TickCount64 - start < 5_000)
        {
            _readiness.BeginTry();
            if (!_readiness.TryWait(out _)) continue;
            begun++;
            while (Volatile.Read(ref signalled) + Volatile.Read(ref cancelled) < begun) Thread.Yield();
        }

        Volatile.Write(ref isOver, 1);
        canceller.Join();
        signaller.Join();
        begun.Should().BePositive();
        (signalled + cancelled).Should().Be(begun);

        void RaceWhile(Func<bool> tryEnd, ref int ended)
        {
            while (Volatile.Read(ref isOver) == 0)
            {
                if (tryEnd()) Interlocked.Increment(ref ended);
                else Thread.Yield();
            }
        }
    }

    private int Wait()
    {
        _readiness.BeginTry();
        _readiness.TryWait(out int wait).Should().BeTrue();
        return wait;
    }
}

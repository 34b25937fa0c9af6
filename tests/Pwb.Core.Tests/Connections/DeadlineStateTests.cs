using Pwb.Time;

namespace Pwb.Tests.Connections;

/// <summary>A deadline's state, which the loop and the heartbeat change by turns.</summary>
public sealed class DeadlineStateTests
{
    [Fact]
    public void Gives_more_time_to_an_overdue_wait_only_and_once()
    {
        Deadline deadline = default;
        deadline.Begin(Wait.Head, 100);

        deadline.TryForgive(now: 99, dueAt: 90).Should().BeFalse("it would end before its time");
        deadline.Read().Should().Be((Wait.Head, 100L));
        deadline.TryForgive(now: 100, dueAt: 150).Should().BeTrue();
        deadline.Read().Should().Be((Wait.Head, 150L));
        deadline.TryForgive(now: 200, dueAt: 300).Should().BeFalse();
        deadline.Expire(now: 200, lastChance: 300).Should().Be(Wait.Head);
    }

    [Fact]
    public void Gives_no_more_time_to_a_wait_for_the_client_to_take_bytes()
    {
        Deadline deadline = default;
        deadline.Begin(Wait.Response, 100);

        deadline.TryForgive(now: 100, dueAt: 150).Should().BeFalse();
    }
}

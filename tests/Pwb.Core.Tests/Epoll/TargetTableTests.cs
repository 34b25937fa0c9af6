using Pwb.Epoll;

namespace Pwb.Tests.Epoll;

public sealed class TargetTableTests
{
    private readonly TargetTable _table = new();

    [Fact]
    public void An_event_that_comes_out_late_does_not_find_the_next_owner_of_the_place()
    {
        ulong first = _table.Add(new Target());
        _table.Remove(first);
        Target second = new();
        ulong key = _table.Add(second);
        ((uint)key).Should().Be((uint)first, "places are used again");
        _table.Find(first).Should().BeNull();
        _table.Find(key).Should().BeSameAs(second);
    }

    [Fact]
    public void Finds_everybody_however_many_there_are()
    {
        (ulong Key, Target Target)[] all = [
            .. Enumerable.Range(0, 1000).Select(_ => new Target()).Select(target => (_table.Add(target), target))];
        _table.Count.Should().Be(1000);
        all.Should().OnlyContain(each => ReferenceEquals(_table.Find(each.Key), each.Target));
        foreach ((ulong key, _) in all) _table.Remove(key);
        _table.Count.Should().Be(0);
        all.Should().OnlyContain(each => _table.Find(each.Key) == null);
    }

    [Theory]
    [InlineData(ulong.MaxValue)]
    [InlineData(7ul)]
    public void Finds_nobody_where_nobody_is(ulong key) => _table.Find(key).Should().BeNull();

    private sealed class Target : IReadyTarget
    {
        public void OnReady(uint events)
        {
        }
    }
}

using System.Diagnostics;
using Pwb.Threads;

namespace Pwb.Tests.Server;

/// <summary>The thread pool is the process's: nothing else may run beside these.</summary>
[Collection(nameof(PoolReliefTests))]
[CollectionDefinition(nameof(PoolReliefTests), DisableParallelization = true)]
public sealed class PoolReliefTests : IDisposable
{
    private readonly int _least;
    private readonly int _leastForCompletion;
    private readonly Queue<IThreadPoolWorkItem> _queue = [];
    private readonly PoolRelief _relief;
    private TimeSpan _processorTime = TimeSpan.FromSeconds(5);
    private long _now = Stopwatch.Frequency * 100;

    public PoolReliefTests()
    {
        ThreadPool.GetMinThreads(out _least, out _leastForCompletion);
        _relief = Make();
        Beat(); // the probe is queued
    }

    [Fact]
    public void A_probe_that_waits_while_the_processor_is_idle_raises_the_minimum_until_one_is_quick_again()
    {
        Beat();
        Least().Should().BeGreaterThan(_least);

        _queue.Dequeue().Execute();
        Beat();
        Least().Should().Be(_least);
    }

    [Fact]
    public void A_busy_processor_is_no_reason()
    {
        Beat(busy: Environment.ProcessorCount * 0.6);
        Least().Should().Be(_least);
    }

    [Fact]
    public void The_end_of_the_heart_gives_it_back()
    {
        Beat();
        _relief.End();
        Least().Should().Be(_least);
    }

    [Fact]
    public void A_minimum_that_the_program_has_set_meanwhile_stays()
    {
        Beat();
        int own = Least() + 7;
        ThreadPool.SetMinThreads(own, _leastForCompletion);
        _relief.End();
        Least().Should().Be(own);
    }

    [Fact]
    public void Of_two_servers_the_last_that_needs_it_no_more_gives_it_back()
    {
        PoolMinimum.Raise(_relief, threads: 100);
        PoolMinimum.Raise(this, threads: 200);
        Least().Should().Be(300);
        PoolMinimum.GiveBack(_relief);
        Least().Should().Be(300);
        PoolMinimum.GiveBack(this);
        Least().Should().Be(_least);
    }

    [Theory]
    [InlineData(2, 34)]
    [InlineData(600, 900)]
    [InlineData(4000, 4096)]
    public void It_grows_by_half_also_above_512_threads_up_to_what_a_system_allows(int threads, int raised)
    {
        PoolMinimum.Raise(this, threads);
        Least().Should().Be(raised);
        PoolMinimum.GiveBack(this);
    }

    public void Dispose()
    {
        _relief.End();
        ThreadPool.SetMinThreads(_least, _leastForCompletion);
    }

    private static int Least()
    {
        ThreadPool.GetMinThreads(out int least, out _);
        return least;
    }

    private PoolRelief Make() => new(_queue.Enqueue, () => _processorTime, () => _now);

    private void Beat(double busy = 0)
    {
        _now += Stopwatch.Frequency;
        _processorTime += TimeSpan.FromSeconds(busy);
        _relief.Beat();
    }
}

using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.StaticFiles;

/// <summary>A source that does not come back: it takes some threads of the pool, and never all.</summary>
public sealed class HungDiskTests
{
    private readonly Site _site = new(new StaticFileOptions { MaxConcurrentLooks = 2 });

    [Fact]
    public async Task While_a_disk_hangs_further_requests_are_told_to_come_later_and_what_is_in_memory_is_served()
    {
        using ManualResetEventSlim disk = new(initialState: true);
        using SemaphoreSlim waiting = new(0);
        _site.Source.Add("a.txt", "a").Add("kept.txt", "kept");
        (await _site.SendAsync("GET", "/kept.txt")).Status.Should().Be(200);
        disk.Reset();
        _site.Source.BeforeFind = _ =>
        {
            waiting.Release();
            disk.Wait();
        };
        Task<WireResponse>[] held = [.. Enumerable.Range(0, 2).Select(_ => Task.Run(() => _site.SendAsync("GET", "/a.txt")))];
        for (int i = 0; i < held.Length; i++) await waiting.WaitAsync();

        WireResponse late = await _site.SendAsync("GET", "/a.txt");

        late.Status.Should().Be(503);
        late["Retry-After"].Should().Be("1");
        (await _site.SendAsync("GET", "/kept.txt")).ContentText.Should().Be("kept");
        disk.Set();
        foreach (WireResponse response in await Task.WhenAll(held)) response.ContentText.Should().Be("a");
        (await _site.SendAsync("GET", "/a.txt")).ContentText.Should().Be("a");
    }

    [Fact]
    public void Refuses_less_than_one_look_at_a_time()
    {
        Action act = () => _ = new StaticFileHandler(_site.Source, new StaticFileOptions { MaxConcurrentLooks = 0 });

        act.Should().Throw<ArgumentException>().WithMessage("*MaxConcurrentLooks is 0*");
    }
}

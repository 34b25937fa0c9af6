using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.StaticFiles;

/// <summary>What the cache holds of the process's memory. Nothing else runs meanwhile.</summary>
[Collection(nameof(CacheMemoryTests))]
[CollectionDefinition(nameof(CacheMemoryTests), DisableParallelization = true)]
public sealed class CacheMemoryTests
{
    [Fact]
    public async Task What_the_cache_holds_is_within_its_budget_also_where_heads_and_neighbours_are_what_counts()
    {
        const int budget = 2 * 1024 * 1024;
        var site = new Site(new StaticFileOptions { MaxCacheLength = budget, Headers = [("X-Long", new string('x', 2000))] });
        for (int i = 0; i < 1000; i++)
        {
            foreach (string coding in (string[])["", ".br", ".zst", ".gz"]) site.Source.Add($"{i}{coding}", "a");
        }

        long before = GC.GetTotalMemory(forceFullCollection: true);
        for (int i = 0; i < 1000; i++)
        {
            foreach (string coding in (string[])["identity", "br", "zstd", "gzip"])
            {
                WireResponse response = await site.GetAsync($"/{i}", "Accept-Encoding: " + coding);
                response.Status.Should().Be(200);
                (await site.GetAsync($"/{i}", "Accept-Encoding: " + coding, "If-None-Match: " + response["ETag"])).Status
                    .Should().Be(304);
            }
        }

        long held = GC.GetTotalMemory(forceFullCollection: true) - before;
        GC.KeepAlive(site);
        held.Should().BeLessThan(budget * 5 / 4);
    }
}

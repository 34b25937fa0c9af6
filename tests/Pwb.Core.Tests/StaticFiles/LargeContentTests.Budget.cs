using System.Runtime.CompilerServices;
using Pwb.StaticFiles;

namespace Pwb.Tests.StaticFiles;

public sealed partial class LargeContentTests
{
    [Fact]
    public async Task A_failure_to_read_gives_the_room_back()
    {
        // Room for one.
        var site = new Site(new StaticFileOptions { MaxCacheLength = (2 * Length) + 1000 });
        site.Source.Add("a", Numbers(Length)).Add("b", Numbers(Length));
        await site.GetAsync("/a");
        Func<byte[], Stream> open = site.Source.OpenWith;
        site.Source.OpenWith = _ => throw new IOException("the disk");
        (await site.GetAsync("/a")).Status.Should().Be(500);

        site.Source.OpenWith = open;
        for (int i = 0; i < 2; i++) await site.GetAsync("/b");
        int opens = site.Source.Opens;
        await site.GetAsync("/b");
        site.Source.Opens.Should().Be(opens, "it was kept");
    }

    [Fact]
    public async Task The_least_recently_used_makes_room()
    {
        // Room for two.
        var site = new Site(new StaticFileOptions { MaxCacheLength = (4 * Length) + 1000 });
        foreach (string name in (string[])["a", "b", "c"]) site.Source.Add(name, Numbers(Length));
        foreach (string name in (string[])["/a", "/a", "/b", "/b", "/a", "/c", "/c"]) await site.GetAsync(name);

        int opens = site.Source.Opens;
        await site.GetAsync("/a");
        await site.GetAsync("/c");
        site.Source.Opens.Should().Be(opens, "both are in memory");
        (await site.GetAsync("/b")).Content.Should().Equal(Numbers(Length));
        site.Source.Opens.Should().Be(opens + 1);
    }

    [Fact]
    public async Task Small_files_make_room_for_large_ones_up_to_half()
    {
        var site = new Site(new StaticFileOptions { MaxCacheLength = 100_000 + (2 * Length) });
        for (int i = 0; i < 5; i++) site.Source.Add($"{i}", new string('x', 60_000));
        site.Source.Add("a", Numbers(Length));
        for (int i = 0; i < 5; i++) await site.GetAsync($"/{i}");
        int opens = site.Source.Opens;
        for (int i = 0; i < 5; i++) await site.GetAsync($"/{i}");
        site.Source.Opens.Should().Be(opens, "all of them are in memory");

        for (int i = 0; i < 2; i++) await site.GetAsync("/a");
        opens = site.Source.Opens;
        for (int i = 0; i < 5; i++) await site.GetAsync($"/{i}");
        site.Source.Opens.Should().BeInRange(opens + 1, opens + 4, "some made room, and not all");
    }

    [Theory]
    [InlineData(0, 32_000_000)]
    [InlineData(100_000, 32_000_000)]
    [InlineData(1_000_000, 0)]
    [InlineData(1_000_000, 2 * Length - 2)]
    public async Task A_file_beyond_a_limit_is_not_kept(int maxFile, long maxCache)
    {
        var site = new Site(new StaticFileOptions { MaxCachedFileLength = maxFile, MaxCacheLength = maxCache });
        site.Source.Add("a", Numbers(Length));
        for (int i = 0; i < 4; i++) (await site.GetAsync("/a")).Content.Should().HaveCount(Length);

        site.Source.Opens.Should().Be(4);
    }

    [Fact]
    public void What_a_response_is_sending_makes_room_for_nothing()
    {
        LargeContents contents = new(100);
        contents.TryReserve(60).Should().BeTrue();
        LargeContent first = contents.Keep(new byte[60]);
        LentContent lent = LentContent.TryTake(first)!;

        contents.TryReserve(60).Should().BeFalse();
        contents.Length.Should().Be(60);

        lent.Dispose();
        lent.Dispose(); // a second time does not count
        using LentContent again = LentContent.TryTake(first)!;
        contents.TryReserve(60).Should().BeFalse("it is in use again");

        again.Dispose();
        contents.TryReserve(60).Should().BeTrue();
        LentContent.TryTake(first).Should().BeNull();
        contents.Length.Should().Be(60);
    }

    [Fact]
    public void A_response_that_nobody_disposed_of_gives_its_content_back()
    {
        LargeContents contents = new(100);
        contents.TryReserve(60).Should().BeTrue();
        Forget(contents.Keep(new byte[60]));
        contents.TryReserve(60).Should().BeFalse();

        GC.Collect();
        GC.WaitForPendingFinalizers();

        contents.TryReserve(60).Should().BeTrue();
    }

    [Fact]
    public async Task Old_versions_take_no_room()
    {
        // One large file and 25 small ones are 1.7 MB.
        var site = new Site(new StaticFileOptions { MaxCacheLength = 2_000_000 });
        for (int i = 0; i < 25; i++) site.Source.Add($"{i}", new string('s', 60_000));
        for (int version = 1; version <= 5; version++)
        {
            site.Source.Add("a", new string('x', Length), revision: version);
            for (int i = 0; i < 3; i++) await site.GetAsync("/a");
            site.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        for (int i = 0; i < 25; i++) await site.GetAsync($"/{i}");
        int opens = site.Source.Opens;
        for (int i = 0; i < 25; i++) await site.GetAsync($"/{i}");
        site.Source.Opens.Should().Be(opens, "all of them are in memory");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Forget(LargeContent content) => LentContent.TryTake(content).Should().NotBeNull();
}

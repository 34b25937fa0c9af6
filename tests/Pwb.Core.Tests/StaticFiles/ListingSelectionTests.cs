using System.Globalization;
using Pwb.StaticFiles;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.StaticFiles;

/// <summary>S6: a page of a listing costs what a page costs, however large the directory is.</summary>
public sealed class ListingSelectionTests
{
    [Theory]
    [InlineData("")]
    [InlineData("sort=name&order=desc")]
    [InlineData("sort=size&order=desc")]
    [InlineData("sort=date&order=asc")]
    public void Holds_two_pages_at_most_and_finds_what_a_full_sort_finds(string query)
    {
        Random random = new(3);
        var order = ListingOrder.Parse(Latin1.Bytes(query));
        ContentInfo[] entries = [.. Enumerable.Range(0, 5_000).Select(i => new ContentInfo(
            string.Create(CultureInfo.InvariantCulture, $"{random.Next(100)}-{i}"), random.Next(50) == 0, random.Next(3),
            DateTimeOffset.UnixEpoch.AddDays(random.Next(3))))];
        List<ContentInfo> sorted = [.. entries];
        sorted.Sort(order);

        List<ContentInfo> found = [];
        ContentInfo? after = null;
        bool hasMore = true;
        while (hasMore)
        {
            ListingSelection page = new(entries, order, after, count: 128);
            page.Entries.Capacity.Should().BeLessThanOrEqualTo(256);
            (page.Directories + page.Files).Should().Be(entries.Length);
            found.AddRange(page.Entries);
            after = found[^1];
            hasMore = page.HasMore;
        }

        found.Should().Equal(sorted);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(3, false)]
    [InlineData(4, true)]
    [InlineData(6, true)]
    [InlineData(7, true)]
    public void Knows_whether_there_are_more(int count, bool hasMore)
    {
        ContentInfo[] entries = [
            .. Enumerable.Range(0, count).Select(i => new ContentInfo($"{i}", IsDirectory: false, 0, default))];

        new ListingSelection(entries, ListingOrder.Parse([]), after: null, count: 3).HasMore.Should().Be(hasMore);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_folder_gives_its_names_out_one_by_one(bool isPortable)
    {
        using SiteFolder site = new();
        for (int i = 0; i < 10; i++) site.Write($"many/{i}", "");
        ContentSource folder =
            isPortable ? new PortableFolder(site.Root, followLinksOutside: false) : new FolderSource(site.Root);

        using IEnumerator<ContentInfo> entries = folder.List("many").GetEnumerator();
        entries.MoveNext().Should().BeTrue();
        foreach (string file in Directory.GetFiles(site.At("many"))) File.Delete(file);

        entries.MoveNext().Should().BeFalse("nobody has looked at the others before");
    }
}

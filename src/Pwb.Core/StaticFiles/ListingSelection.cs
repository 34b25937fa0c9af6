namespace Pwb.StaticFiles;

/// <summary>
/// The entries of one page of a listing, and the sums over all of them. Holds two pages of entries at most, however many there
/// are.
/// </summary>
internal sealed class ListingSelection
{
    /// <summary>Walks over all entries, once.</summary>
    /// <param name="entries">All of them, in any order.</param>
    /// <param name="order">The order of the listing.</param>
    /// <param name="after">The last entry of the page before; null for the first page. It need not be there any more.</param>
    /// <param name="count">The number of entries on a page.</param>
    public ListingSelection(IEnumerable<ContentInfo> entries, ListingOrder order, ContentInfo? after, int count)
    {
        bool isBounded = false;
        foreach (ContentInfo entry in entries)
        {
            if (entry.IsDirectory) Directories++;
            else Files++;
            Length += entry.Length;
            if (after is { } last && order.Compare(entry, last) <= 0) continue;
            if (isBounded && order.Compare(entry, Entries[count - 1]) >= 0) continue;

            Entries.Add(entry);
            if (Entries.Count < 2 * count) continue;
            Cut(order, count);
            isBounded = true;
        }

        HasMore = isBounded || Entries.Count > count;
        Cut(order, count);
    }

    /// <summary>Those of the page, in order.</summary>
    public List<ContentInfo> Entries { get; } = [];

    /// <summary>Whether there are others behind them.</summary>
    public bool HasMore { get; }

    /// <summary>The number of entries on all pages.</summary>
    public long Count => Directories + Files;

    /// <summary>The number of directories on all pages.</summary>
    public long Directories { get; private set; }

    /// <summary>The number of files on all pages.</summary>
    public long Files { get; private set; }

    /// <summary>The length of the files on all pages together.</summary>
    public long Length { get; private set; }

    private void Cut(ListingOrder order, int count)
    {
        Entries.Sort(order);
        if (Entries.Count > count) Entries.RemoveRange(count, Entries.Count - count);
    }
}

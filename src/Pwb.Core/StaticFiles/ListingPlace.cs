using System.Globalization;
using System.Text;

namespace Pwb.StaticFiles;

/// <summary>
/// A place in a listing as part of a query, such as <c>after=f1234/a%20b.txt</c>: the last entry of a page, by its sort key. So
/// the next page goes on where the last one ended, also when names have come or gone meanwhile.
/// </summary>
internal static class ListingPlace
{
    private const char Directory = 'd', File = 'f';

    /// <summary>The query's parameter for an entry.</summary>
    public static string Format(in ContentInfo entry, ListingColumn column)
    {
        string value = column switch
        {
            ListingColumn.Size => entry.Length.ToString(CultureInfo.InvariantCulture),
            ListingColumn.Date => entry.LastModified.UtcTicks.ToString(CultureInfo.InvariantCulture),
            _ => "",
        };
        return $"after={(entry.IsDirectory ? Directory : File)}{value}/{Uri.EscapeDataString(entry.Name)}";
    }

    /// <summary>The entry that a query names, with as much of it as the order needs.</summary>
    /// <returns>Null if the query has no place, or a malformed one.</returns>
    public static ContentInfo? Parse(ReadOnlySpan<byte> query, ListingColumn column)
    {
        foreach (Range range in query.Split((byte)'&'))
        {
            if (query[range].StartsWith("after="u8))
                return ParseValue(Encoding.ASCII.GetString(query[range]["after=".Length..]), column);
        }

        return null;
    }

    private static ContentInfo? ParseValue(string text, ListingColumn column)
    {
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 1 || text[0] is not (Directory or File)) return null;

        long value = 0;
        if (column != ListingColumn.Name
            && !long.TryParse(text.AsSpan(1, slash - 1), NumberStyles.None, CultureInfo.InvariantCulture, out value))
            return null;
        if (column == ListingColumn.Date && value > DateTimeOffset.MaxValue.UtcTicks) return null;

        var time = new DateTimeOffset(column == ListingColumn.Date ? value : 0, TimeSpan.Zero);
        return new ContentInfo(Uri.UnescapeDataString(text[(slash + 1)..]), text[0] == Directory, value, time);
    }
}

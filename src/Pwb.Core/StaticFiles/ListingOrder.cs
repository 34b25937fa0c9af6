namespace Pwb.StaticFiles;

/// <summary>The sort keys of a listing.</summary>
internal enum ListingColumn
{
    Name,
    Size,
    Date,
}

/// <summary>The order of a listing: directories first, then by a column, and by name where that leaves it open.</summary>
internal sealed class ListingOrder(ListingColumn column, bool isDescending) : IComparer<ContentInfo>
{
    public ListingColumn Column => column;

    public bool IsDescending => isDescending;

    /// <summary>Parses a query such as <c>sort=size&amp;order=desc</c>. Unknown values are ignored.</summary>
    public static ListingOrder Parse(ReadOnlySpan<byte> query)
    {
        ListingColumn column = ListingColumn.Name;
        bool? isDescending = null;
        foreach (Range range in query.Split((byte)'&'))
        {
            ReadOnlySpan<byte> pair = query[range];
            if (pair.SequenceEqual("sort=name"u8)) column = ListingColumn.Name;
            else if (pair.SequenceEqual("sort=size"u8)) column = ListingColumn.Size;
            else if (pair.SequenceEqual("sort=date"u8)) column = ListingColumn.Date;
            else if (pair.SequenceEqual("order=asc"u8)) isDescending = false;
            else if (pair.SequenceEqual("order=desc"u8)) isDescending = true;
        }

        return new ListingOrder(column, isDescending ?? false);
    }

    /// <summary>
    /// Whether a column's heading asks for the descending order: the other way round if it is this order's, else the way that
    /// shows what one looks for (the largest, the newest).
    /// </summary>
    public bool IsNextDescending(ListingColumn heading) => heading == column ? !isDescending : heading != ListingColumn.Name;

    /// <summary>The query that asks for this order, and for something else behind it.</summary>
    /// <param name="parameter">A parameter of the query, or empty.</param>
    /// <returns>Empty for the order that needs no asking, without a parameter.</returns>
    public string QueryFor(string parameter)
    {
        string own = column == ListingColumn.Name && !isDescending ? "" : $"sort={NameOf(column)}&order={OrderOf(isDescending)}";
        if (own.Length == 0 && parameter.Length == 0) return "";
        return own.Length == 0 || parameter.Length == 0 ? $"?{own}{parameter}" : $"?{own}&{parameter}";
    }

    /// <summary>The value of <c>sort</c>.</summary>
    public static string NameOf(ListingColumn column) =>
        column switch { ListingColumn.Size => "size", ListingColumn.Date => "date", _ => "name" };

    /// <summary>The value of <c>order</c>.</summary>
    public static string OrderOf(bool isDescending) => isDescending ? "desc" : "asc";

    public int Compare(ContentInfo x, ContentInfo y)
    {
        if (x.IsDirectory != y.IsDirectory) return x.IsDirectory ? -1 : 1;

        int result = column switch
        {
            ListingColumn.Size => x.Length.CompareTo(y.Length),
            ListingColumn.Date => x.LastModified.CompareTo(y.LastModified),
            _ => CompareNames(x.Name, y.Name),
        };
        if (result == 0) return CompareNames(x.Name, y.Name);
        return isDescending ? -Math.Sign(result) : result;
    }

    /// <summary>
    /// As people sort names: without regard to case and accents, and numbers by their value, so that "page 9" comes before
    /// "page 10". Chinese characters follow their order in Unicode, which is that of radicals and strokes.
    /// </summary>
    internal static int CompareNames(string x, string y)
    {
        int i = 0, j = 0;
        while (i < x.Length && j < y.Length)
        {
            int result;
            if (char.IsAsciiDigit(x[i]) && char.IsAsciiDigit(y[j]))
            {
                ReadOnlySpan<char> left = TakeNumber(x, ref i), right = TakeNumber(y, ref j);
                result = left.Length != right.Length ? left.Length - right.Length : left.SequenceCompareTo(right);
            }
            else
            {
                result = Key(x[i++]) - Key(y[j++]);
            }

            while (i < x.Length && NameFolding.IsMark(x[i])) i++;
            while (j < y.Length && NameFolding.IsMark(y[j])) j++;

            if (result != 0) return result;
        }

        int rest = (x.Length - i) - (y.Length - j);
        return rest != 0 ? rest : string.CompareOrdinal(x, y);
    }

    /// <summary>The digits from a position on, without leading zeros.</summary>
    // Wide digits are no part of a number, so they have a place of their own: as digits they would be above 10 and below 6.
    private static char Key(char character) => NameFolding.Fold(character) is var folded && char.IsAsciiDigit(folded)
        ? character
        : folded;

    private static ReadOnlySpan<char> TakeNumber(string text, ref int position)
    {
        int start = position;
        while (position < text.Length && char.IsAsciiDigit(text[position])) position++;
        return text.AsSpan(start, position - start).TrimStart('0');
    }
}

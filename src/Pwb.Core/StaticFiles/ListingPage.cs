using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Pwb.StaticFiles;

/// <summary>
/// A listing as a page of HTML, without script. Its links are relative, so that it works behind a proxy that serves it under another path.
/// </summary>
internal static class ListingPage
{
    /// <summary>Nothing is loaded or run from anywhere, and of styles only the page's own: a name that got markup past the escaping could do nothing.</summary>
    public static readonly string ContentSecurityPolicy =
        $"default-src 'none'; img-src data:; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(ListingStyle.Css))}'; base-uri 'none'; form-action 'none'";

    // An icon of its own keeps the browser from asking for /favicon.ico, which a site without pages rarely has.
    private static ReadOnlySpan<byte> Head => """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 20 20' fill='%23d9992f'%3E%3Cpath d='M1 5a2 2 0 0 1 2-2h4.3l2 2.3H17a2 2 0 0 1 2 2V15a2 2 0 0 1-2 2H3a2 2 0 0 1-2-2z'/%3E%3C/svg%3E">

        """u8;

    public static ReadOnlyMemory<byte> Render(string path, List<ContentInfo> entries, ListingOrder order)
    {
        HtmlWriter page = new(ListingStyle.Css.Length + ((entries.Count + 8) * 256));
        page.Markup(Head).Markup("<title>/"u8).Text(path).Markup(path.Length > 0 ? "/"u8 : ""u8).Markup("</title>\n<style>"u8)
            .Markup(ListingStyle.Css).Markup("</style>\n</head>\n<body>\n"u8);
        WriteBreadcrumbs(page, path, order.Query);
        WriteTable(page, path.Length > 0, entries, order);
        WriteSummary(page, entries);
        page.Markup("</body>\n</html>\n"u8);
        return page.Content;
    }

    private static void WriteBreadcrumbs(HtmlWriter page, string path, string query)
    {
        string[] segments = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        page.Markup("<h1><a class=\"root\" aria-label=\"Root\" href=\""u8);
        WriteWayUp(page, segments.Length, query);
        page.Markup("\"></a><span>/</span>"u8);
        for (int i = 0; i < segments.Length - 1; i++)
        {
            page.Markup("<a href=\""u8);
            WriteWayUp(page, segments.Length - 1 - i, query);
            page.Markup("\"><bdi>"u8).MarkedText(segments[i]).Markup("</bdi></a><span>/</span>"u8);
        }

        if (segments.Length > 0) page.Markup("<b><bdi>"u8).MarkedText(segments[^1]).Markup("</bdi></b>"u8);
        page.Markup("</h1>\n"u8);
    }

    private static void WriteWayUp(HtmlWriter page, int levels, string query)
    {
        page.Markup("./"u8);
        for (int i = 0; i < levels; i++) page.Markup("../"u8);
        page.Text(query);
    }

    private static void WriteTable(HtmlWriter page, bool hasParent, List<ContentInfo> entries, ListingOrder order)
    {
        page.Markup("<table>\n<thead><tr>"u8);
        WriteHeading(page, order, ListingColumn.Name, "Name"u8);
        WriteHeading(page, order, ListingColumn.Size, "Size"u8);
        WriteHeading(page, order, ListingColumn.Date, "Modified (UTC)"u8);
        page.Markup("</tr></thead>\n<tbody>\n"u8);
        if (hasParent) page.Markup("<tr><td><a class=\"u\" href=\"../"u8).Text(order.Query).Markup("\"><span>Parent directory</span></a></td><td></td><td></td></tr>\n"u8);

        string query = order.Query;
        foreach (ref readonly ContentInfo entry in CollectionsMarshal.AsSpan(entries)) WriteEntry(page, entry, query);
        page.Markup("</tbody>\n</table>\n"u8);
    }

    private static void WriteHeading(HtmlWriter page, ListingOrder order, ListingColumn column, ReadOnlySpan<byte> title)
    {
        page.Markup("<th"u8);
        if (column == order.Column) page.Markup(order.IsDescending ? " aria-sort=\"descending\""u8 : " aria-sort=\"ascending\""u8);
        page.Markup("><a href=\""u8).Text(order.QueryOfHeading(column)).Markup("\">"u8).Markup(title).Markup("</a></th>"u8);
    }

    private static void WriteEntry(HtmlWriter page, in ContentInfo entry, string query)
    {
        // "./" in front and every other character escaped: a name is never taken for a scheme, an authority or a query.
        page.Markup("<tr><td><a"u8).Markup(entry.IsDirectory ? " class=\"d\" href=\"./"u8 : " href=\"./"u8).Text(Uri.EscapeDataString(entry.Name));
        if (entry.IsDirectory) page.Markup("/"u8).Text(query);
        page.Markup("\"><span><bdi>"u8).MarkedText(entry.Name).Markup(entry.IsDirectory ? "</bdi>/</span></a></td><td>"u8 : "</bdi></span></a></td><td"u8);
        if (!entry.IsDirectory)
        {
            page.Markup(" title=\""u8).Value(entry.Length, "N0").Markup(entry.Length == 1 ? " byte\">"u8 : " bytes\">"u8);
            WriteSize(page, entry.Length);
        }

        DateTime modified = entry.LastModified.UtcDateTime;
        page.Markup("</td><td><time datetime=\""u8).Value(modified, DirectoryListing.DateFormat).Markup("\">"u8)
            .Value(modified, "yyyy-MM-dd HH:mm").Markup("</time></td></tr>\n"u8);
    }

    private static void WriteSummary(HtmlWriter page, List<ContentInfo> entries)
    {
        int directories = 0;
        long length = 0;
        foreach (ref readonly ContentInfo entry in CollectionsMarshal.AsSpan(entries))
        {
            if (entry.IsDirectory) directories++;
            length += entry.Length;
        }

        int files = entries.Count - directories;
        page.Markup("<p>"u8);
        if (entries.Count == 0) page.Markup("This directory is empty."u8);
        if (directories > 0) page.Value(directories, "N0").Markup(directories == 1 ? " directory"u8 : " directories"u8);
        if (directories > 0 && files > 0) page.Markup(", "u8);
        if (files > 0)
        {
            page.Value(files, "N0").Markup(files == 1 ? " file, "u8 : " files, "u8);
            WriteSize(page, length);
        }

        page.Markup("</p>\n"u8);
    }

    /// <summary>Two digits or three, in units of 1000 as IEC 80000-13 has them: 999 B, 1.0 kB, 64 MB.</summary>
    private static void WriteSize(HtmlWriter page, long length)
    {
        const string Prefixes = "kMGTPE";
        if (length < 1000)
        {
            page.Value(length).Markup(" B"u8);
            return;
        }

        double value = length;
        int unit = -1;
        for (; value >= 999.5; unit++) value /= 1000;
        page.Value(value, value < 9.95 ? "0.0" : "0").Markup(" "u8).Text(Prefixes.AsSpan(unit, 1)).Markup("B"u8);
    }
}

using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Pwb.StaticFiles;

/// <summary>
/// A listing as a page of HTML, without script. Its links are relative, so that it works behind a proxy that serves it under
/// another path. Orders are asked for by forms, which a program that mirrors the site does not follow: it would get every page
/// once for each order.
/// </summary>
internal static class ListingPage
{
    /// <summary>The number of names from which on the page has a search box.</summary>
    private const int MinFiltered = 10;

    /// <summary>RFC 3339, in UTC and to the second.</summary>
    public const string DateFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    /// <summary>
    /// Nothing is loaded or run from anywhere, forms lead back here, and of styles only the page's own: a name that got markup
    /// past the escaping could do nothing.
    /// </summary>
    public static readonly string ContentSecurityPolicy =
        $"default-src 'none'; img-src data:; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(ListingStyle.Css))}'; "
            + "base-uri 'none'; form-action 'self'";

    // An icon of its own keeps the browser from asking for /favicon.ico, which a site without pages rarely has.
    private static ReadOnlySpan<byte> Head => """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 20 20' fill='%23d9992f'%3E%3Cpath d='M1 5a2 2 0 0 1 2-2h4.3l2 2.3H17a2 2 0 0 1 2 2V15a2 2 0 0 1-2 2H3a2 2 0 0 1-2-2z'/%3E%3C/svg%3E">

        """u8;

    public static ReadOnlyMemory<byte> Render(
        string path, ListingSelection selection, ListingOrder order, ListingFilter filter, bool isFirst, string? next)
    {
        HtmlWriter page = new(ListingStyle.Css.Length + ((selection.Entries.Count + 8) * 256));
        page.Markup(Head).Markup("<title>/"u8).Text(path).Markup(path.Length > 0 ? "/"u8 : ""u8).Markup("</title>\n<style>"u8)
            .Markup(ListingStyle.Css).Markup("</style>\n</head>\n<body>\n<main>\n"u8);
        WriteBreadcrumbs(page, path);
        if (filter.Text.Length > 0 || selection.Count >= MinFiltered) WriteFilter(page, order, filter);
        WriteTable(page, path.Length > 0, selection.Entries, order, filter);
        WriteSummary(page, selection, filter);
        if (!isFirst || next is not null) WritePages(page, isFirst ? null : order.QueryFor(filter.QueryFor("")), next);
        page.Markup("</main>\n</body>\n</html>\n"u8);
        return page.Content;
    }

    private static void WriteBreadcrumbs(HtmlWriter page, string path)
    {
        string[] segments = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        page.Markup("<h1><a class=\"root\" aria-label=\"Root\" href=\""u8);
        WriteWayUp(page, segments.Length);
        page.Markup("\"></a><span>/</span>"u8);
        for (int i = 0; i < segments.Length - 1; i++)
        {
            page.Markup("<a href=\""u8);
            WriteWayUp(page, segments.Length - 1 - i);
            page.Markup("\"><bdi>"u8).MarkedText(segments[i]).Markup("</bdi></a><span>/</span>"u8);
        }

        if (segments.Length > 0) page.Markup("<b><bdi>"u8).MarkedText(segments[^1]).Markup("</bdi></b>"u8);
        page.Markup("</h1>\n"u8);
    }

    private static void WriteWayUp(HtmlWriter page, int levels)
    {
        if (levels == 0) page.Markup("./"u8);
        for (int i = 0; i < levels; i++) page.Markup("../"u8);
    }

    // The server looks for the names, so that it needs no script, and finds those of all pages.
    private static void WriteFilter(HtmlWriter page, ListingOrder order, ListingFilter filter)
    {
        page.Markup("<form role=\"search\"><input type=\"search\" name=\"filter\" aria-label=\"Part of a name\" value=\""u8)
            .Text(filter.Text)
            .Markup("\"><input type=\"hidden\" name=\"sort\" value=\""u8).Text(ListingOrder.NameOf(order.Column))
            .Markup("\"><input type=\"hidden\" name=\"order\" value=\""u8).Text(ListingOrder.OrderOf(order.IsDescending))
            .Markup("\"><button>Filter</button>"u8);
        if (filter.Text.Length > 0) page.Markup("<a href=\"./"u8).Text(order.QueryFor("")).Markup("\">Show all</a>"u8);
        page.Markup("</form>\n"u8);
    }

    private static void WriteTable(
        HtmlWriter page, bool hasParent, List<ContentInfo> entries, ListingOrder order, ListingFilter filter)
    {
        page.Markup("<table>\n<thead><tr>"u8);
        WriteHeading(page, order, filter, ListingColumn.Name, "Name"u8);
        WriteHeading(page, order, filter, ListingColumn.Size, "Size"u8);
        WriteHeading(page, order, filter, ListingColumn.Date, "Modified (UTC)"u8);
        page.Markup("</tr></thead>\n<tbody>\n"u8);
        if (hasParent)
            page.Markup("<tr><td><a class=\"u\" href=\"../\"><span>Parent directory</span></a></td><td></td><td></td></tr>\n"u8);
        foreach (ref readonly ContentInfo entry in CollectionsMarshal.AsSpan(entries)) WriteEntry(page, entry);
        page.Markup("</tbody>\n</table>\n"u8);
    }

    private static void WriteHeading(
        HtmlWriter page, ListingOrder order, ListingFilter filter, ListingColumn column, ReadOnlySpan<byte> title)
    {
        page.Markup("<th"u8);
        if (column == order.Column)
            page.Markup(order.IsDescending ? " aria-sort=\"descending\""u8 : " aria-sort=\"ascending\""u8);
        page.Markup("><form><input type=\"hidden\" name=\"sort\" value=\""u8).Text(ListingOrder.NameOf(column))
            .Markup("\"><input type=\"hidden\" name=\"order\" value=\""u8)
                .Text(ListingOrder.OrderOf(order.IsNextDescending(column)))
            .Markup("\">"u8);
        if (filter.Text.Length > 0)
            page.Markup("<input type=\"hidden\" name=\"filter\" value=\""u8).Text(filter.Text).Markup("\">"u8);
        page.Markup("<button>"u8).Markup(title).Markup("</button></form></th>"u8);
    }

    private static void WriteEntry(HtmlWriter page, in ContentInfo entry)
    {
        // Every character that is not a letter, a digit or one of -._~ is escaped: a name is never taken for a scheme, an
        // authority or a query.
        page.Markup("<tr><td><a"u8)
            .Markup(entry.IsDirectory ? " class=\"d\" href=\""u8 : " href=\""u8)
            .Text(Uri.EscapeDataString(entry.Name));
        if (entry.IsDirectory) page.Markup("/"u8);
        page.Markup("\"><span><bdi>"u8)
            .MarkedText(entry.Name)
            .Markup(entry.IsDirectory ? "</bdi>/</span></a></td><td>"u8 : "</bdi></span></a></td><td"u8);
        if (!entry.IsDirectory)
        {
            page.Markup(" title=\""u8).Value(entry.Length, "N0").Markup(entry.Length == 1 ? " byte\">"u8 : " bytes\">"u8);
            WriteSize(page, entry.Length);
        }

        DateTime modified = entry.LastModified.UtcDateTime;
        page.Markup("</td><td><time datetime=\""u8).Value(modified, DateFormat).Markup("\">"u8)
            .Value(modified, "yyyy-MM-dd HH:mm").Markup("</time></td></tr>\n"u8);
    }

    private static void WriteSummary(HtmlWriter page, ListingSelection selection, ListingFilter filter)
    {
        long directories = selection.Directories, files = selection.Files;
        page.Markup("<p>"u8);
        if (selection.Count == 0)
            page.Markup(filter.Text.Length == 0 ? "This directory is empty."u8 : "No name holds that."u8);
        if (directories > 0) page.Value(directories, "N0").Markup(directories == 1 ? " directory"u8 : " directories"u8);
        if (directories > 0 && files > 0) page.Markup(", "u8);
        if (files > 0)
        {
            page.Value(files, "N0").Markup(files == 1 ? " file, "u8 : " files, "u8);
            WriteSize(page, selection.Length);
        }

        page.Markup("</p>\n"u8);
    }

    /// <param name="page">The page.</param>
    /// <param name="first">The query of the first page; null on the first page itself.</param>
    /// <param name="next">The query of the next page; null on the last one.</param>
    private static void WritePages(HtmlWriter page, string? first, string? next)
    {
        page.Markup("<nav>"u8);
        if (first is not null) page.Markup("<a href=\"./"u8).Text(first).Markup("\">First page</a>"u8);
        if (next is not null) page.Markup("<a rel=\"next\" href=\""u8).Text(next).Markup("\">Next page</a>"u8);
        page.Markup("</nav>\n"u8);
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

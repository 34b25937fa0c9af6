using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Pwb.Http;

namespace Pwb.StaticFiles;

/// <summary>
/// The entries of a directory, page by page, as HTML, or as JSON for a client that prefers it. A page and its memory are bounded,
/// for any number of names.
/// </summary>
internal static class DirectoryListing
{
    /// <summary>The number of names on a page.</summary>
    internal const int PageLength = 1000;

    // Names in any script stay readable; what HTML would take for markup is escaped here as well.
    private static readonly JsonWriterOptions JsonOptions = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    /// <summary>Makes the response to GET and HEAD of a directory.</summary>
    /// <param name="path">
    /// The directory, decoded: "" for the root, else segments with a slash between two. Its URL ends in a slash.
    /// </param>
    /// <param name="entries">The entries that may be served, in any order. Enumerated once.</param>
    /// <param name="request">
    /// Says which order and page is wanted, and of which names, in its query, and which form, in Accept.
    /// </param>
    /// <param name="lines">Field lines that a handler gives to everything.</param>
    public static HttpResponse Create(
        string path,
        IEnumerable<ContentInfo> entries,
        HttpRequest request,
        params ReadOnlySpan<(string Name, string Value)> lines)
    {
        ListingOrder order = ListingOrder.Parse(request.RawQuery);
        ListingFilter filter = new(request.Query[ListingFilter.Parameter] ?? "");
        ContentInfo? after = ListingPlace.Parse(request.RawQuery, order.Column);
        ListingSelection selection = new(entries.Where(filter.Lets), order, after, PageLength);
        string? next = selection.HasMore
            ? order.QueryFor(filter.QueryFor(ListingPlace.Format(selection.Entries[^1], order.Column)))
            : null;

        // RFC 8288: the target is relative to the request's.
        List<(string, string)> all = [("Vary", "Accept")];
        if (next is not null) all.Add(("Link", $"<{next}>; rel=\"next\""));
        all.AddRange(lines);
        if (PrefersJson(request))
            return new HttpResponse(
                200, ResponseBody.From(RenderJson(selection.Entries)), [("Content-Type", "application/json"), .. all]);

        ReadOnlyMemory<byte> page = ListingPage.Render(path, selection, order, filter, isFirst: after is null, next);
        return new HttpResponse(
            200, ResponseBody.From(page), [
                ("Content-Type", "text/html; charset=utf-8"),
                ("Content-Security-Policy", ListingPage.ContentSecurityPolicy),
                .. all,
            ]);
    }

    /// <summary>The 304 for a listing.</summary>
    /// <param name="lines">Field lines that a handler gives to everything.</param>
    public static HttpResponse NotModified(ReadOnlySpan<(string Name, string Value)> lines) =>
        new(304, null, [("Vary", "Accept"), .. lines]);

    /// <summary>
    /// Whether JSON is preferred. A client that accepts both alike, such as curl with its <c>*/*</c>, gets HTML; so does a client
    /// that accepts neither (RFC 9110 §12.5.1).
    /// </summary>
    private static bool PrefersJson(HttpRequest request)
    {
        ReadOnlySpan<byte> accept = new SelectionFields(request.Headers).Accept;
        return MediaRanges.WeightOf(accept, "application"u8, "json"u8) > MediaRanges.WeightOf(accept, "text"u8, "html"u8);
    }

    private static ReadOnlyMemory<byte> RenderJson(List<ContentInfo> entries)
    {
        ArrayBufferWriter<byte> output = new((entries.Count + 1) * 128);
        using Utf8JsonWriter json = new(output, JsonOptions);
        json.WriteStartArray();
        foreach (ContentInfo entry in entries)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, entry.Name);
            json.WriteString("type"u8, entry.IsDirectory ? "directory"u8 : "file"u8);
            if (!entry.IsDirectory) json.WriteNumber("size"u8, entry.Length);
            json.WriteString(
                "modified"u8, entry.LastModified.UtcDateTime.ToString(ListingPage.DateFormat, CultureInfo.InvariantCulture));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.Flush();
        return output.WrittenMemory;
    }
}

using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Pwb.Http;

namespace Pwb.StaticFiles;

/// <summary>What a directory holds, as a page of HTML, or as JSON for a client that prefers it.</summary>
internal static class DirectoryListing
{
    /// <summary>RFC 3339, in UTC and to the second.</summary>
    internal const string DateFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    // Names in any script stay readable; what HTML would take for markup is escaped here as well.
    private static readonly JsonWriterOptions JsonOptions = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    /// <summary>Makes the response to GET and HEAD of a directory. Cache-Control and what else a handler says of everything are the handler's to add.</summary>
    /// <param name="path">The directory, decoded: "" for the root, else segments with a slash between two. Its URL ends in a slash.</param>
    /// <param name="entries">What it holds and may be served, in any order.</param>
    /// <param name="request">Says which order is wanted, in its query, and which form, in Accept.</param>
    public static HttpResponse Create(string path, IEnumerable<ContentInfo> entries, HttpRequest request)
    {
        ListingOrder order = ListingOrder.Parse(request.RawQuery);
        List<ContentInfo> sorted = [.. entries];
        sorted.Sort(order);

        return PrefersJson(request)
            ? new HttpResponse(200, ResponseBody.From(RenderJson(sorted)), ("Content-Type", "application/json"), ("Vary", "Accept"))
            : new HttpResponse(
                200,
                ResponseBody.From(ListingPage.Render(path, sorted, order)),
                ("Content-Type", "text/html; charset=utf-8"),
                ("Vary", "Accept"),
                ("Content-Security-Policy", ListingPage.ContentSecurityPolicy));
    }

    /// <summary>A client that likes both as much, such as curl with its <c>*/*</c>, gets HTML; so does one that takes neither (RFC 9110 §12.5.1).</summary>
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
            json.WriteString("modified"u8, entry.LastModified.UtcDateTime.ToString(DateFormat, CultureInfo.InvariantCulture));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.Flush();
        return output.WrittenMemory;
    }
}

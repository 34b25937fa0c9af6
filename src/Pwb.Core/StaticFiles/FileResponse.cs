using Pwb.Http;
using Pwb.StaticFiles;

namespace Pwb;

/// <summary>The response with one file. For the files of a folder there is <see cref="StaticFileHandler"/>.</summary>
/// <example><code>("GET" or "HEAD", "/manual") => FileResponse.Of("manual.pdf", request)</code></example>
public static class FileResponse
{
    private static readonly ContentTypes FileTypes = new(new Dictionary<string, string>(StringComparer.Ordinal));

    /// <summary>
    /// The response for one file, by the request's preconditions and ranges. The file is opened on the calling thread, so a
    /// handler that uses this must not declare NeverBlocks.
    /// </summary>
    /// <param name="path">The file. Never a path that a client had a hand in.</param>
    /// <param name="request">The request.</param>
    /// <param name="contentType">The media type. Default: by the extension of the path.</param>
    /// <returns>
    /// The file with a strong entity tag (from its length and time) and its time: 200, or 206, 304, 412, 416 as for
    /// <see cref="ConditionalResponses.RespondTo"/>; 404 if there is no such file.
    /// </returns>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="IOException">The file cannot be opened: another program has it to itself, say.</exception>
    public static HttpResponse Of(string path, HttpRequest request, string? contentType = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(request);
        string full = Path.GetFullPath(path);
        ContentInfo info = default;
        Stream? content = Path.GetDirectoryName(full) is { } folder && Directory.Exists(folder)
            ? new FolderSource(folder, followLinksOutside: true).Open(Path.GetFileName(full), out info)
            : null;
        if (content is null) return HttpResponse.NotFound();

        // RFC 9110 §8.8.2.1: never later than Date, which may be a second behind.
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        DateTimeOffset lastModified = info.LastModified <= now.AddSeconds(-1) ? info.LastModified : now.AddSeconds(-1);
        HttpResponse response = new(
            200,
            new FileBody(content, 0, info.Length),
            ("Content-Type", contentType ?? FileTypes.Get(full)),
            ("ETag", EntityTag.Create(info.Identity, info.Length, info.LastModified, ContentCoding.Identity)),
            ("Last-Modified", HttpDate.Format(lastModified)),
            ("X-Content-Type-Options", "nosniff"));
        return ConditionalResponses.RespondAt(response, now, request);
    }
}

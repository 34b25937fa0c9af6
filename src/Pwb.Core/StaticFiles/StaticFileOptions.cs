using System.Collections.Frozen;
using Microsoft.Extensions.Logging;
using Pwb.Http;
using Pwb.Protocol;

namespace Pwb;

/// <summary>The settings of a <c>StaticFileHandler</c>, whose constructor checks them.</summary>
/// <example><code>
/// StaticFileOptions options = new() { CleanUrls = true, CacheControl = [("/assets/*", "max-age=31536000, immutable")] };
/// </code></example>
public sealed record StaticFileOptions
{
    /// <summary>
    /// The fields of a file that a line of <see cref="PathHeaders"/> takes the place of. Others stand beside them.
    /// </summary>
    internal static readonly string[] ReplaceableFields = ["Content-Type", "Content-Encoding"];

    private const int Kibi = 1024;

    private static readonly string[] HandlerOwned =
    [
        "Accept-Ranges", "Allow", "Cache-Control", "Content-Encoding", "Content-Range",
        "Content-Type",
        "ETag", "Last-Modified", "Location", "Vary",
    ];

    /// <summary>The options of a handler that is not told otherwise.</summary>
    public static StaticFileOptions Default { get; } = new();

    /// <summary>
    /// The path below which the files are served, such as <c>/app/</c>: decoded, with a slash at both ends. Default "/". Other
    /// paths go to the next handler, or are 404; the path without its last slash is a redirect to it. Patterns and other options
    /// apply to the rest of the path.
    /// </summary>
    public string BasePath { get; init; } = "/";

    /// <summary>
    /// The names of files that stand for their directory; the first that exists is served. Default: index.html.
    /// </summary>
    public IReadOnlyList<string> IndexFiles { get; init; } = ["index.html"];

    /// <summary>
    /// Whether a directory without an index file shows its names, 1,000 at a time: as HTML, or as JSON to a client that prefers
    /// it. Default false: 404.
    /// </summary>
    public bool ListDirectories { get; init; }

    /// <summary>
    /// Whether <c>/about</c> serves <c>about.html</c>, unless there is a file <c>about</c>, or a directory <c>about</c> with an
    /// index file. Default false.
    /// </summary>
    public bool CleanUrls { get; init; }

    /// <summary>
    /// The page of a single-page application, such as <c>index.html</c>. It answers GET and HEAD of missing paths with 200, if
    /// the client's Accept names text/html, or if there is no next handler and the last segment has no dot. It is sent with
    /// no-cache and Vary: Accept; the next handler's responses get that Vary too. Default null: no such page.
    /// </summary>
    public string? Fallback { get; init; }

    /// <summary>
    /// The page for 404 responses, if it exists and there is no next handler. It is sent with no-cache. Default 404.html; null
    /// for a line of text.
    /// </summary>
    public string? NotFoundPage { get; init; } = "404.html";

    /// <summary>
    /// Cache-Control by path. The first matching pattern gives the value; an empty value means no such field. <c>*</c> stands for
    /// any characters, slashes included, and <c>?</c> for one. Patterns are compared with the whole decoded path, such as
    /// <c>/assets/app.js</c>; case matters. Without a match the value is no-cache: clients keep a copy, and ask each time whether
    /// it is current.
    /// </summary>
    public IReadOnlyList<(string Pattern, string Value)> CacheControl { get; init; } = [];

    /// <summary>Field lines for every response of the handler, refusals included. Default: none.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    /// <summary>
    /// Field lines by path, for responses with a file or a listing. Every matching pattern adds its line; patterns are those of
    /// <see cref="CacheControl"/>. A Content-Type or Content-Encoding replaces the handler's own, such as <c>("/Build/*.gz",
    /// "Content-Encoding", "gzip")</c> for files that clients should decompress. Default: none.
    /// </summary>
    public IReadOnlyList<(string Pattern, string Name, string Value)> PathHeaders { get; init; } = [];

    /// <summary>Media types by extension (with its dot, in lower case). They precede the built-in table. Default: none.</summary>
    public IReadOnlyDictionary<string, string> ContentTypes { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>
    /// Whether names that begin with a dot are served and listed. Default false: 404, except <c>.well-known</c> (RFC 8615).
    /// </summary>
    public bool ServeHiddenNames { get; init; }

    /// <summary>Whether links in a folder may lead out of it. Default false: such a link is 404.</summary>
    public bool FollowLinksOutside { get; init; }

    /// <summary>
    /// The content codings in which a file may have a precompressed neighbour: "br" for <c>app.js.br</c>, "zstd" for
    /// <c>app.js.zst</c>, "gzip" for <c>app.js.gz</c>. Default: all three, in this order for clients that accept several equally.
    /// Use an empty list if others may write to the folder: a neighbour replaces its file in every browser.
    /// </summary>
    public IReadOnlyList<string> PrecompressedCodings { get; init; } = ["br", "zstd", "gzip"];

    /// <summary>
    /// The number of ranges in one request that get a part each (206, multipart/byteranges), from 1. A request for more, or for
    /// ranges that overlap or do not ascend, gets the whole file (RFC 9110 §14.2). Default 256, the most that zchunk and libzypp
    /// send; 1 for no multipart.
    /// </summary>
    public int MaxRanges { get; init; } = 256;

    /// <summary>
    /// The length in bytes up to which a file stays in memory: up to 64 KiB after a request for it, and longer ones after two
    /// requests for all of it within a second. Such a file is compared with its source at most once a second. Default 1 MiB;
    /// larger files are opened for each response. 0 keeps none.
    /// </summary>
    public int MaxCachedFileLength { get; init; } = Kibi * Kibi;

    /// <summary>
    /// The number of bytes of all files in memory, with their fields and names. The least recently used make room. Files above 64
    /// KiB take up to half of it, and stay while a response sends them. Default 32 MiB.
    /// </summary>
    public long MaxCacheLength { get; init; } = 32 * 1024 * Kibi;

    /// <summary>
    /// The number of requests that may wait for the source at the same time, from 1. Default 64. A disk that hangs, such as a
    /// network share whose server is gone, blocks a thread of the pool for each. Further requests get 503 with Retry-After at
    /// once; files in memory are still served. Use a larger number for a slow source with many clients.
    /// </summary>
    public int MaxConcurrentLooks { get; init; } = 64;

    /// <summary>The clock for comparing files in memory with their source. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>
    /// Gets a line at Warning for each precompressed neighbour, and each fallback or 404 page, that could not be served, with the
    /// reason. Default: none.
    /// </summary>
    public ILogger? Logger { get; init; }

    /// <summary>Whether a line of <see cref="PathHeaders"/> stands in place of the handler's own, not beside it.</summary>
    internal static bool IsReplaceable(string name) => ReplaceableFields.Contains(name, StringComparer.OrdinalIgnoreCase);

    /// <summary>Throws if an option is not valid.</summary>
    internal void Validate()
    {
        bool isBasePath = BasePath == "/"
            || (BasePath is ['/', .., '/'] && !BasePath[1..^1].Split('/').Any(segment => segment is "" or "." or ".."));
        if (!isBasePath)
            throw NotValid(nameof(BasePath), $"BasePath is '{BasePath}'; it begins and ends with a slash, as in /app/.");
        foreach ((string name, string value) in Headers ?? throw IsNull(nameof(Headers)))
        {
            ResponseHead.CheckField(name, value);
            if (HandlerOwned.Contains(name, StringComparer.OrdinalIgnoreCase))
                throw NotValid(nameof(Headers), $"{name} is written by the handler.");
        }

        foreach ((string pattern, string value) in CacheControl ?? throw IsNull(nameof(CacheControl)))
        {
            CheckPattern(pattern, nameof(CacheControl));
            ResponseHead.CheckField("Cache-Control", value);
        }

        foreach ((string pattern, string name, string value) in PathHeaders ?? throw IsNull(nameof(PathHeaders)))
        {
            CheckPattern(pattern, nameof(PathHeaders));
            ResponseHead.CheckField(name, value);
            if (HandlerOwned.Contains(name, StringComparer.OrdinalIgnoreCase) && !IsReplaceable(name))
                throw NotValid(nameof(PathHeaders), $"{name} is written by the handler.");
        }

        foreach ((string extension, string type) in ContentTypes ?? throw IsNull(nameof(ContentTypes)))
        {
            if (extension is not ['.', _, ..])
                throw NotValid(nameof(ContentTypes), $"'{extension}' is not an extension: those begin with a dot.");
            ResponseHead.CheckField("Content-Type", type);
        }

        foreach (string coding in PrecompressedCodings ?? throw IsNull(nameof(PrecompressedCodings)))
            if (!ContentCodings.TryParse(coding, out _))
                throw NotValid(
                    nameof(PrecompressedCodings), $"'{coding}' is not a coding that a neighbour may have: br, zstd or gzip.");
        foreach (string name in IndexFiles ?? throw IsNull(nameof(IndexFiles)))
            CheckName(name, nameof(IndexFiles), isOneSegment: true);
        if (Fallback is not null) CheckName(Fallback, nameof(Fallback));
        if (NotFoundPage is not null) CheckName(NotFoundPage, nameof(NotFoundPage));
        if (MaxRanges < 1) throw NotValid(nameof(MaxRanges), $"MaxRanges is {MaxRanges}; it must be at least 1.");
        if (MaxCachedFileLength is < 0 or > 16 * 1024 * Kibi)
            throw NotValid(
                nameof(MaxCachedFileLength),
                $"MaxCachedFileLength is {MaxCachedFileLength}; it must be from 0 to 16 MiB.");
        if (MaxCacheLength < 0)
            throw NotValid(nameof(MaxCacheLength), $"MaxCacheLength is {MaxCacheLength}; it must not be negative.");
        if (MaxConcurrentLooks < 1)
            throw NotValid(nameof(MaxConcurrentLooks), $"MaxConcurrentLooks is {MaxConcurrentLooks}; it must be at least 1.");
        if (TimeProvider is null) throw IsNull(nameof(TimeProvider));
    }

    private static ArgumentException IsNull(string name) => new($"{name} is null.", name);

    private static ArgumentException NotValid(string name, string message) => new(message, name);

    private static void CheckPattern(string? pattern, string option)
    {
        if (pattern is not ['/' or '*', ..])
            throw NotValid(option, $"The pattern '{pattern}' begins with neither / nor *, and so matches no path.");
    }

    private static void CheckName(string? name, string option, bool isOneSegment = false)
    {
        string[] segments = name?.Split(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar) ?? [""];
        if (Array.Exists(segments, segment => segment is "" or "." or "..") || (isOneSegment && segments.Length > 1))
            throw NotValid(
                option,
                isOneSegment
                    ? $"'{name}' is not the name of a file."
                    : $"'{name}' is not the path of a file, relative to its directory and inside it.");
    }
}

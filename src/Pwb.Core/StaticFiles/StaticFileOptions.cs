using System.Collections.Frozen;
using Microsoft.Extensions.Logging;
using Pwb.Http;
using Pwb.Protocol;

namespace Pwb;

/// <summary>How a <c>StaticFileHandler</c> serves its content. Checked once, when a handler is made with them.</summary>
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
    /// The path below which the content is served, such as <c>/app/</c>: decoded, with a slash at both ends. Default "/". What is
    /// not below it is for the next handler, or 404. The path without its last slash is redirected to it. Patterns and other
    /// options are about the path behind it.
    /// </summary>
    public string BasePath { get; init; } = "/";

    /// <summary>The files that stand for their directory; the first that exists is served. Default: index.html.</summary>
    public IReadOnlyList<string> IndexFiles { get; init; } = ["index.html"];

    /// <summary>
    /// Whether a directory without an index file shows what it holds, as HTML, or as JSON to a client that prefers it, 1,000
    /// names at a time. Default false: 404.
    /// </summary>
    public bool ListDirectories { get; init; }

    /// <summary>
    /// Whether <c>/about</c> is served from <c>about.html</c> when there is nothing called <c>about</c>, or a directory without
    /// an index file. Default false.
    /// </summary>
    public bool CleanUrls { get; init; }

    /// <summary>
    /// The page of a single-page application, such as <c>index.html</c>: the answer, with 200, to GET and HEAD of what does not
    /// exist, if the client's Accept names text/html, or if there is no next handler and the last segment of the path has no dot.
    /// Sent with no-cache and Vary: Accept, which the answers of the next handler get as well. Default null: none.
    /// </summary>
    public string? Fallback { get; init; }

    /// <summary>
    /// The page that is sent with 404, if the source has it and there is no next handler. Sent with no-cache. Default 404.html;
    /// null for a line of text in any case.
    /// </summary>
    public string? NotFoundPage { get; init; } = "404.html";

    /// <summary>
    /// Cache-Control by path: the first pattern that matches gives the value; an empty value means no such field. In a pattern
    /// <c>*</c> stands for any characters, slashes too, and <c>?</c> for one; it is compared, by case, with the whole decoded
    /// path, such as
    /// <c>/assets/app.js</c>. Where none matches, it is no-cache: clients keep a copy, and ask each time whether it still is the
    /// newest.
    /// </summary>
    public IReadOnlyList<(string Pattern, string Value)> CacheControl { get; init; } = [];

    /// <summary>Field lines that every response of the handler gets, refusals included. None by default.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    /// <summary>
    /// Field lines by path, for the responses with a file or a listing. Every pattern that matches adds its line; patterns are
    /// those of
    /// <see cref="CacheControl"/>. A Content-Type or Content-Encoding takes the place of a file's own, such as
    /// <c>("/Build/*.gz", "Content-Encoding", "gzip")</c> for files that are only to be read decompressed. None by default.
    /// </summary>
    public IReadOnlyList<(string Pattern, string Name, string Value)> PathHeaders { get; init; } = [];

    /// <summary>
    /// Media types by extension (with its dot, in lower case) that are added to the built-in table, or take the place of an
    /// entry. None by default.
    /// </summary>
    public IReadOnlyDictionary<string, string> ContentTypes { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>
    /// Whether names that begin with a dot are served and listed. Default false: 404, but for <c>.well-known</c> (RFC 8615).
    /// </summary>
    public bool ServeHiddenNames { get; init; }

    /// <summary>Whether links in a folder may lead out of it. Default false: such a link is 404.</summary>
    public bool FollowLinksOutside { get; init; }

    /// <summary>
    /// The content codings in which a file may have a precompressed neighbour: "br" for <c>app.js.br</c>, "zstd" for
    /// <c>app.js.zst</c>, "gzip" for
    /// <c>app.js.gz</c>. Default: all three, and clients that like several alike get them in this order. Empty for none: who may
    /// write a neighbour decides what a browser gets for the file beside it.
    /// </summary>
    public IReadOnlyList<string> PrecompressedCodings { get; init; } = ["br", "zstd", "gzip"];

    /// <summary>
    /// The number of ranges in one request that are answered with parts (206, multipart/byteranges), from 1. A request for more
    /// of them, or for ranges that overlap or do not ascend, gets the whole file (RFC 9110 §14.2). Default 256, which is what
    /// zchunk and libzypp send at most; 1 for no multipart.
    /// </summary>
    public int MaxRanges { get; init; } = 256;

    /// <summary>
    /// Up to how many bytes a file is kept in memory once it was asked for, and compared with its source at most once a second.
    /// Default 64 KiB; larger ones are opened for each response. 0 keeps none.
    /// </summary>
    public int MaxCachedFileLength { get; init; } = 64 * Kibi;

    /// <summary>
    /// How many bytes the files in memory may take together, with their fields and names; the ones unused for longest make room.
    /// Default 32 MiB.
    /// </summary>
    public long MaxCacheLength { get; init; } = 32 * 1024 * Kibi;

    /// <summary>
    /// How many requests may wait for the source at a time, from 1. Default 64. A disk that hangs (a network share whose server is
    /// gone) holds a thread of the pool for each; further ones get 503 with Retry-After at once, and what is in memory is still
    /// served. Give a larger number to a slow source that many ask in parallel.
    /// </summary>
    public int MaxConcurrentLooks { get; init; } = 64;

    /// <summary>The clock that says when a file in memory is compared with its source again. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>
    /// Takes a line at Warning for each precompressed neighbour, and page for what is missing, that is not served, and why.
    /// Default: none.
    /// </summary>
    public ILogger? Logger { get; init; }

    /// <summary>Whether a line of <see cref="PathHeaders"/> stands in place of the handler's own, not beside it.</summary>
    internal static bool IsReplaceable(string name) => ReplaceableFields.Contains(name, StringComparer.OrdinalIgnoreCase);

    /// <summary>Throws if an option is not valid.</summary>
    internal void Validate()
    {
        bool isBasePath = BasePath == "/"
            || (BasePath is ['/', .., '/'] && !BasePath[1..^1].Split('/').Any(segment => segment is "" or "." or ".."));
        Require(isBasePath, nameof(BasePath), $"BasePath is '{BasePath}'; it begins and ends with a slash, as in /app/.");
        foreach ((string name, string value) in Headers ?? throw IsNull(nameof(Headers)))
        {
            ResponseHead.CheckField(name, value);
            Require(
                !HandlerOwned.Contains(name, StringComparer.OrdinalIgnoreCase),
                nameof(Headers),
                $"{name} is written by the handler.");
        }

        foreach ((string pattern, string value) in CacheControl ?? throw IsNull(nameof(CacheControl)))
        {
            RequirePattern(pattern, nameof(CacheControl));
            ResponseHead.CheckField("Cache-Control", value);
        }

        foreach ((string pattern, string name, string value) in PathHeaders ?? throw IsNull(nameof(PathHeaders)))
        {
            RequirePattern(pattern, nameof(PathHeaders));
            ResponseHead.CheckField(name, value);
            bool isOwned = HandlerOwned.Contains(name, StringComparer.OrdinalIgnoreCase) && !IsReplaceable(name);
            Require(!isOwned, nameof(PathHeaders), $"{name} is written by the handler.");
        }

        foreach ((string extension, string type) in ContentTypes ?? throw IsNull(nameof(ContentTypes)))
        {
            Require(
                extension is ['.', _, ..], nameof(ContentTypes), $"'{extension}' is not an extension: those begin with a dot.");
            ResponseHead.CheckField("Content-Type", type);
        }

        foreach (string coding in PrecompressedCodings ?? throw IsNull(nameof(PrecompressedCodings)))
        {
            bool isKnown = ContentCodings.TryParse(coding, out _);
            Require(
                isKnown,
                nameof(PrecompressedCodings),
                $"'{coding}' is not a coding that a neighbour may have: br, zstd or gzip.");
        }

        foreach (string name in IndexFiles ?? throw IsNull(nameof(IndexFiles))) RequireName(name, nameof(IndexFiles));
        if (Fallback is not null) RequireName(Fallback, nameof(Fallback));
        if (NotFoundPage is not null) RequireName(NotFoundPage, nameof(NotFoundPage));
        Require(MaxRanges >= 1, nameof(MaxRanges), $"MaxRanges is {MaxRanges}; it must be at least 1.");
        Require(
            MaxCachedFileLength is >= 0 and <= 16 * 1024 * Kibi,
            nameof(MaxCachedFileLength),
            $"MaxCachedFileLength is {MaxCachedFileLength}; it must be from 0 to 16 MiB.");
        Require(MaxCacheLength >= 0, nameof(MaxCacheLength), $"MaxCacheLength is {MaxCacheLength}; it must not be negative.");
        Require(
            MaxConcurrentLooks >= 1,
            nameof(MaxConcurrentLooks),
            $"MaxConcurrentLooks is {MaxConcurrentLooks}; it must be at least 1.");
        Require(TimeProvider is not null, nameof(TimeProvider), "TimeProvider is null.");
    }

    private static ArgumentException IsNull(string name) => new($"{name} is null.", name);

    private static void RequirePattern(string? pattern, string option) =>
        Require(
            pattern is ['/' or '*', ..], option, $"The pattern '{pattern}' begins with neither / nor *, and so matches no path.");

    private static void RequireName(string? name, string option) =>
        Require(
            !string.IsNullOrEmpty(name) && name[0] != '/' && name[^1] != '/',
            option,
            $"'{name}' is not the path of a file, relative to its directory.");

    private static void Require(bool isValid, string name, string message)
    {
        if (!isValid) throw new ArgumentException(message, name);
    }
}

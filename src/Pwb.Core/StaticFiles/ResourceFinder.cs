using Microsoft.Extensions.Logging;
using Pwb.Http;

namespace Pwb.StaticFiles;

/// <summary>The result of looking up a path.</summary>
internal enum Finding
{
    Nothing,

    /// <summary>A file, perhaps under another path: that of an index, say.</summary>
    File,

    /// <summary>A directory that was named without its trailing slash.</summary>
    Redirect,

    /// <summary>A directory without an index.</summary>
    Directory,
}

/// <summary>Finds files in a source, and reads the small ones into memory.</summary>
internal sealed partial class ResourceFinder(
    ContentSource source, StaticFileOptions options, ResponseFields fields, UnreadableFiles unreadable, ILogger logger)
{
    // A compressor gives the neighbour the time of its original, but may cut that to whole seconds (brotli, pigz), or the file
    // system to two (FAT).
    private static readonly TimeSpan NeighbourTolerance = TimeSpan.FromSeconds(2);

    // File systems keep time in steps of up to two seconds (FAT): content that was read that soon after a change may change again
    // unseen.
    private static readonly TimeSpan SettlingTime = TimeSpan.FromSeconds(2);

    private const int MaxReads = 3;

    // 10 ms of work, at the first request. Longer files are told apart by length and time only.
    private const int MaxHashedLength = 16 * 1024 * 1024;

    private readonly ContentCoding _neighbourCodings = options.PrecompressedCodings.Aggregate(
        ContentCoding.Identity, static (codings, name) =>
            ContentCodings.TryParse(name, out ContentCoding coding) ? codings | coding : codings);

    private readonly ContentTypes _contentTypes = new(options.ContentTypes);

    /// <summary>Looks a path up.</summary>
    /// <param name="path">The path, decoded and checked.</param>
    /// <param name="isDirectoryForm">Whether it was written with a trailing slash.</param>
    /// <param name="filePath">The path of its file, or null.</param>
    /// <param name="info">The file.</param>
    public Finding Find(string path, bool isDirectoryForm, out string filePath, out ContentInfo info)
    {
        filePath = path;
        info = default;
        if (source.Find(path) is not { } found)
            return !isDirectoryForm && TryFindPage(path, out filePath, out info) ? Finding.File : Finding.Nothing;

        info = found;
        if (!found.IsDirectory) return isDirectoryForm ? Finding.Nothing : Finding.File;
        if (isDirectoryForm) return TryFindIndex(path, out filePath, out info) ? Finding.File : Finding.Directory;

        // "blog.html" beside a directory "blog" that has nothing to show for itself.
        return TryFindPage(path, out filePath, out info) && !TryFindIndex(path, out _, out _) ? Finding.File : Finding.Redirect;
    }

    /// <summary>Makes a resource of a file and its precompressed neighbours.</summary>
    /// <param name="target">The target that leads to it.</param>
    /// <param name="path">The file's path.</param>
    /// <param name="info">The file.</param>
    /// <param name="old">The old resource, or null. Unchanged parts are taken over.</param>
    /// <param name="isStandIn">
    /// Whether it is sent for another path, since there is nothing: then no rule for a path's Cache-Control holds.
    /// </param>
    /// <param name="checkDueAt">When the resource is to be compared with its source again.</param>
    public Resource Load(byte[] target, string path, ContentInfo info, Resource? old, bool isStandIn, long checkDueAt)
    {
        List<(ContentCoding Coding, string Path, ContentInfo Info)> files = [(ContentCoding.Identity, path, info)];
        ContentCoding passedOver = ContentCoding.Identity;
        foreach (ContentCoding coding in ContentCodings.Preferred)
        {
            string neighbour = path + coding.FileExtension();
            if ((_neighbourCodings & coding) == ContentCoding.Identity || !TryFindNeighbour(neighbour, out ContentInfo found))
                continue;
            if (info.LastModified - found.LastModified <= NeighbourTolerance)
            {
                files.Add((coding, neighbour, found));
                continue;
            }

            // A neighbour older than its original was made from another version.
            passedOver |= coding;
            if (old is null || (old.PassedOver & coding) == ContentCoding.Identity)
                LogOlder(logger, PathResolver.ToTarget(neighbour));
        }

        string contentType = _contentTypes.Get(path);
        string cacheControl = isStandIn ? ResponseFields.DefaultCacheControl : fields.CacheControlOf(path);
        string vary = Vary(hasSiblings: files.Count > 1, byAccept: isStandIn && options.Fallback is not null);
        DateTimeOffset now = options.TimeProvider.GetUtcNow();
        return new Resource(
            target,
            files.Select(file =>
            {
                Representation? known = old?.Get(file.Coding);
                bool isTheSame = known is { IsSettled: true } && known.Vary == vary && known.Info == file.Info
                    && string.Equals(known.Path, file.Path, StringComparison.Ordinal);
                return isTheSame
                    ? known!
                    : new Representation(
                        file.Path,
                        file.Coding,
                        file.Info,
                        IdentityOf(file.Path, file.Info),
                        contentType,
                        cacheControl,
                        vary,
                        fields,
                        now);
            }),
            passedOver,
            checkDueAt);
    }

    /// <summary>Opens a representation's file.</summary>
    /// <param name="representation">
    /// The representation. If its file has been replaced, the new file's representation takes its place.
    /// </param>
    /// <returns>The content, or null if it is gone.</returns>
    public Stream? Open(ref Representation representation)
    {
        Stream? content = source.Open(representation.Path, out ContentInfo info);
        if (content is not null && info != representation.Info) representation = Remake(representation, info);
        return content;
    }

    /// <summary>Reads a representation's file into memory, if it does not change meanwhile.</summary>
    /// <param name="representation">
    /// The representation. If its file has been replaced, the new file's representation takes its place.
    /// </param>
    /// <param name="maxLength">The length of the longest file to read.</param>
    /// <param name="isGone">Whether there is no such file any more.</param>
    /// <returns>The content; null if it cannot be kept.</returns>
    public byte[]? ReadContent(ref Representation representation, long maxLength, out bool isGone)
    {
        isGone = false;
        for (int reads = 1; ; reads++)
        {
            using Stream? content = Open(ref representation);
            isGone = content is null;
            if (content is null || representation.Info.Length > maxLength || reads > MaxReads) return null;

            byte[] bytes = new byte[representation.Info.Length];
            int read = content.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);

            // The file may have been written meanwhile. The content is complete if the file is unchanged.
            if (read == bytes.Length && source.Find(representation.Path) == representation.Info) return bytes;
        }
    }

    /// <summary>Whether a file's last change is so old that the next one will have another time.</summary>
    public bool IsSettled(in ContentInfo info) => options.TimeProvider.GetUtcNow() - info.LastModified > SettlingTime;

    private Representation Remake(Representation old, ContentInfo info) =>
        new(
            old.Path,
            old.Coding,
            info,
            IdentityOf(old.Path, info),
            old.ContentType,
            old.CacheControl,
            old.Vary,
            fields,
            options.TimeProvider.GetUtcNow());

    // Every version of a file may have one time, without a fraction of a second: reproducible builds and images of containers are
    // so. Nothing but the content tells those apart, and is the same on each server that has a copy. (A file that was written
    // here has a fraction, where the file system has one.)
    private long IdentityOf(string path, in ContentInfo info)
    {
        bool isHashed =
            source is FolderSource && info.Length <= MaxHashedLength && info.LastModified.Ticks % TimeSpan.TicksPerSecond == 0;
        if (!isHashed) return info.Identity;

        try
        {
            using Stream? content = source.Open(path, out ContentInfo opened);
            return content is null || opened != info ? 0 : ContentHash.Create(content);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return 0; // a later open, to send it, finds the reason
        }
    }

    // Accept decides between an application's page and the response without it.
    private static string Vary(bool hasSiblings, bool byAccept) => (hasSiblings, byAccept) switch
    {
        (true, true) => "Accept-Encoding, Accept",
        (true, false) => "Accept-Encoding",
        (false, true) => "Accept",
        _ => "",
    };

    [LoggerMessage(60, LogLevel.Warning, "not served: {Neighbour} is older than its original")]
    private static partial void LogOlder(ILogger logger, string neighbour);

    private bool TryFindIndex(string directory, out string path, out ContentInfo info)
    {
        foreach (string index in options.IndexFiles)
        {
            path = directory.Length == 0 ? index : $"{directory}/{index}";
            if (TryFindFile(path, out info)) return true;
        }

        path = directory;
        info = default;
        return false;
    }

    // A page is served by its own name too, so that its name is checked like any other: ".well-known.html" is hidden.
    private bool TryFindPage(string cleanPath, out string path, out ContentInfo info)
    {
        path = cleanPath + ".html";
        info = default;
        return options.CleanUrls && PathResolver.IsPathServed(path, options.ServeHiddenNames) && TryFindFile(path, out info);
    }

    // The original exists and can be read. A fault of a neighbour is no reason to refuse it.
    private bool TryFindNeighbour(string path, out ContentInfo info)
    {
        try
        {
            return TryFindFile(path, out info);
        }
        catch (Exception exception) when (UnreadableFiles.Is(exception))
        {
            unreadable.Note(path, exception);
            info = default;
            return false;
        }
    }

    private bool TryFindFile(string path, out ContentInfo info)
    {
        ContentInfo? found = source.Find(path);
        info = found ?? default;
        return found is { IsDirectory: false };
    }
}

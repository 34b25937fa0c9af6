using System.Diagnostics.CodeAnalysis;
using System.Text;
using Pwb.Http;

namespace Pwb.StaticFiles;

/// <summary>The resources of a source: those in memory, and how they get there, stay up to date and leave.</summary>
internal sealed class ResourceStore
{
    // A larger file is read into memory when it is asked for again: reading it for one response only is in vain.
    private const int SmallLength = 64 * 1024;

    private readonly ResourceFinder _finder;
    private readonly StaticFileOptions _options;
    private readonly UnreadableFiles _unreadable;
    private readonly LargeContents _large;
    private readonly ResourceCache _cache;
    private readonly TimeProvider _clock;

    public ResourceStore(ResourceFinder finder, StaticFileOptions options, UnreadableFiles unreadable)
    {
        (_finder, _options, _unreadable, _clock) = (finder, options, unreadable, options.TimeProvider);
        _large = new LargeContents(options.MaxCacheLength / 2);
        _cache = new ResourceCache(options.MaxCacheLength, _large);
    }

    /// <summary>Finds a resource in memory.</summary>
    public bool TryGet(ReadOnlySpan<byte> target, [NotNullWhen(true)] out Resource? resource) =>
        _cache.TryGet(target, out resource);

    /// <summary>Whether a resource is to be compared with its source now. True for one caller a second.</summary>
    public bool IsCheckDue(Resource resource)
    {
        long now = _clock.GetTimestamp();
        return resource.TryClaimCheck(now, now + _clock.TimestampFrequency);
    }

    /// <summary>Looks a path up, in the cache first.</summary>
    public Finding Find(string path, bool isDirectoryForm, bool mustCheck, out Resource? resource)
    {
        // One form of a path is kept, however a client escapes it.
        byte[] target = Encoding.ASCII.GetBytes(PathResolver.ToTarget(path, isDirectoryForm));
        return Find(target, path, isDirectoryForm, isStandIn: false, mustCheck, out resource);
    }

    /// <summary>
    /// Looks a page up that stands in for another path. It is kept under a target that no client can ask for: it may have a
    /// hidden name, and its fields are others there.
    /// </summary>
    public bool FindPage(string path, out Resource? resource) =>
        Find(
            Encoding.UTF8.GetBytes(path),
            path,
            isDirectoryForm: false,
            isStandIn: true,
            mustCheck: false,
            out resource) == Finding.File;

    /// <summary>Gets at the content: in memory, or as an open file.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="fields">The fields of the request.</param>
    /// <param name="isGet">Whether it is GET.</param>
    /// <param name="content">The open file, or its copy in memory; null if the representation has the content.</param>
    /// <returns>The representation; null if it is gone.</returns>
    public Representation? Obtain(Resource resource, in SelectionFields fields, bool isGet, out Stream? content)
    {
        bool isForAll = isGet && !fields.HasRange; // a client that asks for little has no large file read
        Representation selected = resource.Select(fields);
        try
        {
            return Obtain(resource, selected, isForAll, out content);
        }
        catch (Exception exception) when (selected.Coding != ContentCoding.Identity && UnreadableFiles.Is(exception))
        {
            _unreadable.Note(selected.Path, exception);
            return Obtain(resource, resource.Get(ContentCoding.Identity)!, isForAll, out content);
        }
    }

    private Finding Find(byte[] target, string path, bool isDirectoryForm, bool isStandIn, bool mustCheck, out Resource? resource)
    {
        if (_cache.TryGet(target, out resource) && !mustCheck && !IsCheckDue(resource)) return Finding.File;

        bool isKept = false;
        try
        {
            Finding finding = _finder.Find(path, isDirectoryForm, out string filePath, out ContentInfo info);
            if (finding != Finding.File) return finding;

            resource = _finder.Load(
                target, filePath, info, resource, isStandIn, checkDueAt: _clock.GetTimestamp() + _clock.TimestampFrequency);
            _cache.Set(resource);
            isKept = true;
            return finding;
        }
        finally
        {
            // Also after a failed lookup: a client must not get a file that may be forbidden by now.
            if (!isKept) _cache.Remove(target);
        }
    }

    private Representation? Obtain(Resource resource, Representation? representation, bool isForAll, out Stream? content)
    {
        content = null;
        if (representation!.Whole is not null) return representation;

        content = LentContent.TryTake(representation.Large);
        if (content is not null) return representation;

        bool isGone = false;
        long length = representation.Info.Length;
        if (length <= Math.Min(SmallLength, _options.MaxCachedFileLength))
        {
            KeepSmall(resource, ref representation, out isGone);
            if (representation.Whole is not null) return representation;
        }
        else if (length <= _options.MaxCachedFileLength && isForAll && resource.IsSecondRead())
        {
            KeepLarge(resource, ref representation, out isGone);
            content = LentContent.TryTake(representation.Large);
        }

        if (content is null && !isGone) content = _finder.Open(ref representation);
        if (content is not null) return representation;
        _cache.Remove(resource.Target);
        return null;
    }

    private void KeepSmall(Resource resource, ref Representation representation, out bool isGone)
    {
        byte[]? bytes = _finder.ReadContent(ref representation, SmallLength, out isGone);
        if (isGone) return;

        if (bytes is not null) representation = representation.WithContent(bytes, _finder.IsSettled(representation.Info));
        resource.Set(representation);
        _cache.Set(resource);
    }

    private void KeepLarge(Resource resource, ref Representation representation, out bool isGone)
    {
        isGone = false;
        Representation first = representation;
        long length = first.Info.Length;
        if (!_finder.IsSettled(first.Info) || !first.TryBeginReading()) return;

        bool isKept = false;
        bool isReserved = _large.TryReserve(length);
        try
        {
            if (!isReserved) return;

            // The file may be another one by now, of the same length and written just now.
            byte[]? bytes = _finder.ReadContent(ref representation, length, out isGone);
            isKept = bytes?.Length == length && _finder.IsSettled(representation.Info);
            if (isKept) representation.Large = _large.Keep(bytes!);
        }
        finally
        {
            if (isReserved && !isKept) _large.GiveUp(length);
            first.EndReading();
        }

        if (!isKept) return;
        resource.Set(representation);
        _cache.Set(resource);
    }
}

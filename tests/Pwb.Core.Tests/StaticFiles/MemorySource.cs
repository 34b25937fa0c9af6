using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.StaticFiles;

/// <summary>Files of a test's own, and how often somebody looked.</summary>
internal sealed class MemorySource : ContentSource
{
    private readonly SortedDictionary<string, (byte[] Content, DateTimeOffset LastModified, long Identity, long Revision)>
        _files = new(StringComparer.Ordinal);

    public static readonly DateTimeOffset OneHourAgo = ManualClock.Start.AddHours(-1);

    /// <summary>Thrown by the next look or opening.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Thrown by the next look into a directory.</summary>
    public Exception? ListFailure { get; set; }

    /// <summary>What an opened stream does when it is read, instead of giving its content.</summary>
    public Func<byte[], Stream> OpenWith { get; set; } = content => new MemoryStream(content);

    /// <summary>Files that may not even be looked at.</summary>
    public HashSet<string> Hidden { get; } = new(StringComparer.Ordinal);

    /// <summary>Files that are there but may not be opened.</summary>
    public HashSet<string> Denied { get; } = new(StringComparer.Ordinal);

    /// <summary>Runs before each look, on the thread that looks.</summary>
    public Action<string> BeforeFind { get; set; } = _ => { };

    public int Finds { get; private set; }

    public int Opens { get; private set; }

    public MemorySource Add(
        string path, string content, DateTimeOffset? lastModified = null, long identity = 0, long revision = 0) =>
        Add(path, Latin1.Bytes(content), lastModified, identity, revision);

    public MemorySource Add(
        string path, byte[] content, DateTimeOffset? lastModified = null, long identity = 0, long revision = 0)
    {
        _files[path] = (content, lastModified ?? OneHourAgo, identity, revision);
        return this;
    }

    public void Remove(string path) => _files.Remove(path);

    public override ContentInfo? Find(string path)
    {
        Finds++;
        BeforeFind(path);
        if (Failure is not null) throw Failure;
        if (Hidden.Contains(path)) throw new UnauthorizedAccessException(path);
        if (_files.ContainsKey(path)) return InfoOf(path);
        return path.Length == 0
            || _files.Keys.Any(file => file.StartsWith(path + "/", StringComparison.Ordinal)) ? Directory(path) : null;
    }

    public override Stream? Open(string path, out ContentInfo info)
    {
        Opens++;
        info = default;
        if (Failure is not null) throw Failure;
        if (Denied.Contains(path)) throw new UnauthorizedAccessException(path);
        if (!_files.TryGetValue(path, out (byte[] Content, DateTimeOffset, long, long) file)) return null;
        info = InfoOf(path);
        return OpenWith(file.Content);
    }

    public override IEnumerable<ContentInfo> List(string path)
    {
        if (ListFailure is not null) throw ListFailure;
        string prefix = path.Length == 0 ? "" : path + "/";
        IEnumerable<string> below = _files.Keys.Where(file => file.StartsWith(prefix, StringComparison.Ordinal)).Select(
            file => file[prefix.Length..]);
        return below.Select(
            name => name.Contains('/', StringComparison.Ordinal) ? Directory(name.Split('/')[0]) : InfoOf(prefix + name))
            .Distinct();
    }

    private static ContentInfo Directory(string path) => new(path.Split('/')[^1], IsDirectory: true, 0, OneHourAgo);

    private ContentInfo InfoOf(string path)
    {
        (byte[] content, DateTimeOffset lastModified, long identity, long revision) = _files[path];
        return new ContentInfo(
            path.Split('/')[^1], IsDirectory: false, content.Length, lastModified)
        { Identity = identity, Revision = revision };
    }
}

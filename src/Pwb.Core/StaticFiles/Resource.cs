using Pwb.Http;

namespace Pwb.StaticFiles;

/// <summary>The result of looking up a target: a file, in each coding that exists.</summary>
internal sealed class Resource
{
    private readonly Representation?[] _representations = new Representation?[(int)ContentCoding.Gzip + 1]; // by coding
    private ContentCoding _codings;
    private long _checkDueAt;
    private int _reads;

    /// <summary>Makes a resource that has been compared with its source just now.</summary>
    public Resource(byte[] target, IEnumerable<Representation> representations, ContentCoding passedOver, long checkDueAt)
    {
        Target = target;
        PassedOver = passedOver;
        _checkDueAt = checkDueAt;
        foreach (Representation representation in representations) Set(representation);
    }

    /// <summary>The path that leads to it, percent-encoded.</summary>
    public byte[] Target { get; }

    /// <summary>The codings in which there is a neighbour that is not served.</summary>
    public ContentCoding PassedOver { get; }

    /// <summary>The larger, the later it was asked for, in steps of the time between two checks.</summary>
    public long UsedAt => Volatile.Read(ref _checkDueAt);

    /// <summary>Its size in the cache's budget.</summary>
    public long Cost { get; set; }

    /// <summary>The memory of its representations.</summary>
    public long RepresentationCost => _representations.Sum(representation => representation?.Cost ?? 0);

    /// <summary>Whether to compare it with its source again. Only one caller gets true.</summary>
    public bool TryClaimCheck(long now, long nextCheckDueAt)
    {
        long dueAt = Volatile.Read(ref _checkDueAt);
        return now >= dueAt && Interlocked.CompareExchange(ref _checkDueAt, nextCheckDueAt, dueAt) == dueAt;
    }

    /// <summary>Counts a request for all of a content that is not in memory.</summary>
    /// <returns>Whether it is the second since the resource was last compared with its source.</returns>
    public bool IsSecondRead() => Interlocked.Increment(ref _reads) == 2;

    public Representation? Get(ContentCoding coding) => Volatile.Read(ref _representations[(int)coding]);

    public void Set(Representation representation)
    {
        Volatile.Write(ref _representations[(int)representation.Coding], representation);
        _codings |= representation.Coding;
    }

    /// <summary>The contents of larger files that it has in memory, and another resource has not.</summary>
    public IEnumerable<LargeContent> LargeContentsBesides(Resource? other)
    {
        foreach (Representation? own in _representations)
            if (own?.Large is { } content && other?.Get(own.Coding)?.Large != content) yield return content;
    }

    /// <summary>The representation that suits a client best.</summary>
    public Representation Select(in SelectionFields fields) =>
        Get(ContentCodings.Choose(fields.AcceptEncoding, fields.HasAcceptEncoding, _codings))!;
}

using System.Text;
using Pwb.Conditions;
using Pwb.Http;

namespace Pwb.StaticFiles;

/// <summary>The part of a representation that a request asks for, by its preconditions and ranges.</summary>
internal enum Selection
{
    Whole,
    Part,
    Parts,
    NotModified,
    PreconditionFailed,
    Unsatisfiable,
}

/// <summary>
/// A file in one coding, as it was at some moment: its validators, the fields of its responses and, if it is kept in memory, its
/// content.
/// </summary>
internal sealed class Representation
{
    private const int ObjectCost = 1024, LineCost = 8;

    private readonly string _entityTag;
    private readonly byte[] _entityTagBytes;
    private readonly (string Name, string Value)[] _metadata;
    private readonly ResponseFields _fields;
    private readonly ReadOnlyMemory<byte> _content;
    private bool _isReading;

    /// <summary>Makes a representation.</summary>
    /// <param name="path">Where its content is in the source; for a coding, that is the neighbour.</param>
    /// <param name="coding">The coding.</param>
    /// <param name="info">The file.</param>
    /// <param name="identity">The identity of the content for the entity tag, besides length and time; 0 for none.</param>
    /// <param name="contentType">The media type, which is that of the original.</param>
    /// <param name="cacheControl">The value of Cache-Control, or empty.</param>
    /// <param name="vary">The request fields by which this one was chosen among others, or empty.</param>
    /// <param name="fields">The fields that all responses have.</param>
    /// <param name="now">The time.</param>
    public Representation(
        string path, ContentCoding coding, ContentInfo info, long identity, string contentType, string cacheControl, string vary,
        ResponseFields fields, DateTimeOffset now)
    {
        (Path, Coding, Info, ContentType, CacheControl, Vary) = (path, coding, info, contentType, cacheControl, vary);
        _fields = fields;
        _entityTag = EntityTag.Create(identity, info.Length, info.LastModified, coding);
        _entityTagBytes = Encoding.ASCII.GetBytes(_entityTag);

        // RFC 9110 §8.8.2.1: never later than Date, which may be a second behind.
        LastModified = info.LastModified <= now.AddSeconds(-1) ? info.LastModified : now.AddSeconds(-1);
        List<(string, string)> metadata = [("Content-Type", contentType)];
        if (coding != ContentCoding.Identity) metadata.Add(("Content-Encoding", coding.Name()));
        metadata.AddRange([("ETag", _entityTag), ("Last-Modified", HttpDate.Format(LastModified)), ("Accept-Ranges", "bytes")]);
        if (vary.Length > 0) metadata.Add(("Vary", vary));
        if (cacheControl.Length > 0) metadata.Add(("Cache-Control", cacheControl));
        metadata.AddRange(fields.Common);
        fields.AddPathHeaders(metadata, path[..^coding.FileExtension().Length], coding);
        _metadata = [.. metadata];
        IsCoded = metadata.Exists(line => line.Item1 == "Content-Encoding");
    }

    private Representation(Representation other, ReadOnlyMemory<byte> content, bool isSettled)
    {
        (Path, Coding, Info, ContentType, CacheControl, Vary) =
            (other.Path, other.Coding, other.Info, other.ContentType, other.CacheControl, other.Vary);
        (_fields, _entityTag, _entityTagBytes, _metadata, LastModified, IsCoded) =
            (other._fields, other._entityTag, other._entityTagBytes, other._metadata, other.LastModified, other.IsCoded);
        _content = content;
        IsSettled = isSettled;
        Whole = new HttpResponse(200, ResponseBody.From(content), _metadata);
    }

    public string Path { get; }

    public ContentCoding Coding { get; }

    public ContentInfo Info { get; }

    public string ContentType { get; }

    public string CacheControl { get; }

    public string Vary { get; }

    public DateTimeOffset LastModified { get; }

    /// <summary>Whether it has a Content-Encoding: that of its coding, or one of the options for its path.</summary>
    private bool IsCoded { get; }

    /// <summary>
    /// Whether the content in memory is older than a file system's clock is coarse. If not, the file may change once more without
    /// a new time, and the content is not kept for longer than until the next look.
    /// </summary>
    public bool IsSettled { get; } = true;

    /// <summary>The 200 with the content in memory; null when it is not there.</summary>
    public HttpResponse? Whole { get; }

    public long ContentLength => _content.Length;

    /// <summary>The content in memory, if the file is a larger one that was asked for often; or null.</summary>
    public LargeContent? Large { get; set; }

    /// <summary>Begins to read <see cref="Large"/>. False while another thread does, however long a disk hangs.</summary>
    public bool TryBeginReading() => !Interlocked.Exchange(ref _isReading, true);

    public void EndReading() => Volatile.Write(ref _isReading, false);

    /// <summary>
    /// Its approximate memory: content, twice the fields (as strings and as heads of responses), and the objects around them.
    /// </summary>
    public long Cost =>
        ObjectCost + ContentLength + (sizeof(char) * Path.Length)
            + _metadata.Sum(line => 4L * (line.Name.Length + line.Value.Length + LineCost));

    /// <summary>304 with what RFC 9110 §15.4.5 asks for.</summary>
    public HttpResponse NotModified => field ??= new HttpResponse(
        304, null, [
            .. _metadata.Where(
                line => line.Name is not ("Content-Type" or "Content-Encoding" or "Last-Modified" or "Accept-Ranges")),
        ]);

    /// <summary>The same with its content in memory.</summary>
    public Representation WithContent(ReadOnlyMemory<byte> content, bool isSettled) => new(this, content, isSettled);

    /// <summary>Evaluates the conditional fields of a request: RFC 9110 §13.2.2, §14.2.</summary>
    public Selection Select(in SelectionFields fields, bool isGet, DateTimeOffset now, out ByteRanges ranges)
    {
        ranges = ByteRanges.Whole(Info.Length);
        if (fields.IsUnconditional) return Selection.Whole;

        switch (Preconditions.Evaluate(fields, _entityTagBytes, LastModified, now, isGetOrHead: true))
        {
            case PreconditionOutcome.NotModified: return Selection.NotModified;
            case PreconditionOutcome.Failed: return Selection.PreconditionFailed;
            default: break;
        }

        if (!isGet || !fields.HasRange || !Preconditions.IsRangeCurrent(fields, _entityTagBytes, LastModified, now))
            return Selection.Whole;

        // Content-Encoding applies to a whole message, and parts with their heads are not coded. So a coded representation sends
        // one part at most.
        ranges = ByteRanges.Parse(fields.Range, Info.Length, IsCoded ? 1 : _fields.MaxRanges);
        return ranges.Kind switch
        {
            ByteRangeKind.Part => Selection.Part,
            ByteRangeKind.Parts => Selection.Parts,
            ByteRangeKind.Unsatisfiable => Selection.Unsatisfiable,
            _ => Selection.Whole,
        };
    }

    /// <summary>The response, if it needs nothing that is not in memory.</summary>
    public HttpResponse? TryAnswer(Selection selection, in ByteRanges ranges) => selection switch
    {
        Selection.NotModified => NotModified,
        Selection.PreconditionFailed => _fields.PreconditionFailed,
        Selection.Unsatisfiable => _fields.Unsatisfiable(Info.Length),
        Selection.Whole when Whole is not null => Whole,
        _ when Whole is not null => Answer(content: null, selection, ranges),
        _ => LentContent.TryTake(Large) is { } lent ? Answer(lent, selection, ranges) : null,
    };

    /// <summary>The response with content.</summary>
    /// <param name="content">
    /// An open file or its copy, which now belongs to the response; null for the content in memory.
    /// </param>
    /// <param name="selection">All of it or a part or several.</param>
    /// <param name="ranges">Which.</param>
    public HttpResponse Answer(Stream? content, Selection selection, in ByteRanges ranges)
    {
        if (selection == Selection.Whole) return new HttpResponse(200, Body(content, ranges.Only), _metadata);
        if (selection == Selection.Part)
            return new HttpResponse(
                206,
                Body(content, ranges.Only),
                [.. _metadata, ("Content-Range", MultipartBody.ContentRange(ranges.Only, Info.Length))]);

        ResponseBody[] parts = new ResponseBody[ranges.Parts.Length];
        for (int i = 0; i < parts.Length; i++) parts[i] = Body(content, ranges.Parts[i]);
        MultipartBody body = new(
            ranges.Parts, parts, Array.Find(_metadata, line => line.Name == "Content-Type").Value, Info.Length);
        return new HttpResponse(
            206, body, [("Content-Type", body.ContentType), .. _metadata.Where(line => line.Name is not "Content-Type")]);
    }

    /// <summary>The content as the page of an error: without the fields that only a 200 has.</summary>
    /// <param name="statusCode">The status.</param>
    /// <param name="content">
    /// An open file or its copy, which now belongs to the response; null for the content in memory.
    /// </param>
    public HttpResponse ErrorPage(int statusCode, Stream? content) => new(
        statusCode, Body(content, new ByteRange(0, Info.Length)), [
            .. _metadata.Where(line => line.Name is not ("ETag" or "Last-Modified" or "Accept-Ranges")),
        ]);

    private ResponseBody Body(Stream? content, ByteRange range) => content is null
        ? ResponseBody.From(_content.Slice((int)range.Start, (int)range.Length))
        : new FileBody(content, range.Start, range.Length);
}

using System.Globalization;
using System.Text;
using Pwb.Http;

namespace Pwb.StaticFiles;

/// <summary>What a request asks of a representation, after preconditions and ranges.</summary>
internal enum Selection
{
    Whole,
    Part,
    NotModified,
    PreconditionFailed,
    Unsatisfiable,
}

/// <summary>A file in one coding, as it was at some moment: its validators, the fields of its responses and, if it is kept in memory, its content.</summary>
internal sealed class Representation
{
    private const int ObjectCost = 1024, LineCost = 8;

    private readonly string _entityTag;
    private readonly byte[] _entityTagBytes;
    private readonly (string Name, string Value)[] _metadata;
    private readonly ResponseFields _fields;
    private readonly ReadOnlyMemory<byte> _content;

    /// <summary>Makes a representation.</summary>
    /// <param name="path">Where its content is in the source; for a coding, that is the neighbour.</param>
    /// <param name="coding">The coding.</param>
    /// <param name="info">The file.</param>
    /// <param name="identity">What names the content in the entity tag, besides its length and its time; 0 for nothing.</param>
    /// <param name="contentType">The media type, which is that of the original.</param>
    /// <param name="cacheControl">The value of Cache-Control, or empty.</param>
    /// <param name="hasSiblings">Whether there are other codings to choose from.</param>
    /// <param name="fields">The fields that all responses have.</param>
    /// <param name="now">The time.</param>
    public Representation(string path, ContentCoding coding, ContentInfo info, long identity, string contentType, string cacheControl, bool hasSiblings, ResponseFields fields, DateTimeOffset now)
    {
        (Path, Coding, Info, ContentType, CacheControl, HasSiblings) = (path, coding, info, contentType, cacheControl, hasSiblings);
        _fields = fields;
        _entityTag = EntityTag.Create(info with { Identity = identity }, coding);
        _entityTagBytes = Encoding.ASCII.GetBytes(_entityTag);

        // RFC 9110 §8.8.2.1: never later than Date, which may be a second behind.
        LastModified = info.LastModified <= now.AddSeconds(-1) ? info.LastModified : now.AddSeconds(-1);
        List<(string, string)> metadata = [("Content-Type", contentType)];
        if (coding != ContentCoding.Identity) metadata.Add(("Content-Encoding", coding.Name()));
        metadata.AddRange([("ETag", _entityTag), ("Last-Modified", HttpDate.Format(LastModified)), ("Accept-Ranges", "bytes")]);
        if (hasSiblings) metadata.Add(("Vary", "Accept-Encoding"));
        if (cacheControl.Length > 0) metadata.Add(("Cache-Control", cacheControl));
        metadata.AddRange(fields.Common);
        fields.AddPathHeaders(metadata, path[..^coding.FileExtension().Length], coding);
        _metadata = [.. metadata];
    }

    private Representation(Representation other, ReadOnlyMemory<byte> content, bool isSettled)
    {
        (Path, Coding, Info, ContentType, CacheControl, HasSiblings) = (other.Path, other.Coding, other.Info, other.ContentType, other.CacheControl, other.HasSiblings);
        (_fields, _entityTag, _entityTagBytes, _metadata, LastModified) = (other._fields, other._entityTag, other._entityTagBytes, other._metadata, other.LastModified);
        _content = content;
        IsSettled = isSettled;
        Whole = new HttpResponse(200, ResponseBody.From(content), _metadata);
    }

    public string Path { get; }

    public ContentCoding Coding { get; }

    public ContentInfo Info { get; }

    public string ContentType { get; }

    public string CacheControl { get; }

    public bool HasSiblings { get; }

    public DateTimeOffset LastModified { get; }

    /// <summary>
    /// Whether the content in memory is older than a file system's clock is coarse. If not, the file may change once more without
    /// a new time, and the content is not kept for longer than until the next look.
    /// </summary>
    public bool IsSettled { get; } = true;

    /// <summary>The 200 with the content in memory; null when it is not there.</summary>
    public HttpResponse? Whole { get; }

    public long ContentLength => _content.Length;

    /// <summary>What it holds of memory: content, twice the fields as strings and as heads of responses, and the objects around them, by and large.</summary>
    public long Cost => ObjectCost + ContentLength + (sizeof(char) * Path.Length) + _metadata.Sum(line => 4L * (line.Name.Length + line.Value.Length + LineCost));

    /// <summary>304 with what RFC 9110 §15.4.5 asks for.</summary>
    public HttpResponse NotModified => field ??= new HttpResponse(
        304, null, [.. _metadata.Where(line => line.Name is not ("Content-Type" or "Content-Encoding" or "Last-Modified" or "Accept-Ranges"))]);

    /// <summary>The same with its content in memory.</summary>
    public Representation WithContent(ReadOnlyMemory<byte> content, bool isSettled) => new(this, content, isSettled);

    /// <summary>What the fields of a request ask for: RFC 9110 §13.2.2, §14.2.</summary>
    public Selection Select(in SelectionFields fields, bool isGet, DateTimeOffset now, out ByteRange range)
    {
        range = new ByteRange(ByteRangeKind.Whole, 0, Info.Length);
        if (fields.IsUnconditional) return Selection.Whole;

        switch (Preconditions.Evaluate(fields, _entityTagBytes, LastModified, now, isGetOrHead: true))
        {
            case PreconditionOutcome.NotModified: return Selection.NotModified;
            case PreconditionOutcome.Failed: return Selection.PreconditionFailed;
            default: break;
        }

        if (!isGet || !fields.HasRange || !Preconditions.IsRangeCurrent(fields, _entityTagBytes, LastModified, now)) return Selection.Whole;
        range = ByteRange.Parse(fields.Range, Info.Length);
        return range.Kind switch
        {
            ByteRangeKind.Part => Selection.Part,
            ByteRangeKind.Unsatisfiable => Selection.Unsatisfiable,
            _ => Selection.Whole,
        };
    }

    /// <summary>The response, if it needs nothing that is not in memory.</summary>
    public HttpResponse? TryAnswer(Selection selection, ByteRange range) => selection switch
    {
        Selection.NotModified => NotModified,
        Selection.PreconditionFailed => _fields.PreconditionFailed,
        Selection.Unsatisfiable => _fields.Unsatisfiable(Info.Length),
        Selection.Whole => Whole,
        _ => Whole is null ? null : Part(ResponseBody.From(_content.Slice((int)range.Start, (int)range.Length)), range),
    };

    /// <summary>The response with content that was opened.</summary>
    public HttpResponse Answer(ResponseBody body, Selection selection, ByteRange range) =>
        selection == Selection.Part ? Part(body, range) : new HttpResponse(200, body, _metadata);

    /// <summary>The content as the page of an error: without the fields that only a 200 has.</summary>
    public HttpResponse ErrorPage(int statusCode, ResponseBody? body) => new(
        statusCode, body ?? ResponseBody.From(_content), [.. _metadata.Where(line => line.Name is not ("ETag" or "Last-Modified" or "Accept-Ranges"))]);

    private HttpResponse Part(ResponseBody body, ByteRange range) => new(
        206, body, [.. _metadata, ("Content-Range", string.Create(CultureInfo.InvariantCulture, $"bytes {range.Start}-{range.Start + range.Length - 1}/{Info.Length}"))]);
}

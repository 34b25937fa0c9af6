using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Pwb.Http;

namespace Pwb.Conditions;

/// <summary>Several parts of a representation, as multipart/byteranges: RFC 9110 §14.6.</summary>
internal sealed class MultipartBody : ResponseBody
{
    // random, so that no content contains it
    private readonly string _boundary = RandomNumberGenerator.GetHexString(32, lowercase: true);
    private readonly (byte[] Head, ResponseBody Content)[] _parts;
    private readonly byte[] _end;
    private readonly long _length;

    /// <summary>Makes a body.</summary>
    /// <param name="ranges">The parts: at least two.</param>
    /// <param name="contents">The content of each, which now belongs to the body.</param>
    /// <param name="contentType">The media type of the representation.</param>
    /// <param name="completeLength">The length of the representation.</param>
    public MultipartBody(
        ReadOnlySpan<ByteRange> ranges, ReadOnlySpan<ResponseBody> contents, string contentType, long completeLength)
    {
        _parts = new (byte[], ResponseBody)[ranges.Length];
        _end = Encoding.ASCII.GetBytes($"\r\n--{_boundary}--\r\n");
        _length = _end.Length;
        for (int i = 0; i < ranges.Length; i++)
        {
            // A line end in front of the first boundary as well, like Apache and nginx: zsync reads over one without looking.
            string head = $"\r\n--{_boundary}\r\nContent-Type: {contentType}\r\nContent-Range: "
                + $"{ContentRange(ranges[i], completeLength)}\r\n\r\n";
            _parts[i] = (Encoding.Latin1.GetBytes(head), contents[i]);
            _length += head.Length + ranges[i].Length;
        }
    }

    public override long? Length => _length;

    /// <summary>The value of Content-Type for all of it.</summary>
    public string ContentType => $"multipart/byteranges; boundary={_boundary}";

    /// <summary>The value of Content-Range for a part: RFC 9110 §14.4.</summary>
    public static string ContentRange(ByteRange range, long completeLength) =>
        string.Create(CultureInfo.InvariantCulture, $"bytes {range.Start}-{range.End - 1}/{completeLength}");

    public override async ValueTask WriteToAsync(Stream output, CancellationToken cancellationToken)
    {
        foreach ((byte[] head, ResponseBody content) in _parts)
        {
            await output.WriteAsync(head, cancellationToken).ConfigureAwait(false);
            await content.WriteToAsync(output, cancellationToken).ConfigureAwait(false);
        }

        await output.WriteAsync(_end, cancellationToken).ConfigureAwait(false);
    }

    public override async ValueTask DisposeAsync()
    {
        foreach ((_, ResponseBody content) in _parts) await content.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }
}

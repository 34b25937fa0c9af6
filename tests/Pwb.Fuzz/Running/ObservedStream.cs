using System.Text;

namespace Pwb.Fuzz.Running;

/// <summary>
/// A request's content that writes down what passes through it, how it ends, and the trailers that are then there.
/// </summary>
internal sealed class ObservedStream(HttpRequest request, ObservedRequest observed) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            int count = await request.Body.ReadAsync(buffer, cancellationToken);
            observed.Content.AddRange(buffer.Span[..count]);
            if (count == 0 && buffer.Length > 0)
            {
                observed.SawEnd = true;
                observed.Trailers = DescribeTrailers(request.Trailers);
            }

            return count;
        }
        catch (RequestRejectedException rejected)
        {
            observed.RejectedWith = rejected.StatusCode;
            throw;
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    private static string DescribeTrailers(HttpFields trailers)
    {
        StringBuilder text = new();
        foreach (FieldLine line in trailers)
            text.Append("\n  ").Append(Encoding.Latin1.GetString(line.Name)).Append(": ").Append(
                Encoding.Latin1.GetString(line.Value));
        return text.ToString();
    }
}

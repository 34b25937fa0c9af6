using System.Text;

namespace Pwb.Fuzz.Running;

/// <summary>
/// A request's content that writes down what passes through it, how it ends, and the trailers that are then there.
/// </summary>
internal sealed class ObservedStream(HttpRequest request, ObservedRequest observed) : AsyncStream
{
    public override bool CanWrite => false;

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

    private static string DescribeTrailers(HttpFields trailers)
    {
        StringBuilder text = new();
        foreach (FieldLine line in trailers)
            text.Append("\n  ").Append(Encoding.Latin1.GetString(line.Name)).Append(": ").Append(
                Encoding.Latin1.GetString(line.Value));
        return text.ToString();
    }
}

using Pwb.Model;

namespace Pwb.Proxying;

/// <summary>
/// The content of the target's response. If the target fails before anything has been sent, the client gets the response for
/// that; later its own response is cut.
/// </summary>
/// <param name="content">The content as it comes.</param>
/// <param name="fail">Writes the reason into the log, and makes the response for it.</param>
internal sealed class TargetContent(Stream content, Func<Exception, HttpResponse> fail) : ForwardStream
{
    public override bool CanRead => true;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw new RequestRejectedException(fail(exception), exception.Message);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) content.Dispose();
        base.Dispose(disposing);
    }
}

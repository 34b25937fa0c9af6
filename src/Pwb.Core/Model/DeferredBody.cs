namespace Pwb.Model;

/// <summary>The writer of a response whose head is not known yet.</summary>
internal sealed class DeferredBody(Func<ResponseStarter, CancellationToken, ValueTask> write) : ResponseBody
{
    /// <inheritdoc/>
    public override long? Length => null;

    public ValueTask WriteAsync(ResponseStarter starter, CancellationToken cancellationToken) =>
        write(starter, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask WriteToAsync(Stream output, CancellationToken cancellationToken) =>
        write(new ResponseStarter(_ => output), cancellationToken);
}

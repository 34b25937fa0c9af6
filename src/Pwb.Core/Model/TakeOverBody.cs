namespace Pwb.Model;

/// <summary>What follows a 101 (Switching Protocols). It is no content: it gets the connection in both directions.</summary>
internal sealed class TakeOverBody(string protocol, Func<Stream, CancellationToken, ValueTask> run) : ResponseBody
{
    /// <summary>The protocol that the connection goes over to.</summary>
    public string Protocol => protocol;

    /// <inheritdoc/>
    public override long? Length => null;

    /// <inheritdoc/>
    public override ValueTask WriteToAsync(Stream output, CancellationToken cancellationToken) => run(output, cancellationToken);
}

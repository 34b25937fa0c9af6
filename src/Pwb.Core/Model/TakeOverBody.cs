namespace Pwb.Model;

/// <summary>The body of a 101 (Switching Protocols). It has no content, but gets the connection in both directions.</summary>
/// <param name="protocol">The protocol's name.</param>
/// <param name="run">Speaks it.</param>
/// <param name="tellsFailures">
/// Whether it has told the client, in its own way, before it throws: then the connection is closed in good order all the same.
/// </param>
internal sealed class TakeOverBody(string protocol, Func<Stream, CancellationToken, ValueTask> run, bool tellsFailures)
    : ResponseBody
{
    /// <summary>The protocol that the connection goes over to.</summary>
    public string Protocol => protocol;

    /// <summary>Whether the connection ends properly even after a failure.</summary>
    public bool TellsFailures => tellsFailures;

    /// <inheritdoc/>
    public override long? Length => null;

    /// <inheritdoc/>
    public override ValueTask WriteToAsync(Stream output, CancellationToken cancellationToken) => run(output, cancellationToken);
}

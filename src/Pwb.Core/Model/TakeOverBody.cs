namespace Pwb.Model;

/// <summary>
/// The body of a 101 (Switching Protocols), or of a 2xx response to CONNECT. It has no content, but gets the connection in both
/// directions.
/// </summary>
/// <param name="protocol">The protocol's name; null for a tunnel, which only CONNECT asks for.</param>
/// <param name="run">Speaks it.</param>
/// <param name="tellsFailures">
/// Whether it has told the client, in its own way, before it throws: then the connection is closed in good order all the same.
/// </param>
/// <param name="owned">What is disposed of with the body, whether it has run or not; null for nothing.</param>
internal sealed class TakeOverBody(
    string? protocol, Func<Stream, CancellationToken, ValueTask> run, bool tellsFailures, IDisposable? owned = null)
    : ResponseBody
{
    /// <summary>The protocol that the connection goes over to; null for a tunnel.</summary>
    public string? Protocol => protocol;

    /// <summary>Whether the connection ends properly even after a failure.</summary>
    public bool TellsFailures => tellsFailures;

    /// <summary>
    /// Whether it reads until the client's end, and so sees a FIN by itself. Its token is then cancelled only when the connection
    /// is over: what came before the FIN may still be on its way.
    /// </summary>
    public bool ReadsToEnd { get; init; }

    /// <inheritdoc/>
    public override long? Length => null;

    /// <inheritdoc/>
    public override ValueTask WriteToAsync(Stream output, CancellationToken cancellationToken) => run(output, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        owned?.Dispose();
        return base.DisposeAsync();
    }
}

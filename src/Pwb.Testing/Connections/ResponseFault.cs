namespace Pwb.Testing.Connections;

/// <summary>What is wrong with the bytes of one response on their way.</summary>
/// <param name="CutAfter">After how many bytes of content the connection ends.</param>
/// <param name="StallAfter">After how many bytes of content nothing more comes.</param>
/// <param name="BytesPerSecond">How fast the content comes.</param>
/// <param name="DeclaredLength">The Content-Length that the head has in place of the true one.</param>
internal sealed record ResponseFault(
    long? CutAfter = null, long? StallAfter = null, int? BytesPerSecond = null, long? DeclaredLength = null)
{
    public static ResponseFault None { get; } = new();
}

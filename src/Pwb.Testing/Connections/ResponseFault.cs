namespace Pwb.Testing.Connections;

/// <summary>The fault in the bytes of one response.</summary>
/// <param name="CutAfter">After how many bytes of content the connection ends.</param>
/// <param name="StallAfter">After how many bytes of content nothing more comes.</param>
/// <param name="BytesPerSecond">The rate of the content.</param>
/// <param name="DeclaredLength">The Content-Length that the head has in place of the true one.</param>
internal sealed record ResponseFault(
    long? CutAfter = null, long? StallAfter = null, int? BytesPerSecond = null, long? DeclaredLength = null)
{
    public static ResponseFault None { get; } = new();
}

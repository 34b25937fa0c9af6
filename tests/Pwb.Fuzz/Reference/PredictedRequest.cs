namespace Pwb.Fuzz.Reference;

/// <summary>What the handler must be shown of one request.</summary>
internal sealed record PredictedRequest(
    string Head, HandlerBehaviour Behaviour, byte[] Content, string Trailers, IReadOnlyList<int> RejectedWith)
{
    /// <summary>Whether the handler reads on until it is told that the content is at its end, or wrong.</summary>
    public bool ReadsAll { get; init; }

    public bool ContentIsWhole => RejectedWith.Count == 0;
}

namespace Pwb.Fuzz.Running;

internal sealed class MalformedResponseException(string message) : Exception(message)
{
    /// <summary>Whether what there was is right, and only the rest is missing.</summary>
    public bool EndsEarly { get; init; }
}

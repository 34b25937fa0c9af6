namespace Pwb.Testing.Recordings;

/// <summary>A response of a real service.</summary>
/// <param name="StatusCode">The status code.</param>
/// <param name="Fields">The field lines that are the service's own, and no secret.</param>
/// <param name="Content">The content.</param>
internal sealed record RecordedResponse(int StatusCode, IReadOnlyList<(string Name, string Value)> Fields, byte[] Content)
{
    /// <summary>The same as a response.</summary>
    public HttpResponse ToResponse() => new(
        StatusCode, Content.Length == 0 ? null : ResponseBody.From(new ReadOnlyMemory<byte>(Content)), [.. Fields]);
}

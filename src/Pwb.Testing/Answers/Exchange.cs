using Pwb.Testing.Connections;

namespace Pwb.Testing.Answers;

/// <summary>A request on its way to its answer.</summary>
/// <param name="Recorded">The request, with its content.</param>
/// <param name="Wire">The connection that it came by.</param>
internal sealed record Exchange(RecordedRequest Recorded, Wire Wire)
{
    /// <summary>The request for a handler: as it was sent, its content to be read once more.</summary>
    public HttpRequest ToRequest(CancellationToken cancellationToken)
    {
        HttpRequest request = Recorded.Request;
        List<(string Name, string Value)> lines = [];
        foreach ((string name, string value) in request.Headers) lines.Add((name, value));
        HttpConnectionInfo connection = new() { Id = request.Connection.Id, IsSecure = Recorded.Scheme == "https" };
        return new HttpRequest(request.Method, Recorded.Target, new MemoryStream(Recorded.Content.ToArray()), [.. lines])
        {
            Aborted = cancellationToken,
            Stopping = request.Stopping,
            Connection = connection,
            Version = request.Version,
        };
    }
}

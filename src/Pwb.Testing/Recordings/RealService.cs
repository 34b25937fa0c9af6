using System.Collections.Frozen;
using System.Net.Http.Headers;

namespace Pwb.Testing.Recordings;

/// <summary>Passes a request on to a real service, and its response back.</summary>
internal static class RealService
{
    // RFC 9110 §7.6.1, and fields that each side writes itself.
    private static readonly FrozenSet<string> OfTheConnection = FrozenSet.ToFrozenSet(
        [
            "Connection", "Content-Length", "Date", "Expect", "Host", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization",
            "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade",
        ],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>Asks, and records the response.</summary>
    public static async ValueTask<HttpResponse?> AskAsync(
        HttpClient service, RecordedRequest recorded, CancellationToken cancellationToken)
    {
        using HttpRequestMessage message = new(new HttpMethod(recorded.Method), new Uri(service.BaseAddress!, recorded.Target));
        if (recorded.ContentLength > recorded.Content.Length)
            throw new InvalidOperationException("The content is longer than what is kept of it: it cannot be passed on.");
        if (recorded.ContentLength > 0) message.Content = new ReadOnlyMemoryContent(recorded.Content);
        foreach ((string name, string value) in recorded.Headers)
        {
            if (OfTheConnection.Contains(name)) continue;
            if (!message.Headers.TryAddWithoutValidation(name, value))
                message.Content?.Headers.TryAddWithoutValidation(name, value);
        }

        using HttpResponseMessage response = await service.SendAsync(message, cancellationToken).ConfigureAwait(false);
        byte[] content = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        List<(string Name, string Value)> fields = [];
        Add(fields, response.Headers);
        Add(fields, response.Content.Headers);
        bool isHead = recorded.Method == "HEAD";
        RecordedResponse answered = new((int)response.StatusCode, fields, isHead ? [] : content);
        recorded.Response = answered;
        return answered.ToResponse();
    }

    private static void Add(List<(string Name, string Value)> fields, HttpHeaders headers)
    {
        foreach ((string name, HeaderStringValues values) in headers.NonValidated)
        {
            if (OfTheConnection.Contains(name)) continue;
            foreach (string value in values) fields.Add((name, value.Trim()));
        }
    }
}

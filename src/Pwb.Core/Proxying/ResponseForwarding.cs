using System.Net.Http.Headers;
using System.Text;
using Pwb.Model;

namespace Pwb.Proxying;

/// <summary>Makes the client's response from the target's.</summary>
internal static class ResponseForwarding
{
    private static readonly string[] Rewritten = ["Content-Length", "Date"]; // the server writes its own

    /// <param name="request">The client's request.</param>
    /// <param name="response">The response, which the new one owns.</param>
    /// <param name="fail">Makes the response for a target that fails in its content.</param>
    /// <exception cref="ArgumentException">The response cannot be passed on.</exception>
    /// <exception cref="HttpRequestException">
    /// The response switches to another protocol without a request for it, or the end of its content is not certain.
    /// </exception>
    public static HttpResponse Make(HttpRequest request, HttpResponseMessage response, Func<Exception, HttpResponse> fail)
    {
        try
        {
            if (!HasCertainEnd(response)) throw new HttpRequestException("It does not say clearly where its content ends.");
            int statusCode = (int)response.StatusCode;
            List<(string, string)> lines = LinesOf(response);
            if (statusCode == 101) return Switch(request, response, lines);
            AddDemanded(statusCode, lines);
            return new HttpResponse(statusCode, BodyOf(response, fail), [.. lines]);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private static HttpResponse Switch(HttpRequest request, HttpResponseMessage response, List<(string, string)> lines)
    {
        if (!request.IsWebSocketRequest) throw new HttpRequestException("It switches to a protocol unasked.");
        CancellationToken stopping = request.Stopping;
        TakeOverBody body = new("websocket", RunAsync, tellsFailures: false, response) { ReadsToEnd = true };
        return HttpResponse.TakeOver(body, [.. lines]);

        async ValueTask RunAsync(Stream client, CancellationToken token)
        {
            using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(token, stopping);
            Stream target = await response.Content.ReadAsStreamAsync(end.Token).ConfigureAwait(false);
            await Relay.RunAsync(client, target, end.Token).ConfigureAwait(false);
        }
    }

    private static ResponseBody? BodyOf(HttpResponseMessage response, Func<Exception, HttpResponse> fail)
    {
        if ((int)response.StatusCode is not (204 or 205 or 304))
        {
            TargetContent content = new(response.Content.ReadAsStream(), fail);
            return ResponseBody.From(content, response.Content.Headers.ContentLength);
        }

        response.Dispose(); // otherwise the body owns the connection
        return null;
    }

    // RFC 9112 §6.3: another reader may find another end than the client library does. A request has no TE, so chunked is the
    // only coding that a response may have.
    private static bool HasCertainEnd(HttpResponseMessage response)
    {
        bool hasLength = response.Content.Headers.NonValidated.TryGetValues("Content-Length", out HeaderStringValues lengths);
        if (response.Headers.NonValidated.TryGetValues("Transfer-Encoding", out HeaderStringValues codings))
            return !hasLength && codings.ToString().Equals("chunked", StringComparison.OrdinalIgnoreCase);
        bool isLength = lengths.Count == 1 && lengths.ToString().All(char.IsAsciiDigit);
        return !hasLength || (isLength && response.Content.Headers.ContentLength is not null);
    }

    // Adds the required field that some servers leave out. Browsers ignore a challenge with an unknown scheme.
    private static void AddDemanded(int statusCode, List<(string Name, string Value)> lines)
    {
        (string Name, string Value)? demanded = statusCode switch
        {
            401 => ("WWW-Authenticate", "Unspecified"),
            405 => ("Allow", ""),
            426 => ("Upgrade", "websocket"), // the target's own is for its connection, and nothing else goes through
            _ => null,
        };
        if (demanded is { } line && !lines.Exists(known => known.Name.Equals(line.Name, StringComparison.OrdinalIgnoreCase)))
            lines.Add(line);
    }

    private static List<(string Name, string Value)> LinesOf(HttpResponseMessage response)
    {
        HopFields hop = new();
        if (response.Headers.NonValidated.TryGetValues("Connection", out HeaderStringValues connection))
            hop.Add(Encoding.Latin1.GetBytes(connection.ToString()));

        List<(string, string)> lines = [];
        Add(response.Headers.NonValidated);
        Add(response.Content.Headers.NonValidated);
        return lines;

        void Add(HttpHeadersNonValidated headers)
        {
            foreach ((string name, HeaderStringValues values) in headers)
            {
                if (hop.Has(name) || Rewritten.Contains(name, StringComparer.OrdinalIgnoreCase)) continue;
                foreach (string value in values) lines.Add((name, value));
            }
        }
    }
}

using System.Net.Http.Headers;
using System.Text;

namespace Pwb.Proxying;

/// <summary>Makes the client's response from the target's.</summary>
internal static class ResponseForwarding
{
    private static readonly string[] Rewritten = ["Content-Length", "Date"]; // the server writes its own

    /// <param name="request">The client's request.</param>
    /// <param name="response">The response, which the new one owns.</param>
    /// <exception cref="ArgumentException">The response cannot be passed on.</exception>
    /// <exception cref="HttpRequestException">The response switches to another protocol without a request for it.</exception>
    public static HttpResponse Make(HttpRequest request, HttpResponseMessage response)
    {
        try
        {
            int statusCode = (int)response.StatusCode;
            List<(string, string)> lines = LinesOf(response);
            if (statusCode == 101) return Switch(request, response, lines);
            AddDemanded(statusCode, lines);
            return new HttpResponse(statusCode, BodyOf(request, response), [.. lines]);
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
        return HttpResponse.Upgrade("websocket", RunAsync, [.. lines]);

        async ValueTask RunAsync(Stream client, CancellationToken token)
        {
            using (response)
            using (CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(token, stopping))
            {
                Stream target = await response.Content.ReadAsStreamAsync(end.Token).ConfigureAwait(false);
                await Tunnel.RunAsync(client, target, end.Token).ConfigureAwait(false);
            }
        }
    }

    private static ResponseBody? BodyOf(HttpRequest request, HttpResponseMessage response)
    {
        long? length = response.Content.Headers.ContentLength;
        if ((int)response.StatusCode is 204 or 205 or 304) return Nothing(response);
        return request.Method == "HEAD" && length is null
            ? Nothing(response)
            : ResponseBody.From(response.Content.ReadAsStream(), length); // it owns the connection
    }

    private static ResponseBody? Nothing(HttpResponseMessage response)
    {
        response.Dispose();
        return null;
    }

    // Some servers leave out a field that is required. Browsers ignore a challenge with an unknown scheme.
    private static void AddDemanded(int statusCode, List<(string Name, string Value)> lines)
    {
        (string Name, string Value)? demanded = statusCode switch
        {
            401 => ("WWW-Authenticate", "Unspecified"),
            405 => ("Allow", ""),
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

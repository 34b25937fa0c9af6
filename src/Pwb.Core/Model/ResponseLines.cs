using System.Text;
using Pwb.Http;

namespace Pwb.Model;

/// <summary>Responses with other field lines, for handlers around another one.</summary>
internal static class ResponseLines
{
    /// <summary>
    /// A head with the field lines of a response added that it has not itself, and with the response's body.
    /// </summary>
    public static HttpResponse MergeInto(this HttpResponse response, HttpResponse head)
    {
        List<(string Name, string Value)> lines = head.Lines();
        HashSet<string> names = new(lines.Select(line => line.Name), StringComparer.OrdinalIgnoreCase) { "Content-Type" };
        lines.AddRange(response.Lines().Where(line => !names.Contains(line.Name)));
        return new HttpResponse(head.StatusCode, [.. lines], response.Body);
    }

    /// <summary>The same response, which says that it depends on a field of the request (RFC 9110 §12.5.5).</summary>
    public static HttpResponse WithVary(this HttpResponse response, ReadOnlySpan<byte> name) =>
        Varying.Has(response.Headers, name) ? response : response.WithAdded("Vary", Encoding.ASCII.GetString(name));

    /// <summary>The same response with those of the lines whose names it does not have.</summary>
    public static HttpResponse WithMissing(this HttpResponse response, (string Name, string Value)[] lines)
    {
        List<(string Name, string Value)> all = response.Lines();
        int count = all.Count;
        foreach ((string Name, string Value) line in lines)
        {
            if (!all.Exists(known => string.Equals(known.Name, line.Name, StringComparison.OrdinalIgnoreCase))) all.Add(line);
        }

        return all.Count == count ? response : new HttpResponse(response.StatusCode, [.. all], response.Body);
    }
}

using System.Globalization;
using System.Text;
using Pwb.Conditions;
using Pwb.Http;

namespace Pwb;

/// <summary>Preconditions and ranges, for any response: RFC 9110 §13, §14.</summary>
/// <example><code>HttpResponse.Bytes(png, contentType: "image/png").With("ETag", "\"7\"").RespondTo(request)</code></example>
public static class ConditionalResponses
{
    private const int MaxRanges = 16; // several parts cost a head each; RFC 9110 §14.2 lets a server ignore more

    // Fields about content that is not sent then. RFC 9110 §15.4.5 asks for all other fields in a 304.
    private static readonly string[] ContentFields =
        ["Content-Type", "Content-Encoding", "Content-Language", "Content-Disposition", "Last-Modified", "Accept-Ranges"];

    /// <summary>
    /// Applies a request's conditions and ranges to a response. For a GET or HEAD that would get this 200, evaluates the
    /// preconditions by ETag and Last-Modified, and Range if the length of the body is known (RFC 9110 §13.2.2, §14.2).
    /// </summary>
    /// <param name="response">The response that the handler has.</param>
    /// <param name="request">The request. Another method, or another status than 200, gets the response as it is.</param>
    /// <returns>
    /// This response, with Accept-Ranges; 304 if the client has it already; 412 if the client wants another state of it; 206 with
    /// the requested part or parts; 416 if there is no such part. Several parts (at most 16, ascending, disjoint) need content in
    /// memory or a seekable stream. A push body writes everything, and the rest is dropped. The new response owns the body.
    /// </returns>
    public static HttpResponse RespondTo(this HttpResponse response, HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(response);
        ArgumentNullException.ThrowIfNull(request);
        return RespondAt(response, TimeProvider.System.GetUtcNow(), request);
    }

    /// <summary>
    /// Evaluates the preconditions of a request that will change something, such as <c>PUT</c> with If-Match, so that no client
    /// overwrites another's change unseen (RFC 9110 §13.2.2).
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="entityTag">
    /// The entity tag of the current state, with its quotes, such as "\"7\""; null if the resource does not exist yet.
    /// </param>
    /// <returns>
    /// 412 if the client wants to change another state; 304 for a GET or HEAD of a state that the client has; null if the handler
    /// may go on.
    /// </returns>
    public static HttpResponse? CheckPreconditions(this HttpRequest request, string? entityTag)
    {
        ArgumentNullException.ThrowIfNull(request);
        SelectionFields fields = new(request.Headers);

        // Without a representation, If-Match always fails, and If-None-Match never does: §13.1.1, §13.1.2.
        if (entityTag is null) return fields.HasIfMatch ? PreconditionFailed([], ResponseBody.Empty) : null;
        byte[] tag = Encoding.Latin1.GetBytes(entityTag);
        bool isGetOrHead = request.Method is "GET" or "HEAD";
        return Preconditions.Evaluate(fields, tag, lastModified: null, TimeProvider.System.GetUtcNow(), isGetOrHead) switch
        {
            PreconditionOutcome.NotModified => new HttpResponse(304, null, ("ETag", entityTag)),
            PreconditionOutcome.Failed => PreconditionFailed([], ResponseBody.Empty),
            _ => null,
        };
    }

    internal static HttpResponse RespondAt(HttpResponse response, DateTimeOffset now, HttpRequest request)
    {
        if (response.StatusCode != 200 || request.Method is not ("GET" or "HEAD")) return response;

        SelectionFields fields = new(request.Headers);
        ReadOnlySpan<byte> entityTag = response.Headers.TryGetValue("ETag"u8, out ReadOnlySpan<byte> tag) ? tag : default;
        DateTimeOffset? lastModified = null;
        if (response.Headers.TryGetValue("Last-Modified"u8, out ReadOnlySpan<byte> time)
            && HttpDate.TryParse(time, now, out DateTimeOffset date))
            lastModified = date;

        switch (Preconditions.Evaluate(fields, entityTag, lastModified, now, isGetOrHead: true))
        {
            case PreconditionOutcome.NotModified:
                bool hasTag = !entityTag.IsEmpty; // then the date adds nothing
                IEnumerable<(string Name, string Value)> kept =
                    response.Lines().Where(line => !IsContentField(line.Name) || (!hasTag && Is(line.Name, "Last-Modified")));
                return new HttpResponse(304, Substitute(default, response.Body), [.. kept]);
            case PreconditionOutcome.Failed: return PreconditionFailed(LinesWithoutContent(response), response.Body);
            default: break;
        }

        if (response.ContentLength is not { } length) return response;
        bool isOffered = response.Headers["Accept-Ranges"] is not null;
        if (isOffered && !Is(response.Headers["Accept-Ranges"]!, "bytes")) return response;

        HttpResponse whole = isOffered ? response : response.WithAdded("Accept-Ranges", "bytes");
        if (request.Method != "GET" || !fields.HasRange) return whole;
        if (!Preconditions.IsRangeCurrent(fields, entityTag, lastModified, now)) return whole;

        // Content-Encoding applies to a whole message, and parts with their heads are not coded. So a coded response sends one
        // part at most.
        bool takesSeveral = response.Body.CanSeek && response.Headers["Content-Encoding"] is null;
        return Select(whole, ByteRanges.Parse(fields.Range, length, takesSeveral ? MaxRanges : 1), length);
    }

    private static HttpResponse Select(HttpResponse response, in ByteRanges ranges, long length)
    {
        switch (ranges.Kind)
        {
            case ByteRangeKind.Part:
                string only = MultipartBody.ContentRange(ranges.Only, length);
                ResponseBody part = response.Body.Slice(ranges.Only.Start, ranges.Only.Length);
                return new HttpResponse(206, part, [.. response.Lines(), ("Content-Range", only)]);
            case ByteRangeKind.Parts:
                ResponseBody[] parts = new ResponseBody[ranges.Parts.Length];
                for (int i = 0; i < parts.Length; i++)
                    parts[i] = response.Body.Slice(ranges.Parts[i].Start, ranges.Parts[i].Length);
                string contentType = response.Headers["Content-Type"] ?? response.Body.DefaultContentType;
                MultipartBody body = new(ranges.Parts, parts, contentType, length);
                IEnumerable<(string, string)> others = response.Lines().Where(line => !Is(line.Name, "Content-Type"));
                return new HttpResponse(206, body, [("Content-Type", body.ContentType), .. others]);
            case ByteRangeKind.Unsatisfiable:
                string none = string.Create(CultureInfo.InvariantCulture, $"bytes */{length}");
                ResponseBody text = Substitute("416 Range Not Satisfiable\n"u8.ToArray(), response.Body);
                return new HttpResponse(416, text, [.. LinesWithoutContent(response), ("Content-Range", none)]);
            default:
                return response;
        }
    }

    private static HttpResponse PreconditionFailed(List<(string Name, string Value)> lines, ResponseBody body) =>
        new(412, Substitute("412 Precondition Failed\n"u8.ToArray(), body), [.. lines]);

    private static SubstituteBody Substitute(ReadOnlyMemory<byte> content, ResponseBody replaced) => new(content, replaced);

    private static List<(string Name, string Value)> LinesWithoutContent(HttpResponse response) =>
        [.. response.Lines().Where(line => !IsContentField(line.Name) && !IsCachingField(line.Name))];

    private static bool IsCachingField(string name) => Is(name, "ETag") || Is(name, "Cache-Control") || Is(name, "Expires");

    private static bool Is(string name, string other) => string.Equals(name, other, StringComparison.OrdinalIgnoreCase);

    private static bool IsContentField(string name) => Array.Exists(ContentFields, field => Is(field, name));
}

using System.Net.Http.Headers;
using ModelContextProtocol;

namespace Pwb.Mcp;

/// <summary>The media types that a client sends and accepts.</summary>
internal static class MediaTypes
{
    private static readonly HttpResponse WrongContent = new Fault(
        415, McpErrorCode.InvalidRequest, "The content is to be application/json, in UTF-8 and not coded.").ToResponse(default);

    private static readonly HttpResponse WrongAccept = new Fault(
        406, McpErrorCode.InvalidRequest, "Accept is to list application/json and text/event-stream.").ToResponse(default);

    /// <summary>The refusal, if the fields call for one.</summary>
    public static HttpResponse? WhatIsWrong(HttpFields fields)
    {
        if (!IsJson(fields["Content-Type"]) || fields["Content-Encoding"] is not (null or "identity")) return WrongContent;

        string? accept = fields["Accept"];
        return Takes(accept, "application/json") && Takes(accept, "text/event-stream") ? null : WrongAccept;
    }

    // A page of another site can have a browser send text or a form without asking first, and JSON only with a preflight.
    private static bool IsJson(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out MediaTypeHeaderValue? type)
        && Is(type.MediaType, "application/json")
        && (type.CharSet is null || Is(type.CharSet.Trim('"'), "utf-8"));

    // RFC 9110 §12.5.1: the most specific range decides.
    private static bool Takes(string? accept, string mediaType)
    {
        if (accept is null) return false;
        int best = 0;
        bool takes = false;
        foreach (string element in accept.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!MediaTypeWithQualityHeaderValue.TryParse(element, out MediaTypeWithQualityHeaderValue? range)) continue;
            int fit = Fit(range.MediaType, mediaType);
            if (fit <= best) continue;
            best = fit;
            takes = range.Quality is not 0;
        }

        return takes;
    }

    private static int Fit(string? range, string mediaType)
    {
        if (Is(range, mediaType)) return 3;
        if (Is(range, mediaType[..mediaType.IndexOf('/', StringComparison.Ordinal)] + "/*")) return 2;
        return range == "*/*" ? 1 : 0;
    }

    private static bool Is(string? text, string other) => string.Equals(text, other, StringComparison.OrdinalIgnoreCase);
}

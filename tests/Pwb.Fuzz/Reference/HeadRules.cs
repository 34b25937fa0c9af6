namespace Pwb.Fuzz.Reference;

/// <summary>
/// What only the whole head shows to be wrong. Several rules may be broken at once: the server may name any of them.
/// </summary>
internal static class HeadRules
{
    public static void Check(ReferenceHead head, PwbServerLimits limits)
    {
        List<int> statuses = [];
        if (!head.IsHttp10 && !head.Values("Host").Any())
            statuses.Add(400);
        if (!RegisteredMethods.Contains(head.Method))
            statuses.Add(501);
        if (head.IsChunked)
            statuses.AddRange(CheckCodings(string.Join(',', head.Values("Transfer-Encoding"))));
        if (!head.IsHttp10 && head.Expectations.Any(value => !value.Equals("100-continue", StringComparison.OrdinalIgnoreCase)))
            statuses.Add(417);
        if (head.ContentLength > limits.MaxContentLength)
            statuses.Add(413);
        if (head.IsWebSocket && head.Values("Sec-WebSocket-Version").Any(value => value is not "13"))
            statuses.Add(426);
        if (statuses.Count == 0)
            return;
        if (ServerAnswers.Refusal(head) is { } refusal)
            statuses.Add(refusal); // wrong in itself, and not for this server: either may be said
        throw new RefusedException("the head as a whole", [.. statuses]);
    }

    // R11: exactly one "chunked", at the end
    private static IEnumerable<int> CheckCodings(string list)
    {
        string[] codings = [.. list.Split(',').Select(Characters.TrimOws)];
        bool IsChunked(string coding) => coding.Equals("chunked", StringComparison.OrdinalIgnoreCase);

        if (codings.Any(coding => coding.Length == 0) || !IsChunked(codings[^1]) || codings[..^1].Any(IsChunked))
            return [400];
        if (codings.Length == 1)
            return [];

        // Both are right for a coding that is neither known nor well-formed.
        return codings.All(Characters.IsToken) ? [501] : [400, 501];
    }
}

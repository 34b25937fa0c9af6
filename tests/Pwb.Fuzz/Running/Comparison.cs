using Pwb.Fuzz.Reference;

namespace Pwb.Fuzz.Running;

/// <summary>Holds what was seen against what the reference predicts.</summary>
internal static class Comparison
{
    /// <returns>The first difference; null when there is none.</returns>
    public static string? FindDifference(List<PredictedExchange> predicted, Outcome outcome)
    {
        try
        {
            return outcome.Fault ?? Walk(predicted, outcome);
        }
        catch (MalformedResponseException malformed)
        {
            return malformed.Message;
        }
    }

    private static string? Walk(List<PredictedExchange> predicted, Outcome outcome)
    {
        ResponseReader reader = new(outcome.Output);
        int handled = 0;
        foreach (PredictedExchange exchange in predicted)
        {
            if (exchange.Request is { } request)
            {
                if (handled == outcome.Requests.Count)
                    return $"the handler was not shown request {handled + 1}";
                if (CompareRequest(request, outcome.Requests[handled++]) is { } difference)
                    return difference;
            }

            if (reader.AtEnd && exchange.MayBeSilent)
                break;
            if (reader.AtEnd)
                return $"no answer where [{string.Join(" or ", exchange.Answers)}] was due";

            int sentBefore = reader.Position;
            ObservedResponse response = reader.Read(exchange.IsHead);
            if (response.Continues > (exchange.MayContinue ? 1 : 0))
                return "a 100 that nobody waits for";

            // Of two answers that differ only in whether the connection goes on, what follows tells which it is.
            Answer? answer = exchange.Answers
                .Where(candidate => Matches(candidate, response, exchange))
                .OrderBy(candidate => candidate.EndsConnection == reader.AtEnd ? 0 : 1)
                .FirstOrDefault();
            if (answer is null)
                return $"answered {response} where [{string.Join(" or ", exchange.Answers)}] was due";
            if (answer.Kind == AnswerKind.Whole && FindWaitTooEarly(exchange, outcome, sentBefore, reader.Position) is { } wait)
                return wait;
            if (answer.EndsConnection)
                break;
        }

        if (!reader.AtEnd)
            return "more was sent after the last answer that was due";
        return handled < outcome.Requests.Count
            ? $"the handler was shown {outcome.Requests.Count} requests where {handled} were due" : null;
    }

    // R3 of the design, R14 and R16: nothing that the client may be waiting for is held back while the server itself waits.
    private static string? FindWaitTooEarly(PredictedExchange exchange, Outcome outcome, int sentBefore, int sentAfter)
    {
        if (outcome.FirstWaitFrom(exchange.IsAnsweredFirst ? exchange.HeadEnd : exchange.End).Sent < sentAfter)
            return "waited for more before the answer was sent";

        (int position, int sent) = outcome.FirstWaitFrom(exchange.HeadEnd);
        return exchange.MayContinue && position == exchange.HeadEnd && sent == sentBefore
            ? "waited for content before the client was told to send it"
            : null;
    }

    private static string? CompareRequest(PredictedRequest predicted, ObservedRequest observed)
    {
        if (!Same(observed.Head, predicted.Head))
            return $"the handler was shown\n{observed.Head}\nwhere this was due\n{predicted.Head}";
        if (!predicted.Content.AsSpan().StartsWith([.. observed.Content]))
            return $"the handler read {Escaped.Text([.. observed.Content])} where the content "
                + $"is {Escaped.Text(predicted.Content)}";
        if (observed.RejectedWith is { } status && !predicted.RejectedWith.Contains(status))
            return $"the handler was told {status}";
        if (observed.SawEnd && !predicted.ContentIsWhole)
            return "the handler saw the end of content that is not whole";
        if (observed.SawEnd
            && (observed.Content.Count != predicted.Content.Length || !Same(observed.Trailers, predicted.Trailers)))
            return $"the handler read {Escaped.Text([.. observed.Content])}{observed.Trailers} where the whole "
                + $"is {Escaped.Text(predicted.Content)}{predicted.Trailers}";

        return predicted.ReadsAll && !observed.SawEnd
            && observed.RejectedWith is null ? "reading the content came to no end" : null;
    }

    private static bool Matches(Answer answer, ObservedResponse response, PredictedExchange exchange)
    {
        if (!answer.Statuses.Contains(response.Status))
            return false;

        return answer.Kind switch
        {
            AnswerKind.CutOff => (!response.IsWhole || exchange.IsHttp10 || exchange.IsHead)
                && (answer.Content is null || answer.Content.AsSpan().StartsWith(response.Content)),
            AnswerKind.Refusal => response.IsWhole
                && AnnouncementOf(response) == Announcement.Close
                && response.Value("Content-Length") is not null
                && response.Value("Content-Type")?.StartsWith("text/plain", StringComparison.Ordinal) == true,
            _ => response.IsWhole
                && (answer.Content is null || answer.Content.AsSpan().SequenceEqual(response.Content))
                && AnnouncementOf(response) == answer.Close
                && IsFramedAs(answer, response, exchange),
        };
    }

    private static bool IsFramedAs(Answer answer, ObservedResponse response, PredictedExchange exchange)
    {
        bool chunked = !answer.IsSized && !exchange.IsHttp10;
        bool sized = answer.IsSized && response.Status != 204;
        return response.Has("Transfer-Encoding") == chunked && response.Has("Content-Length") == sized;
    }

    private static bool Same(string one, string other) => string.Equals(one, other, StringComparison.Ordinal);

    private static Announcement AnnouncementOf(ObservedResponse response) => response.Value("Connection") switch
    {
        "close" or "close, Upgrade" => Announcement.Close,
        "keep-alive" => Announcement.KeepAlive,
        _ => Announcement.Nothing,
    };
}

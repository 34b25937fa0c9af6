using System.Text;

namespace Pwb.Fuzz.Reference;

/// <summary>How an accepted request may be answered, given its content and what the handler does with it.</summary>
internal static class ExchangeRules
{
    public static PredictedExchange AnsweredByServer(
        ReferenceHead head, ReferenceContent content, PwbServerLimits limits, int status) =>
        Exchange(head, request: null, AnswersOfUnread(head, content, limits, status, expected: null, read: 0));

    public static PredictedExchange AnsweredByHandler(
        ReferenceHead head, ReferenceContent content, PwbServerLimits limits, HandlerBehaviour behaviour)
    {
        byte[] bytes = [.. content.Bytes];
        IReadOnlyList<int> rejectedWith = content.Failure?.Statuses ?? [];
        bool streamsNothing = head.Method is "HEAD" || head.ContentLength == 0;
        PredictedRequest request = new(Describe(head), behaviour, bytes, Describe(content.Trailers), rejectedWith)
        {
            ReadsAll = behaviour is HandlerBehaviour.Echo or HandlerBehaviour.Swallow
                || (behaviour == HandlerBehaviour.EchoStream && !streamsNothing),
        };
        byte[] part = bytes[..Math.Min(bytes.Length, FixedAnswers.PartLength)];

        return Exchange(head, request, behaviour switch
        {
            HandlerBehaviour.Echo => AnswersOfRead(head, content, bytes),
            HandlerBehaviour.Swallow => AnswersOfRead(head, content, FixedAnswers.Swallowed.ToArray()),
            HandlerBehaviour.Ignore => AnswersOfUnread(head, content, limits, 200, FixedAnswers.Ignored.ToArray(), read: 0),
            HandlerBehaviour.ReadPart when part.Length < FixedAnswers.PartLength => AnswersOfRead(head, content, part),
            HandlerBehaviour.ReadPart => AnswersOfUnread(head, content, limits, 200, part, FixedAnswers.PartLength),
            HandlerBehaviour.EchoStream when streamsNothing =>
                AnswersBeforeDrain(head, content, limits, [], isSized: head.ContentLength is not null),
            HandlerBehaviour.EchoStream => AnswersOfStream(head, content, limits, bytes),
            HandlerBehaviour.Push => AnswersOfPush(head, content, limits),
            _ => throw new ArgumentOutOfRangeException(nameof(behaviour)),
        });
    }

    // The handler has read everything, or has been told that it cannot (R13).
    private static IReadOnlyList<Answer> AnswersOfRead(ReferenceHead head, ReferenceContent content, byte[] expected) =>
        content.Failure is { } failure ? [Answer.Refusal(failure.Statuses)] : [Whole(head, 200, expected)];

    // What is left is drained before the answer, so that a framing error in it is answered instead (R13).
    private static IReadOnlyList<Answer> AnswersOfUnread(
        ReferenceHead head, ReferenceContent content, PwbServerLimits limits, int status, byte[]? expected, int read)
    {
        Answer close = Whole(head, status, expected, mustClose: true);
        long left = (head.ContentLength ?? content.Bytes.Count) - read;
        if (left > limits.MaxDrainedContentLength)
            return [close];

        Answer drained = content.Failure is { } failure ? Answer.Refusal(failure.Statuses) : Whole(head, status, expected);

        // Nobody asked for content that waits for a 100, so unless it came by itself there is nothing to drain.
        return head.ExpectsContinue && read == 0 ? [drained, close] : [drained];
    }

    private static IReadOnlyList<Answer> AnswersOfStream(
        ReferenceHead head, ReferenceContent content, PwbServerLimits limits, byte[] expected)
    {
        Answer whole = Whole(head, 200, expected, isSized: head.ContentLength is not null, IsTooMuchToDrain(head, limits));
        return content.Failure is { } failure ? [Answer.Refusal(failure.Statuses), CutOff(whole)] : [whole];
    }

    private static IReadOnlyList<Answer> AnswersOfPush(ReferenceHead head, ReferenceContent content, PwbServerLimits limits) =>
        AnswersBeforeDrain(head, content, limits, [.. FixedAnswers.PushedFirst, .. FixedAnswers.PushedSecond], isSized: false);

    // A streamed answer goes out first. What is wrong with the content then ends the connection without another one.
    private static IReadOnlyList<Answer> AnswersBeforeDrain(
        ReferenceHead head, ReferenceContent content, PwbServerLimits limits, byte[] expected, bool isSized)
    {
        bool isStreamed = head.Method is not "HEAD" && expected.Length > 0;
        Answer whole = Whole(head, 200, expected, isSized, mustClose: isStreamed && IsTooMuchToDrain(head, limits));
        Answer last = whole with { EndsConnection = true };
        if (content.Failure is not null || (head.ContentLength ?? content.Bytes.Count) > limits.MaxDrainedContentLength)
            return [last];

        return head.ExpectsContinue ? [whole, last] : [whole];
    }

    // The head of a streamed answer says whether the connection goes on, before it is known what the stream will read.
    private static bool IsTooMuchToDrain(ReferenceHead head, PwbServerLimits limits) =>
        head.ContentLength > limits.MaxDrainedContentLength;

    private static Answer Whole(ReferenceHead head, int status, byte[]? expected, bool isSized = true, bool mustClose = false)
    {
        bool endsByClosing = !isSized && head.IsHttp10 && head.Method is not "HEAD";
        bool ends = mustClose || !head.KeepsAlive || endsByClosing;
        Announcement announcement = ends ? Announcement.Close : head.IsHttp10 ? Announcement.KeepAlive : Announcement.Nothing;
        return new Answer(AnswerKind.Whole, [status], head.Method is "HEAD" ? [] : expected, isSized, announcement, ends);
    }

    private static Answer CutOff(Answer whole) => whole with { Kind = AnswerKind.CutOff, EndsConnection = true };

    private static PredictedExchange Exchange(ReferenceHead head, PredictedRequest? request, IReadOnlyList<Answer> answers) =>
        new(request, answers, head.Method is "HEAD", head.IsHttp10, head.ExpectsContinue)
        {
            IsAnsweredFirst = request?.Behaviour == HandlerBehaviour.Push,
        };

    private static string Describe(ReferenceHead head)
    {
        string path = head.Target.Path.Length > 0 ? head.Target.Path : "/";
        string query = head.Target.Query.Length > 0 ? head.Target.Query[1..] : "";
        HeadText text = new(
            head.Method, head.RawTarget, path, PathRules.Normalize(path), query, head.IsHttp10 ? 0 : 1, head.Host,
            head.ContentLength);
        foreach (ReferenceField field in head.Fields)
            text.AddField(field.Name, field.Value);
        return text.ToString();
    }

    private static string Describe(List<ReferenceField> trailers)
    {
        StringBuilder text = new();
        foreach (ReferenceField field in trailers)
            text.Append("\n  ").Append(field.Name).Append(": ").Append(field.Value);
        return text.ToString();
    }
}

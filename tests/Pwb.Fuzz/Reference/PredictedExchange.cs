namespace Pwb.Fuzz.Reference;

/// <summary>One step of a connection: perhaps a call of the handler, then an answer.</summary>
/// <param name="Request">What the handler sees; null when the server answers by itself.</param>
/// <param name="Answers">Any of these is right.</param>
/// <param name="IsHead">Whether the answer must come without content.</param>
/// <param name="IsHttp10">Whether the answer must not be chunked and no 100 may come before it.</param>
/// <param name="MayContinue">Whether one 100 may come before the answer.</param>
/// <param name="MayBeSilent">Whether the connection may also end without an answer.</param>
internal sealed record PredictedExchange(
    PredictedRequest? Request, IReadOnlyList<Answer> Answers, bool IsHead = false, bool IsHttp10 = false,
    bool MayContinue = false, bool MayBeSilent = false)
{
    /// <summary>Where in the input the head of the request ends.</summary>
    public int HeadEnd { get; init; }

    /// <summary>Where in the input the whole request ends.</summary>
    public int End { get; init; }

    /// <summary>Whether the answer does not wait for the content.</summary>
    public bool IsAnsweredFirst { get; init; }

    /// <summary>
    /// Whether the bytes of the answer may depend on what has arrived when: 100s, the sizes of chunks,
    /// and answers that are cut off.
    /// </summary>
    public bool DependsOnTiming => MayContinue || Request?.Behaviour == HandlerBehaviour.EchoStream || MayBeSilent
        || Answers.Any(answer => answer.Kind == AnswerKind.CutOff);
}

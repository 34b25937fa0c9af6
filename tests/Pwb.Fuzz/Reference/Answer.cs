namespace Pwb.Fuzz.Reference;

/// <summary>One way in which an exchange may be answered.</summary>
/// <param name="Kind">A whole response, a refusal, or a response that is cut off.</param>
/// <param name="Statuses">The statuses that are allowed; several where rules tie.</param>
/// <param name="Content">The content of a whole response; null when it is not fixed, as in a refusal.</param>
/// <param name="IsSized">Whether the response states its length.</param>
/// <param name="Close">What the response must say about the connection.</param>
/// <param name="EndsConnection">Whether nothing may follow.</param>
internal sealed record Answer(
    AnswerKind Kind, IReadOnlyList<int> Statuses, byte[]? Content, bool IsSized, Announcement Close, bool EndsConnection)
{
    public static Answer Refusal(IReadOnlyList<int> statuses) =>
        new(AnswerKind.Refusal, statuses, Content: null, IsSized: true, Announcement.Close, EndsConnection: true);

    public override string ToString() =>
        $"{Kind} {string.Join('|', Statuses)}{(Content is null ? "" : $" with {Content.Length} bytes")}"
            + $"{(Close == Announcement.Nothing ? "" : $", {Close}")}{(EndsConnection ? ", end" : "")}";
}

internal enum AnswerKind
{
    Whole,
    Refusal,
    CutOff,
}

/// <summary>The Connection field of a response.</summary>
internal enum Announcement
{
    Nothing,
    KeepAlive,
    Close,
}

namespace Pwb.Fuzz;

/// <summary>What the handler answers where the answer does not depend on the content. Handler and reference share it.</summary>
internal static class FixedAnswers
{
    public const int PartLength = 3;

    public static ReadOnlySpan<byte> Ignored => "ignored"u8;

    public static ReadOnlySpan<byte> Swallowed => "swallowed"u8;

    public static ReadOnlySpan<byte> PushedFirst => "one "u8;

    public static ReadOnlySpan<byte> PushedSecond => "two"u8;
}

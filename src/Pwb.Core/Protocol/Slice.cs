namespace Pwb.Protocol;

/// <summary>Where some bytes are, relative to the text that they are in.</summary>
internal readonly record struct Slice(int Start, int Length)
{
    public ReadOnlySpan<byte> Of(ReadOnlySpan<byte> text) => text.Slice(Start, Length);

    public Slice Offset(int by) => new(Start + by, Length);
}

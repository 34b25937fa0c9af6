namespace Pwb.Tests.Infrastructure;

/// <summary>One way to cut an input into the pieces that reads deliver.</summary>
internal sealed record Segmentation(string Name, int[] Cuts, bool Asynchronous = false)
{
    // Every cut of an input costs one exchange of that length. Above this the cuts are a sample: see All.
    private const int CutEverywhereUpTo = 1024;
    private const int Near = 8;
    private const int Stride = 509; // a prime, so that the samples fall on all residues of the powers of two

    public static Segmentation Whole { get; } = new("whole", []);

    public static Segmentation CutAt(int offset, bool asynchronous = false) =>
        new($"cut at {offset}{(asynchronous ? ", asynchronously" : "")}", [offset], asynchronous);

    public static Segmentation ByteByByte(int length, bool asynchronous = false) =>
        new(asynchronous ? "byte by byte, asynchronously" : "byte by byte", [.. Enumerable.Range(1, Math.Max(0, length - 1))],
            asynchronous);

    /// <summary>
    /// Whole, in two pieces cut at every byte, and byte by byte. Of an input above 1,024 bytes the two pieces are cut near its
    /// ends, near the given offsets and at every 509th byte only.
    /// </summary>
    public static IEnumerable<Segmentation> All(int length, params int[] interesting)
    {
        yield return Whole;
        for (int offset = 1; offset < length; offset++)
            if (length <= CutEverywhereUpTo || IsSampled(offset, length, interesting))
                yield return CutAt(offset, asynchronous: (offset & 1) == 1); // both kinds of completion, in turn
        yield return ByteByByte(length);
        if (length <= CutEverywhereUpTo) yield return ByteByByte(length, asynchronous: true);
    }

    public IEnumerable<ReadOnlyMemory<byte>> Split(ReadOnlyMemory<byte> input)
    {
        int start = 0;
        foreach (int cut in Cuts)
        {
            yield return input[start..cut];
            start = cut;
        }

        yield return input[start..];
    }

    private static bool IsSampled(int offset, int length, int[] interesting) =>
        offset <= Near || offset >= length - Near || offset % Stride == 0
            || Array.Exists(interesting, point => Math.Abs(offset - point) <= Near);
}

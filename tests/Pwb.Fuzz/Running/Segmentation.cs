namespace Pwb.Fuzz.Running;

/// <summary>How the input is cut into the pieces that arrive one by one.</summary>
/// <param name="Name">What a finding calls it.</param>
/// <param name="Cuts">Where a piece ends, ascending; null when every byte is a piece.</param>
internal sealed record Segmentation(string Name, int[]? Cuts)
{
    /// <summary>All of it is there, FIN and all, before anybody asks.</summary>
    public static Segmentation Whole { get; } = new("whole", []);

    public static Segmentation ByteByByte { get; } = new("byte by byte", null);

    public static Segmentation CutAt(int position) => new($"cut at {position}", [position]);

    public static Segmentation Random(FuzzRandom random, int length)
    {
        int[] cuts = new int[random.Below(6) + 1];
        for (int i = 0; i < cuts.Length; i++)
            cuts[i] = random.Below(length + 1);

        Array.Sort(cuts);
        return new Segmentation($"cut at {string.Join(", ", cuts)}", cuts);
    }

    /// <returns>The end of the piece that starts at a position.</returns>
    public int EndOfPiece(int start, int length)
    {
        if (Cuts is null)
            return Math.Min(start + 1, length);

        foreach (int cut in Cuts)
        {
            if (cut > start)
                return Math.Min(cut, length);
        }

        return length;
    }
}

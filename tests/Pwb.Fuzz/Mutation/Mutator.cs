using System.Globalization;
using System.Text;

namespace Pwb.Fuzz.Mutation;

/// <summary>
/// Makes a new input from the corpus: mutation, dictionary and splice, or a request built from the dictionary alone.
/// </summary>
internal sealed class Mutator(IReadOnlyList<byte[]> corpus, FuzzRandom random)
{
    /// <summary>Beyond this an input only costs time: the low limits are reached much earlier.</summary>
    private const int LongestInput = 1500;

    /// <summary>The low limits of <see cref="Running.ServerSet"/>.</summary>
    private static readonly int[] InterestingLengths = [32, 40, 64, 96, 320];

    private static readonly byte[] InterestingBytes =
        [0x00, 0x01, 0x09, 0x0A, 0x0B, 0x0D, 0x20, 0x22, 0x23, 0x25, 0x2B, 0x2C, 0x2F, 0x30, 0x31, 0x39, 0x3A, 0x3B, 0x3D, 0x3F,
            0x40, 0x5B, 0x5C, 0x5D, 0x5F, 0x61, 0x7C, 0x7F, 0x80, 0x8D, 0xA0, 0xFF];

    public byte[] Next()
    {
        byte[] input = random.OneIn(3) ? new RequestGenerator(random).Next() : random.Pick(corpus);
        int changes = random.OneIn(3) ? random.Below(6) : 1;
        for (int i = 0; i < changes; i++)
            input = Change(input);

        return input.Length <= LongestInput ? input : input[..LongestInput];
    }

    private byte[] Change(byte[] input) => random.Below(17) switch
    {
        0 => WithByte(input, b => (byte)(b ^ (1 << random.Below(8)))),
        1 => WithByte(input, _ => random.Pick(InterestingBytes)),
        2 => WithByte(input, ChangeCase),
        3 => Inserted(
            input, random.Below(input.Length + 1), [random.OneIn(2) ? random.NextByte() : random.Pick(InterestingBytes)]),
        4 => Removed(input, random.Below(input.Length + 1), 1 + random.Below(3)),
        5 => Removed(input, random.Below(input.Length + 1), 1 + random.Below(32)),
        6 => Duplicated(input),
        7 => input[..random.Below(input.Length + 1)],
        8 => Inserted(input, random.Below(input.Length + 1), Word()),
        9 => Inserted(input, LineStart(input), Bytes(random.Pick(FuzzDictionary.Fragments))),
        10 => Inserted(input, LineStart(input), Field()),
        11 => WithLines(input),
        12 => WithFieldValue(input),
        13 => WithNumber(input),
        14 => Spliced(input),
        15 => WithLength(input),
        _ => [.. input, .. random.Pick(corpus)],
    };

    private byte[] WithByte(byte[] input, Func<byte, byte> change)
    {
        byte[] copy = [.. input];
        if (copy.Length > 0)
        {
            int position = random.Below(copy.Length);
            copy[position] = change(copy[position]);
        }

        return copy;
    }

    private static byte ChangeCase(byte b) => Reference.Characters.IsAlpha(b) ? (byte)(b ^ 0x20) : b;

    private static byte[] Inserted(byte[] input, int position, byte[] bytes) =>
        [.. input[..position], .. bytes, .. input[position..]];

    private static byte[] Removed(byte[] input, int start, int count) =>
        [.. input[..start], .. input[Math.Min(start + count, input.Length)..]];

    private byte[] Duplicated(byte[] input)
    {
        int start = random.Below(input.Length + 1);
        int count = Math.Min(1 + random.Below(48), input.Length - start);
        return Inserted(input, start, input[start..(start + count)]);
    }

    // A line is removed, repeated, or moved.
    private byte[] WithLines(byte[] input)
    {
        int start = LineStart(input);
        int end = Array.IndexOf(input, (byte)'\n', start) + 1;
        if (end == 0)
            return input;

        byte[] line = input[start..end];
        byte[] without = Removed(input, start, line.Length);
        return random.Below(3) switch
        {
            0 => without,
            1 => Inserted(input, start, line),
            _ => Inserted(without, LineStart(without), line),
        };
    }

    private byte[] WithFieldValue(byte[] input)
    {
        int start = LineStart(input);
        int end = Array.IndexOf(input, (byte)'\r', start);
        int colon = Array.IndexOf(input, (byte)':', start);
        if (colon < 0 || end < colon)
            return input;

        string name = Encoding.Latin1.GetString(input, start, colon - start);
        return [.. input[..(colon + 1)], (byte)' ', .. Bytes(random.Pick(FuzzDictionary.ValuesFor(name))), .. input[end..]];
    }

    // A number becomes its neighbour, or one from the dictionary.
    private byte[] WithNumber(byte[] input)
    {
        int start = Array.FindIndex(input, random.Below(input.Length + 1), b => Reference.Characters.IsDigit(b));
        if (start < 0)
            return input;

        int end = start;
        while (end < input.Length && Reference.Characters.IsDigit(input[end]))
            end++;

        string text = Encoding.Latin1.GetString(input, start, end - start);
        string changed = random.Below(3) switch
        {
            0 => random.Pick(FuzzDictionary.Numbers),
            1 => random.Pick(FuzzDictionary.ChunkSizes),
            _ => long.TryParse(text, CultureInfo.InvariantCulture, out long number)
                ? (number + random.Below(5) - 2).ToString(CultureInfo.InvariantCulture)
                : "0",
        };
        return [.. input[..start], .. Bytes(changed), .. input[end..]];
    }

    // One or more whole lines become as long as a limit, or a little more or less: as they are counted,
    // with or without the line end.
    private byte[] WithLength(byte[] input)
    {
        int start = LineStart(input);
        int end = start;
        for (int lines = 1 + random.Below(4); lines > 0 && end < input.Length; lines--)
            end = Array.IndexOf(input, (byte)'\n', end) is >= 0 and int lineEnd ? lineEnd + 1 : input.Length;

        int missing = random.Pick(InterestingLengths) + random.Below(5) - 1 - (end - start);
        if (missing <= 0)
            return input;

        // A chunk size stays what it is behind any number of zeros.
        return random.OneIn(4)
            ? Inserted(input, start, [.. Enumerable.Repeat((byte)'0', missing)])
            : Inserted(input, start + random.Below(end - start + 1), [.. Enumerable.Repeat((byte)'a', missing)]);
    }

    private byte[] Spliced(byte[] input)
    {
        byte[] other = random.Pick(corpus);
        return random.OneIn(2)
            ? [.. input[..LineStart(input)], .. other[LineStart(other)..]]
            : [.. input[..random.Below(input.Length + 1)], .. other[random.Below(other.Length + 1)..]];
    }

    private byte[] Word() => Bytes(random.Pick(random.Pick(FuzzDictionary.All)));

    private byte[] Field()
    {
        string name = random.Pick(FuzzDictionary.FieldNames);
        return Bytes(name + ": " + random.Pick(FuzzDictionary.ValuesFor(name)) + "\r\n");
    }

    /// <returns>Where some line starts; the first one too.</returns>
    private int LineStart(byte[] input) =>
        Array.LastIndexOf(input, (byte)'\n', Math.Max(0, random.Below(input.Length + 1) - 1)) + 1;

    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);
}

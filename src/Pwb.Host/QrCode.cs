using System.Text;

namespace Pwb.Host;

/// <summary>
/// A text as a QR code (ISO/IEC 18004): bytes, error correction L, versions 1 to 5, which hold up to 106 bytes in a single block.
/// That suffices for URLs in a terminal.
/// </summary>
internal sealed class QrCode
{
    private const int MaxVersion = 5;

    // Codewords of data and of error correction, by version: ISO/IEC 18004 table 9.
    private static readonly int[] DataLengths = [19, 34, 55, 80, 108];
    private static readonly int[] CheckLengths = [7, 10, 15, 20, 26];

    private readonly bool[,] _isDark;
    private readonly bool[,] _isFixed; // a pattern's, which no mask changes

    private QrCode(int version)
    {
        Size = 17 + (4 * version);
        _isDark = new bool[Size, Size];
        _isFixed = new bool[Size, Size];
        DrawPatterns(version);
    }

    /// <summary>The number of modules on each side.</summary>
    public int Size { get; }

    public bool this[int x, int y] => x >= 0 && y >= 0 && x < Size && y < Size && _isDark[x, y];

    /// <returns>Null if the text is too long.</returns>
    public static QrCode? Of(string text)
    {
        byte[] content = Encoding.UTF8.GetBytes(text);
        int version = Array.FindIndex(DataLengths, length => content.Length + 2 <= length) + 1;
        if (version is 0 or > MaxVersion)
            return null;

        byte[] data = DataOf(content, DataLengths[version - 1]);
        byte[] codewords = [.. data, .. ChecksOf(data, CheckLengths[version - 1])];
        QrCode? best = null;
        int least = int.MaxValue;
        for (int mask = 0; mask < 8; mask++)
        {
            var code = new QrCode(version);
            code.DrawCodewords(codewords, mask);
            code.DrawFormat(mask);
            int penalty = code.Penalty();
            if (penalty >= least)
                continue;
            (best, least) = (code, penalty);
        }

        return best;
    }

    // Mode 4 (bytes) in four bits, the length in eight, the bytes, four bits of end; then 236 and 17 in turn.
    private static byte[] DataOf(byte[] content, int length)
    {
        byte[] data = new byte[length];
        data[0] = (byte)(0x40 | (content.Length >> 4));
        data[1] = (byte)(content.Length << 4);
        for (int i = 0; i < content.Length; i++)
        {
            data[i + 1] |= (byte)(content[i] >> 4);
            data[i + 2] = (byte)(content[i] << 4);
        }

        for (int i = content.Length + 2, pad = 0xEC; i < length; i++, pad ^= 0xEC ^ 0x11)
            data[i] = (byte)pad;
        return data;
    }

    // Reed and Solomon: the remainder of a division by a polynomial over GF(256).
    private static byte[] ChecksOf(byte[] data, int length)
    {
        byte[] divisor = new byte[length];
        divisor[^1] = 1;
        for (int i = 0, root = 1; i < length; i++, root = Multiply(root, 2))
        {
            for (int j = 0; j < length; j++)
                divisor[j] = (byte)(Multiply(divisor[j], root) ^ (j + 1 < length ? divisor[j + 1] : 0));
        }

        byte[] remainder = new byte[length];
        foreach (byte value in data)
        {
            int factor = value ^ remainder[0];
            for (int j = 0; j < length; j++)
                remainder[j] = (byte)((j + 1 < length ? remainder[j + 1] : 0) ^ Multiply(divisor[j], factor));
        }

        return remainder;
    }

    private static int Multiply(int x, int y)
    {
        int product = 0;
        for (int bit = 7; bit >= 0; bit--)
            product = (product << 1) ^ ((product >> 7) * 0x11D) ^ (((y >> bit) & 1) * x);
        return product;
    }

    private static bool IsInverted(int mask, int x, int y) => mask switch
    {
        0 => (x + y) % 2 == 0,
        1 => y % 2 == 0,
        2 => x % 3 == 0,
        3 => (x + y) % 3 == 0,
        4 => ((x / 3) + (y / 2)) % 2 == 0,
        5 => (x * y % 2) + (x * y % 3) == 0,
        6 => ((x * y % 2) + (x * y % 3)) % 2 == 0,
        _ => (((x + y) % 2) + (x * y % 3)) % 2 == 0,
    };

    private void Fix(int x, int y, bool isDark)
    {
        if (x < 0 || y < 0 || x >= Size || y >= Size)
            return;
        _isDark[x, y] = isDark;
        _isFixed[x, y] = true;
    }

    private void DrawPatterns(int version)
    {
        for (int i = 0; i < Size; i++)
        {
            Fix(6, i, i % 2 == 0);
            Fix(i, 6, i % 2 == 0);
        }

        DrawSquares(3, 3, 4);
        DrawSquares(Size - 4, 3, 4);
        DrawSquares(3, Size - 4, 4);
        if (version > 1)
            DrawSquares(Size - 7, Size - 7, 2);
        DrawFormat(mask: 0); // keeps the place
    }

    // A square around a point, in a square of light, in one that is dark; around that of a corner, another one of light.
    private void DrawSquares(int centreX, int centreY, int radius)
    {
        for (int y = -radius; y <= radius; y++)
        {
            for (int x = -radius; x <= radius; x++)
            {
                int distance = Math.Max(Math.Abs(x), Math.Abs(y));
                bool isDark = radius == 4 ? distance is not (2 or 4) : distance != 1;
                Fix(centreX + x, centreY + y, isDark);
            }
        }
    }

    // Level and mask in five bits, ten more that correct them, twice: table 25 and figure 25.
    private void DrawFormat(int mask)
    {
        const int LevelL = 1;
        int data = (LevelL << 3) | mask, rest = data;
        for (int i = 0; i < 10; i++)
            rest = (rest << 1) ^ ((rest >> 9) * 0x537);
        int bits = ((data << 10) | rest) ^ 0x5412;
        bool Bit(int index) => ((bits >> index) & 1) != 0;

        for (int i = 0; i < 15; i++)
        {
            (int x, int y) = i switch { < 6 => (8, i), 6 => (8, 7), 7 => (8, 8), 8 => (7, 8), _ => (14 - i, 8) };
            Fix(x, y, Bit(i));
            Fix(i < 8 ? Size - 1 - i : 8, i < 8 ? 8 : Size - 15 + i, Bit(i));
        }

        Fix(8, Size - 8, isDark: true);
    }

    // In columns of two, from the right, up and down in turn, past the vertical line of the timing pattern.
    private void DrawCodewords(byte[] codewords, int mask)
    {
        int bit = 0;
        for (int right = Size - 1; right >= 1; right -= right == 8 ? 3 : 2)
        {
            bool isUpward = ((right + 1) & 2) == 0;
            for (int i = 0; i < Size * 2; i++)
            {
                int x = right - (i % 2), y = isUpward ? Size - 1 - (i / 2) : i / 2;
                if (_isFixed[x, y])
                    continue;
                bool isSet = bit < codewords.Length * 8 && ((codewords[bit / 8] >> (7 - (bit % 8))) & 1) != 0;
                _isDark[x, y] = isSet ^ IsInverted(mask, x, y);
                bit++;
            }
        }
    }

    // What makes a code hard to read: long lines, squares, an uneven number of dark modules. §7.8.3, without the patterns that
    // look like a corner, which readers cope with.
    private int Penalty()
    {
        int penalty = 0, dark = 0;
        for (int i = 0; i < Size; i++)
        {
            penalty += Runs(j => _isDark[i, j]) + Runs(j => _isDark[j, i]);
            for (int j = 0; j < Size; j++)
            {
                dark += _isDark[i, j] ? 1 : 0;
                bool isSquare = i > 0 && j > 0 && _isDark[i, j] == _isDark[i - 1, j] && _isDark[i, j] == _isDark[i, j - 1]
                    && _isDark[i, j] == _isDark[i - 1, j - 1];
                penalty += isSquare ? 3 : 0;
            }
        }

        return penalty + (Math.Abs((dark * 20) - (Size * Size * 10)) / (Size * Size) * 10);
    }

    private int Runs(Func<int, bool> isDark)
    {
        int penalty = 0, run = 1;
        for (int i = 1; i <= Size; i++)
        {
            if (i < Size && isDark(i) == isDark(i - 1))
            {
                run++;
                continue;
            }

            penalty += run >= 5 ? run - 2 : 0;
            run = 1;
        }

        return penalty;
    }
}

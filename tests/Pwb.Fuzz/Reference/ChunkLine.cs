using System.Globalization;
using System.Numerics;
using System.Text;

namespace Pwb.Fuzz.Reference;

/// <summary>One line before a chunk (rule R12): the size in hexadecimal, and extensions that are checked and ignored.</summary>
internal static class ChunkLine
{
    public static long Read(ByteCursor cursor, int maxLength, ref int extensionsLeft)
    {
        int start = cursor.Position;
        StringBuilder digits = new("0");
        while (Characters.IsHexDigit(cursor.Peek()))
            digits.Append((char)cursor.Take());

        BigInteger size = BigInteger.Parse(digits.ToString(), NumberStyles.AllowHexSpecifier, null);
        Refuse(digits.Length == 1, "no chunk size");
        Refuse(size > long.MaxValue, "chunk size above 2^63-1");

        int extensionsStart = cursor.Position;
        while (cursor.Peek() != '\r')
            ReadExtension(cursor);

        extensionsLeft -= cursor.Position - extensionsStart;
        Refuse(extensionsLeft < 0, "too much in chunk extensions");
        Refuse(cursor.Position - start > maxLength, "chunk line too long");
        cursor.TakeCrLf();
        return (long)size;
    }

    // BWS ";" BWS token [ BWS "=" BWS ( token / quoted-string ) ]
    private static void ReadExtension(ByteCursor cursor)
    {
        SkipWhiteSpace(cursor);
        cursor.Take((byte)';');
        SkipWhiteSpace(cursor);
        ReadToken(cursor);

        int afterName = cursor.Position;
        bool space = SkipWhiteSpace(cursor);
        if (cursor.Peek() == '=')
        {
            cursor.Take();
            SkipWhiteSpace(cursor);
            if (cursor.Peek() == '"')
                ReadQuoted(cursor);
            else
                ReadToken(cursor);
        }
        else
        {
            Refuse(space && cursor.Peek() != ';', $"white space at the end of an extension at {afterName}");
        }
    }

    private static void ReadToken(ByteCursor cursor)
    {
        Refuse(!Characters.IsToken(cursor.Peek()), "empty or bad extension token");
        while (Characters.IsToken(cursor.Peek()))
            cursor.Take();
    }

    private static void ReadQuoted(ByteCursor cursor)
    {
        cursor.Take((byte)'"');
        while (cursor.Peek() != '"')
        {
            if (cursor.Peek() == '\\')
            {
                cursor.Take();
                Refuse(!Characters.IsFieldValue(cursor.Peek()), "bad quoted pair");
            }
            else
            {
                Refuse(!Characters.IsQuotedText(cursor.Peek()), "bad quoted text");
            }

            cursor.Take();
        }

        cursor.Take((byte)'"');
    }

    private static bool SkipWhiteSpace(ByteCursor cursor)
    {
        int start = cursor.Position;
        while (cursor.Peek() is (byte)' ' or (byte)'\t')
            cursor.Take();
        return cursor.Position > start;
    }

    private static void Refuse(bool wrong, string reason)
    {
        if (wrong)
            throw new RefusedException(reason, 400);
    }
}

using System.Text;

namespace Pwb.Fuzz.Reference;

/// <summary>
/// Reads one request head, strictly from left to right (rules R1 to R9, and of R10 and R11 what one line shows).
/// </summary>
internal static class HeadReader
{
    private const int LongestMethod = 32;

    /// <returns>The head, or null at the end of the input before any byte of a request line.</returns>
    public static ReferenceHead? Read(ByteCursor cursor, PwbServerLimits limits)
    {
        // R2: one empty line is ignored
        if (!cursor.AtEnd && cursor.Peek() == '\r')
            cursor.TakeCrLf();
        if (cursor.AtEnd)
            return null;

        cursor.StartBudget(limits.MaxRequestLineLength, status: 414);
        string method = ReadMethod(cursor);
        cursor.Take((byte)' ');
        string rawTarget = ReadTarget(cursor, method);
        ReferenceTarget target = TargetRules.Parse(method, rawTarget);
        cursor.Take((byte)' ');
        int minorVersion = ReadVersion(cursor);

        List<ReferenceField> fields = FieldSection.Read(
            cursor, limits.MaxHeaderSectionLength, limits.MaxFieldLines, overLimit: 431,
            (before, field) => LineRules.Check(before, field, minorVersion));
        ReferenceHead head = new(method, rawTarget, target, minorVersion, fields);
        HeadRules.Check(head, limits);
        return head;
    }

    private static string ReadMethod(ByteCursor cursor)
    {
        StringBuilder method = new();
        while (Characters.IsToken(cursor.Peek()))
        {
            if (method.Length == LongestMethod)
                throw new RefusedException("method too long", 400);
            method.Append((char)cursor.Take());
        }

        return method.Length > 0 ? method.ToString() : throw new RefusedException("no method", 400);
    }

    private static string ReadTarget(ByteCursor cursor, string method)
    {
        StringBuilder target = new();
        while (cursor.Peek() != ' ')
        {
            if (!TargetRules.IsAllowed(cursor.Peek(), target.ToString().Contains('?', StringComparison.Ordinal)))
                throw cursor.Wrong("not a character of a URI");

            // What is wrong with the other forms may show only when the line is already too long: then either is right.
            bool isOriginForm = method is not "CONNECT" && (target.Length > 0 ? target[0] : cursor.Peek()) == '/';
            target.Append((char)cursor.Take(mayTie: !isOriginForm));
            if (isOriginForm)
                TargetRules.CheckStart(target.ToString());
        }

        return target.ToString();
    }

    private static int ReadVersion(ByteCursor cursor)
    {
        foreach (byte expected in "HTTP/"u8)
            cursor.Take(expected);

        int major = ReadDigit(cursor);
        cursor.Take((byte)'.');
        int minor = ReadDigit(cursor);
        if (cursor.Peek() != '\r')
            cursor.Take((byte)'\r');

        cursor.EndBudget();
        cursor.TakeCrLf();
        return major == 1 ? minor : throw new RefusedException("another major version", 505);
    }

    private static int ReadDigit(ByteCursor cursor) =>
        Characters.IsDigit(cursor.Peek()) ? cursor.Take() - '0' : throw cursor.Wrong("bad version");
}

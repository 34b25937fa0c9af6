using System.Text;

namespace Pwb.Fuzz.Reference;

/// <summary>Reads field lines up to and including the empty line (rule R8), for heads and trailers alike.</summary>
internal static class FieldSection
{
    /// <param name="cursor">Stands at the first field line.</param>
    /// <param name="maxLength">Octets of all lines together, with their line ends.</param>
    /// <param name="maxLines">How many lines there may be.</param>
    /// <param name="overLimit">The status when there is more.</param>
    /// <param name="checkMeaning">Told every line as soon as it is complete, with those before it.</param>
    public static List<ReferenceField> Read(
        ByteCursor cursor, int maxLength, int maxLines, int overLimit, Action<List<ReferenceField>, ReferenceField>? checkMeaning)
    {
        List<ReferenceField> fields = [];
        cursor.StartBudget(maxLength, overLimit);
        while (cursor.Peek() != '\r')
        {
            if (fields.Count == maxLines)
            {
                cursor.StartBudget(0, overLimit);
                cursor.Take();
            }

            ReferenceField field = ReadLine(cursor);
            checkMeaning?.Invoke(fields, field);
            fields.Add(field);
        }

        cursor.EndBudget();
        cursor.TakeCrLf();
        return fields;
    }

    private static ReferenceField ReadLine(ByteCursor cursor)
    {
        StringBuilder name = new();
        while (Characters.IsToken(cursor.Peek()))
            name.Append((char)cursor.Take());

        // No name, white space before the colon, a folded line and a line without a colon all end here.
        if (name.Length == 0 && cursor.Peek() == ':')
            throw cursor.Wrong("empty field name");
        cursor.Take((byte)':');

        StringBuilder value = new();
        while (cursor.Peek() != '\r')
        {
            if (!Characters.IsFieldValue(cursor.Peek()))
                throw cursor.Wrong("control character in a field value");
            value.Append((char)cursor.Take());
        }

        cursor.TakeCrLf();
        return new ReferenceField(name.ToString(), Characters.TrimOws(value.ToString()));
    }
}

using System.Text;

namespace Pwb;

/// <summary>One field line of a header or trailer section: a name and a value, as they are on the wire.</summary>
/// <example><code>
/// foreach (FieldLine line in request.Headers) Console.WriteLine(line.ToString());
/// </code></example>
public readonly ref struct FieldLine
{
    internal FieldLine(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        Name = name;
        Value = value;
    }

    /// <summary>The field name, in the case in which it was sent. Names compare without case.</summary>
    public ReadOnlySpan<byte> Name { get; }

    /// <summary>
    /// The value without the white space around it. It may hold any byte but control characters (HTAB is allowed).
    /// </summary>
    public ReadOnlySpan<byte> Value { get; }

    /// <summary>
    /// Makes strings of the line, so that <c>foreach ((string name, string value) in request.Headers)</c> works. Bytes above 0x7F
    /// are read as Latin-1.
    /// </summary>
    /// <param name="name">The field name, in the case in which it was sent.</param>
    /// <param name="value">The value.</param>
    public void Deconstruct(out string name, out string value)
    {
        name = Encoding.Latin1.GetString(Name);
        value = Encoding.Latin1.GetString(Value);
    }

    /// <summary>The line as it would be written: name, colon, space, value. Bytes above 0x7F are read as Latin-1.</summary>
    public override string ToString() => Encoding.Latin1.GetString(Name) + ": " + Encoding.Latin1.GetString(Value);
}

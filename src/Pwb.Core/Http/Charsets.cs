using System.Text;

namespace Pwb.Http;

/// <summary>The charsets that are understood in content.</summary>
internal static class Charsets
{
    /// <returns>Null for an unknown charset.</returns>
    public static Encoding? Find(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty || Ascii.EqualsIgnoreCase(name, "utf-8"u8) || Ascii.EqualsIgnoreCase(name, "utf8"u8))
            return Encoding.UTF8;
        if (Ascii.EqualsIgnoreCase(name, "iso-8859-1"u8)) return Encoding.Latin1;
        if (Ascii.EqualsIgnoreCase(name, "us-ascii"u8)) return Encoding.UTF8; // of which it is a part
        if (Ascii.EqualsIgnoreCase(name, "utf-16"u8) || Ascii.EqualsIgnoreCase(name, "utf-16le"u8)) return Encoding.Unicode;
        return Ascii.EqualsIgnoreCase(name, "utf-16be"u8) ? Encoding.BigEndianUnicode : null;
    }
}

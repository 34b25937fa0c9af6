using System.Text;
using Pwb.Protocol;

namespace Pwb.Http;

/// <summary>Vary: RFC 9110 §12.5.5.</summary>
internal static class Varying
{
    /// <summary>Whether a Vary line among these says already that the response depends on a request field.</summary>
    public static bool Has(HttpFields fields, ReadOnlySpan<byte> name)
    {
        foreach (FieldLine line in fields)
        {
            if (!Ascii.EqualsIgnoreCase(line.Name, "Vary"u8)) continue;
            foreach (ReadOnlySpan<byte> member in new FieldList(line.Value))
            {
                if (member.SequenceEqual("*"u8) || Ascii.EqualsIgnoreCase(member, name)) return true;
            }
        }

        return false;
    }
}

using System.Text;
using Pwb.Protocol;

namespace Pwb.Http1;

/// <summary>The fields of a request that ask for another protocol: RFC 9110 §7.8.</summary>
internal static class UpgradeFields
{
    /// <summary>
    /// Whether a request asks for a protocol: HTTP/1.1, with Upgrade in Connection and the protocol's name, in any case of
    /// letters, in Upgrade.
    /// </summary>
    public static bool Asks(RequestHead head, HttpFields fields, string protocol)
    {
        if (!head.AsksForUpgrade) return false;
        foreach (FieldLine line in fields)
        {
            if (!Ascii.EqualsIgnoreCase(line.Name, "Upgrade"u8)) continue;
            foreach (ReadOnlySpan<byte> offered in new FieldList(line.Value))
            {
                if (Ascii.EqualsIgnoreCase(offered, protocol)) return true;
            }
        }

        return false;
    }
}

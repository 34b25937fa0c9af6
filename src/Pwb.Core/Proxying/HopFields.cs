using System.Text;
using Pwb.Protocol;

namespace Pwb.Proxying;

/// <summary>The fields of one connection, which are not passed on: RFC 9110 §7.6.1.</summary>
internal sealed class HopFields
{
    private static readonly string[] Known =
    [
        "Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "TE", "Trailer",
        "Transfer-Encoding", "Upgrade",
    ];

    private readonly HashSet<string> _named = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads a Connection field, which names further ones.</summary>
    public void Add(ReadOnlySpan<byte> connection)
    {
        foreach (ReadOnlySpan<byte> name in new FieldList(connection)) _named.Add(Encoding.Latin1.GetString(name));
    }

    public bool Has(string name) => Known.Contains(name, StringComparer.OrdinalIgnoreCase) || _named.Contains(name);
}

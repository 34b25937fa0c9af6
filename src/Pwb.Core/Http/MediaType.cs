using System.Text;
using Pwb.Protocol;

namespace Pwb.Http;

/// <summary>A media type as Content-Type says it: RFC 9110 §8.3.1.</summary>
internal readonly ref struct MediaType
{
    private readonly ReadOnlySpan<byte> _parameters;

    public MediaType(ReadOnlySpan<byte> value)
    {
        int semicolon = value.IndexOf((byte)';');
        Name = Grammar.TrimWhiteSpace(semicolon < 0 ? value : value[..semicolon]);
        _parameters = semicolon < 0 ? [] : value[(semicolon + 1)..];
    }

    /// <summary>Type and subtype, such as application/json.</summary>
    public ReadOnlySpan<byte> Name { get; }

    /// <summary>The charset, without quotes; empty without one.</summary>
    public ReadOnlySpan<byte> Charset
    {
        get
        {
            foreach (Range range in _parameters.Split((byte)';'))
            {
                ReadOnlySpan<byte> parameter = Grammar.TrimWhiteSpace(_parameters[range]);
                int equals = parameter.IndexOf((byte)'=');
                if (equals > 0 && Ascii.EqualsIgnoreCase(parameter[..equals], "charset"u8))
                    return parameter[(equals + 1)..].Trim((byte)'"');
            }

            return [];
        }
    }

    /// <summary>
    /// Whether it is JSON: application/json, or a type that ends in +json (RFC 6839 §3.1), in UTF-8 (RFC 8259 §8.1).
    /// </summary>
    public bool IsJson
    {
        get
        {
            if (!Charset.IsEmpty && !Ascii.EqualsIgnoreCase(Charset, "utf-8"u8)) return false;
            return Ascii.EqualsIgnoreCase(Name, "application/json"u8)
                || (Name.Length > 5 && Name.Contains((byte)'/') && Ascii.EqualsIgnoreCase(Name[^5..], "+json"u8));
        }
    }
}

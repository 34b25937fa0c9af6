using System.Text;
using Pwb.Protocol;

namespace Pwb.Http;

/// <summary>URIs as they may stand in a field: RFC 3986 §2.</summary>
internal static class UriText
{
    /// <summary>
    /// Percent-encodes, as UTF-8, the characters that a URI cannot hold. Existing escapes stay; a "%" without an escape becomes
    /// "%25".
    /// </summary>
    public static string Encode(ReadOnlySpan<char> text)
    {
        byte[] bytes = new byte[Encoding.UTF8.GetByteCount(text)];
        Encoding.UTF8.GetBytes(text, bytes);
        StringBuilder encoded = new(bytes.Length);
        for (int i = 0; i < bytes.Length; i++)
        {
            byte value = bytes[i];
            bool isKept = value == '%' ? IsEscape(bytes.AsSpan(i + 1)) : value == '#' || Grammar.TargetBytes.Contains(value);
            if (isKept) encoded.Append((char)value);
            else encoded.Append('%').Append(value.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
        }

        return encoded.ToString();
    }

    /// <summary>An absolute URI, with the host of an http URI as DNS knows it.</summary>
    public static string Of(Uri uri)
    {
        if (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps) return uri.AbsoluteUri;
        string host = uri.HostNameType == UriHostNameType.IPv6 ? uri.Host : uri.IdnHost;
        string user = uri.UserInfo.Length == 0 ? "" : uri.UserInfo + "@";
        string port = uri.IsDefaultPort ? "" : string.Create(System.Globalization.CultureInfo.InvariantCulture, $":{uri.Port}");
        return $"{uri.Scheme}://{user}{host}{port}{uri.PathAndQuery}{uri.Fragment}";
    }

    private static bool IsEscape(ReadOnlySpan<byte> text) =>
        text.Length >= 2 && Grammar.HexValue(text[0]) >= 0 && Grammar.HexValue(text[1]) >= 0;
}

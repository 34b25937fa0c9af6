using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Pwb.Around;

/// <summary>The Authorization field of a request: RFC 9110 §11.4.</summary>
internal static class Credentials
{
    // token68 of RFC 9110 §11.2, which is b64token of RFC 6750 §2.1.
    private static readonly SearchValues<byte> TokenBytes =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/="u8);

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Finds what stands behind the name of a scheme.</summary>
    /// <returns>False if the request has no credentials, or those of another scheme.</returns>
    public static bool TryGet(HttpRequest request, ReadOnlySpan<byte> scheme, out ReadOnlySpan<byte> credentials)
    {
        credentials = default;
        if (!request.Headers.TryGetValue("Authorization"u8, out ReadOnlySpan<byte> value)) return false;
        if (value.Length < scheme.Length || !Ascii.EqualsIgnoreCase(value[..scheme.Length], scheme)) return false;
        if (value.Length > scheme.Length && value[scheme.Length] != ' ') return false;
        credentials = value[scheme.Length..].TrimStart((byte)' ');
        return true;
    }

    /// <summary>Whether credentials are one token and nothing else.</summary>
    public static bool IsToken(ReadOnlySpan<byte> credentials) =>
        !credentials.IsEmpty && !credentials.ContainsAnyExcept(TokenBytes);

    /// <summary>Reads a user and a password: RFC 7617 §2. Neither holds a control character, and the user no colon.</summary>
    public static bool TryReadBasic(ReadOnlySpan<byte> credentials, out string user, out string password)
    {
        user = password = "";
        byte[] bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(credentials.Length)];
        OperationStatus status = Base64.DecodeFromUtf8(credentials, bytes, out _, out int length);
        if (!IsToken(credentials) || status != OperationStatus.Done) return false; // the framework passes over blanks
        try
        {
            string text = StrictUtf8.GetString(bytes, 0, length);
            int colon = text.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0 || text.Any(char.IsControl)) return false;
            (user, password) = (text[..colon], text[(colon + 1)..]);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    /// <summary>A hash of a secret, so that secrets of any length are compared in one time.</summary>
    public static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    /// <summary>Whether a text is the secret with this hash, in a time that says nothing about how much of it is.</summary>
    public static bool IsSecret(string text, byte[] hash) => CryptographicOperations.FixedTimeEquals(Hash(text), hash);

    /// <summary>Checks a realm, which goes out between quotes.</summary>
    /// <exception cref="ArgumentException">It cannot stand there.</exception>
    public static void CheckRealm(string realm)
    {
        ArgumentNullException.ThrowIfNull(realm);
        if (realm.Any(character => character is < ' ' or > '~' or '"' or '\\'))
            throw new ArgumentException("A realm is visible ASCII and blanks, without quotes and backslashes.", nameof(realm));
    }
}

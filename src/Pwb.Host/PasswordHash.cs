using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;

namespace Pwb.Host;

/// <summary>
/// A password that can be recognized and not be read: PBKDF2 of RFC 8018 with SHA-256. Written without characters that a shell
/// would take for something else: <c>pbkdf2-sha256.600000.salt.hash</c>.
/// </summary>
internal sealed class PasswordHash
{
    private const string Algorithm = "pbkdf2-sha256";
    private const int Iterations = 600_000; // OWASP Password Storage Cheat Sheet, of 2023
    private const int MaxIterations = 10_000_000; // some seconds
    private const int SaltLength = 16;
    private const int HashLength = 32;

    private readonly int _iterations;
    private readonly byte[] _salt;
    private readonly byte[] _hash;

    private PasswordHash(int iterations, byte[] salt, byte[] hash) => (_iterations, _salt, _hash) = (iterations, salt, hash);

    public static PasswordHash Of(string password)
    {
        byte[] salt = RandomNumberGenerator.GetBytes(SaltLength);
        return new PasswordHash(Iterations, salt, Derive(password, salt, Iterations));
    }

    /// <returns>Null if the text is not such a hash.</returns>
    public static PasswordHash? Parse(string text)
    {
        if (text.Split('.') is not [Algorithm, var number, var salt, var hash])
            return null;
        if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int iterations)
            || iterations is < 1 or > MaxIterations)
            return null;
        if (!Base64Url.IsValid(salt, out int saltLength) || saltLength < 8)
            return null;
        if (!Base64Url.IsValid(hash, out int hashLength) || hashLength != HashLength)
            return null;
        return new PasswordHash(iterations, Base64Url.DecodeFromChars(salt), Base64Url.DecodeFromChars(hash));
    }

    /// <summary>Whether it is the hash of this password. Takes tenths of a second, of a processor, on purpose.</summary>
    public bool IsOf(string password) =>
        CryptographicOperations.FixedTimeEquals(Derive(password, _salt, _iterations), _hash);

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Algorithm}.{_iterations}.{Base64Url.EncodeToString(_salt)}.{Base64Url.EncodeToString(_hash)}");

    private static byte[] Derive(string password, byte[] salt, int iterations) =>
        Rfc2898DeriveBytes.Pbkdf2(password, salt, iterations, HashAlgorithmName.SHA256, HashLength);
}

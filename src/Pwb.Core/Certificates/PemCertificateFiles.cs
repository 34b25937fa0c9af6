using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Pwb.Certificates;

/// <summary>A certificate and its chain in PEM form, and its key in the same file or in another.</summary>
internal sealed class PemCertificateFiles(
    string certificatePath, string? keyPath, string? password) : CertificateFiles(certificatePath, keyPath ?? certificatePath)
{
    private const string Encrypted = "ENCRYPTED PRIVATE KEY"; // RFC 7468 §11
    private const string BeginCertificate = "-----BEGIN CERTIFICATE-----";
    private const string Dashes = "-----";

    protected override LoadedCertificate Load(string[] paths, byte[][] contents)
    {
        X509Certificate2Collection chain = ReadCertificates(Text(contents[0]), paths[0]);
        X509Certificate2 own = chain[0];
        chain.RemoveAt(0);

        using AsymmetricAlgorithm key = ReadKey(Text(contents[1]), paths[1]);
        X509Certificate2 certificate = Join(own, key)
            ?? throw new CryptographicException(
                $"The private key in '{paths[1]}' is not that of the {(chain.Count > 0 ? "first " : "")}certificate in "
                    + $"'{paths[0]}'.");
        return new LoadedCertificate(OperatingSystem.IsWindows() ? ThroughPfx(certificate) : certificate, chain);
    }

    /// <summary>The same certificate with a key that the system holds: TLS on Windows takes no other.</summary>
    internal static X509Certificate2 ThroughPfx(X509Certificate2 certificate)
    {
        using (certificate) return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), password: null);
    }

    private static X509Certificate2Collection ReadCertificates(string text, string path)
    {
        X509Certificate2Collection certificates = [];
        try
        {
            certificates.ImportFromPem(text);
        }
        catch (CryptographicException exception)
        {
            throw new CryptographicException($"A certificate in '{path}' is damaged.", exception);
        }

        // The system passes over what does not end, such as the rest of a file that is just being written.
        if (certificates.Count < text.AsSpan().Count(BeginCertificate) || IsCutInBoundary(text))
            throw new CryptographicException($"A certificate in '{path}' is damaged: it does not end.");
        return certificates.Count > 0
            ? certificates
            : throw new CryptographicException($"'{path}' holds no certificate in PEM form.");
    }

    private static X509Certificate2? Join(X509Certificate2 certificate, AsymmetricAlgorithm key)
    {
        try
        {
            return key is RSA rsa ? certificate.CopyWithPrivateKey(rsa) : certificate.CopyWithPrivateKey((ECDsa)key);
        }
        catch (ArgumentException)
        {
            return null; // of another algorithm, or another pair
        }
    }

    /// <summary>Whether the text ends within one of the lines that begin and end a block.</summary>
    private static bool IsCutInBoundary(ReadOnlySpan<char> text)
    {
        ReadOnlySpan<char> last = text[(text.LastIndexOf('\n') + 1)..].TrimEnd('\r');
        if (last.IsEmpty || last[0] != '-') return false;
        return last.Length <= Dashes.Length
            ? Dashes.StartsWith(last, StringComparison.Ordinal)
            : last.StartsWith(Dashes, StringComparison.Ordinal) && !last.EndsWith(Dashes, StringComparison.Ordinal);
    }

    private AsymmetricAlgorithm ReadKey(string text, string path)
    {
        bool isEncrypted = FindKey(text) switch
        {
            Encrypted => true,
            null when text.Contains("Proc-Type: 4,ENCRYPTED", StringComparison.Ordinal) => // RFC 1421, which OpenSSL once wrote
                throw new CryptographicException(
                    $"The private key in '{path}' is encrypted in a form that is out of use: openssl pkcs8 -topk8 makes a new "
                        + "one."),
            null => throw new CryptographicException($"'{path}' holds no private key in PEM form."),
            _ => false,
        };
        if (isEncrypted && password is null)
            throw new CryptographicException($"The private key in '{path}' is encrypted: it needs a password.");

        return TryRead(RSA.Create(), text, isEncrypted) ?? TryRead(ECDsa.Create(), text, isEncrypted)
            ?? throw new CryptographicException(
                isEncrypted
                    ? $"The password of the private key in '{path}' is wrong."
                    : $"The private key in '{path}' is damaged, or neither RSA nor ECDSA.");
    }

    private AsymmetricAlgorithm? TryRead(AsymmetricAlgorithm key, string text, bool isEncrypted)
    {
        try
        {
            if (isEncrypted) key.ImportFromEncryptedPem(text, password);
            else key.ImportFromPem(text);
            return key;
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            key.Dispose();
            return null;
        }
    }

    /// <summary>The label of the first private key.</summary>
    private static string? FindKey(ReadOnlySpan<char> text)
    {
        for (; PemEncoding.TryFind(text, out PemFields fields); text = text[fields.Location.End..])
        {
            ReadOnlySpan<char> label = text[fields.Label];
            if (label.EndsWith("PRIVATE KEY", StringComparison.Ordinal)) return label.ToString();
        }

        return null;
    }

    private static string Text(byte[] content) => Encoding.Latin1.GetString(content);
}

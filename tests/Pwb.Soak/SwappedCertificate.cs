using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Pwb.Soak;

/// <summary>
/// A PEM file with a certificate and its key that is replaced now and then: by another pair, or by one that
/// is cut and must not be taken.
/// </summary>
internal sealed class SwappedCertificate : IDisposable
{
    private const int SecondsBetween = 12;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pwb-soak-");

    public SwappedCertificate() => Replace(isCut: false);

    public string FilePath => Path.Combine(_folder.FullName, "pair.pem");

    /// <summary>Called once a second.</summary>
    public Task<bool> ReplaceAsync(int number)
    {
        if (number % SecondsBetween == 0) Replace(isCut: number / SecondsBetween % 6 == 0);
        return Task.FromResult(true);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private void Replace(bool isCut)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=localhost", key, HashAlgorithmName.SHA256);
        using X509Certificate2 certificate = request.CreateSelfSigned(
            DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        string text = key.ExportPkcs8PrivateKeyPem() + "\n" + certificate.ExportCertificatePem() + "\n";
        File.WriteAllText(FilePath + ".next", isCut ? text[..^40] : text);
        File.Move(FilePath + ".next", FilePath, overwrite: true);
    }
}

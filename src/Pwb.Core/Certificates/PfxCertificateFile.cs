using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Pwb.Certificates;

/// <summary>A PFX file, as RFC 7292 has it.</summary>
internal sealed class PfxCertificateFile(string path, string? password) : CertificateFiles(path)
{
    // .NET's error for a wrong password, on every system: ERROR_INVALID_PASSWORD.
    private const int InvalidPassword = unchecked((int)0x80070056);

    protected override LoadedCertificate Load(string[] paths, byte[][] contents)
    {
        X509Certificate2Collection all = Open(contents[0], paths[0]);
        X509Certificate2 certificate = all.FirstOrDefault(candidate => candidate.HasPrivateKey)
            ?? throw new CryptographicException($"'{paths[0]}' holds no certificate with a private key.");
        all.Remove(certificate);
        return new LoadedCertificate(certificate, all);
    }

    private X509Certificate2Collection Open(byte[] content, string path)
    {
        try
        {
            return X509CertificateLoader.LoadPkcs12Collection(content, password);
        }
        catch (CryptographicException exception) when (exception.HResult == InvalidPassword)
        {
            throw new CryptographicException(
                password is null ? $"'{path}' needs a password." : $"The password of '{path}' is wrong.", exception);
        }
        catch (CryptographicException exception)
        {
            throw new CryptographicException($"'{path}' is not a PFX file that can be read.", exception);
        }
    }
}

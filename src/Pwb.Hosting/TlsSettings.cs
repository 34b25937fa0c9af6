using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Pwb.Hosting;

/// <summary>Reads the keys of an end point that are about TLS.</summary>
internal sealed class TlsSettings(Setting endPoint)
{
    private string? _certificate, _key, _password;
    private Setting? _authorities;
    private ClientCertificateMode? _clients;

    /// <summary>Takes the key's value.</summary>
    /// <returns>False if the key is about something else.</returns>
    public bool TryRead(Setting setting)
    {
        switch (setting.Name)
        {
            case "CERTIFICATE": _certificate = setting.Text(); return true;
            case "KEY": _key = setting.Text(); return true;
            case "PASSWORD": _password = setting.Text(); return true;
            case "CLIENTCERTIFICATES": _clients = setting.Choice<ClientCertificateMode>(); return true;
            case "CLIENTCERTIFICATEAUTHORITIES": _authorities = setting; return true;
            default: return false;
        }
    }

    /// <summary>The options; null for no TLS.</summary>
    public TlsOptions? Load()
    {
        if (string.IsNullOrEmpty(_certificate))
        {
            bool hasMore = (_key ?? _password ?? _authorities?.Path) is not null || _clients is not null;
            return _certificate is null && hasMore ? endPoint.Fail<TlsOptions?>(null, "has no Certificate") : null;
        }

        if (_authorities is not null && _clients is null or ClientCertificateMode.None)
            return _authorities.Value.Fail<TlsOptions?>(null, "needs ClientCertificates to be Accept or Require");
        try
        {
            bool isPfx = _key is null && Path.GetExtension(_certificate).ToUpperInvariant() is ".PFX" or ".P12";
            ServerCertificate certificate = isPfx
                ? ServerCertificate.FromPfx(_certificate, _password)
                : ServerCertificate.FromPem(_certificate, _key, _password);
            return new TlsOptions(certificate)
            {
                ClientCertificates = _clients ?? ClientCertificateMode.None,
                ClientCertificateAuthorities = _authorities is { } authorities ? AuthoritiesIn(authorities) : null,
            };
        }
        catch (Exception exception) when (exception is ArgumentException or IOException or CryptographicException)
        {
            return endPoint.Fail<TlsOptions?>(null, $"has a certificate that cannot be used: {exception.Message.TrimEnd('.')}");
        }
    }

    private static X509Certificate2[]? AuthoritiesIn(Setting file)
    {
        X509Certificate2Collection authorities = [];
        try
        {
            authorities.ImportFromPemFile(file.Text());
        }
        catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException)
        {
            return file.Fail<X509Certificate2[]?>(null, "is no file with certificates in PEM form");
        }

        return authorities.Count > 0 ? [.. authorities] : file.Fail<X509Certificate2[]?>(null, "has no certificate");
    }
}

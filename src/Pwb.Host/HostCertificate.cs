using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Pwb.Host;

/// <summary>The certificate of the options, or one for development.</summary>
internal static class HostCertificate
{
    // No option: a command line can be read by everybody on the machine.
    private const string PasswordVariable = "PWB_TLS_PASSWORD";

    /// <summary>The options that exclude each other, in one line; null without such a mistake.</summary>
    public static string? WhatIsWrongWith(string? certificate, string? key, string? clientAuthority, bool isForDevelopment)
    {
        if (clientAuthority is not null && certificate is null && !isForDevelopment)
            return "--tls-client-ca needs --tls-cert or --tls-dev.";
        if (isForDevelopment && (certificate ?? key) is not null)
            return "--tls-dev makes a certificate of its own; it does not go with --tls-cert or --tls-key.";
        if (key is not null && certificate is null)
            return "--tls-key needs --tls-cert.";
        if (key is not null && IsPfx(certificate!))
            return "--tls-key is for a certificate in PEM form; a PFX file has its key in it.";
        return null;
    }

    /// <exception cref="IOException">A file is not there or cannot be read.</exception>
    /// <exception cref="CryptographicException">A file does not contain a usable certificate or key.</exception>
    public static TlsOptions? Load(
        string? certificate, string? key, string? clientAuthority, bool isForDevelopment, Func<string, string?> environment)
    {
        if (certificate is null && !isForDevelopment)
            return null;
        var own = isForDevelopment ? ServerCertificate.SelfSigned() : Load(certificate!, key, environment);
        return clientAuthority is null ? new TlsOptions(own) : new TlsOptions(own)
        {
            ClientCertificates = ClientCertificateMode.Require,
            ClientCertificateAuthorities = [.. AuthoritiesIn(clientAuthority)],
        };
    }

    private static ServerCertificate Load(string certificate, string? key, Func<string, string?> environment)
    {
        string? password = environment(PasswordVariable) is { Length: > 0 } value ? value : null;
        return IsPfx(certificate)
            ? ServerCertificate.FromPfx(certificate, password)
            : ServerCertificate.FromPem(certificate, key, password);
    }

    private static X509Certificate2Collection AuthoritiesIn(string path)
    {
        X509Certificate2Collection authorities = [];
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new IOException($"Access to the path '{path}' is denied.", exception);
        }

        authorities.ImportFromPem(text);
        return authorities.Count > 0 ? authorities : throw new CryptographicException($"There is no certificate in {path}.");
    }

    private static bool IsPfx(string path) => Path.GetExtension(path).ToUpperInvariant() is ".PFX" or ".P12";
}

using System.Security.Cryptography;

namespace Pwb.Host;

/// <summary>The certificate that somebody names, or one for development.</summary>
internal static class HostCertificate
{
    // No option: a command line can be read by everybody on the machine.
    private const string PasswordVariable = "PWB_TLS_PASSWORD";

    /// <summary>What does not go together, in one line; null if everything does.</summary>
    public static string? WhatIsWrongWith(string? certificate, string? key, bool isForDevelopment)
    {
        if (isForDevelopment && (certificate ?? key) is not null)
            return "--tls-dev makes a certificate of its own; it does not go with --tls-cert or --tls-key.";
        if (key is not null && certificate is null)
            return "--tls-key needs --tls-cert.";
        if (key is not null && IsPfx(certificate!))
            return "--tls-key is for a certificate in PEM form; a PFX file has its key in it.";
        return null;
    }

    /// <exception cref="IOException">A file is not there or cannot be read.</exception>
    /// <exception cref="CryptographicException">What is in a file does not do.</exception>
    public static TlsOptions? Load(string? certificate, string? key, bool isForDevelopment, Func<string, string?> environment)
    {
        if (isForDevelopment)
            return new TlsOptions(ServerCertificate.SelfSigned());
        if (certificate is null)
            return null;

        string? password = environment(PasswordVariable) is { Length: > 0 } value ? value : null;
        return new TlsOptions(IsPfx(certificate)
            ? ServerCertificate.FromPfx(certificate, password)
            : ServerCertificate.FromPem(certificate, key, password));
    }

    private static bool IsPfx(string path) => Path.GetExtension(path).ToUpperInvariant() is ".PFX" or ".P12";
}

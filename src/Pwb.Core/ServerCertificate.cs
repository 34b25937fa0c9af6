using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Pwb.Logging;
using Pwb.Tls;

namespace Pwb;

/// <summary>
/// A certificate with its private key and the chain that is sent with it. One that came from files follows them: a handshake looks
/// whether they have changed, at most every ten seconds, and new connections get what is there then. A pair that is not good, such as one
/// half of a new one, changes nothing and is a warning in the log. Instances may be shared by end points and servers.
/// </summary>
public sealed class ServerCertificate
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(10);

    private readonly Lock _loading = new();
    private readonly CertificateFiles? _files;
    private volatile LoadedCertificate _current;
    private volatile string? _problem; // that was logged
    private long _lookedAt;
    private int _isLooking;

    private ServerCertificate(CertificateFiles files)
    {
        _files = files;
        _current = files.Load();
    }

    private ServerCertificate(LoadedCertificate certificate) => _current = certificate;

    /// <summary>What new connections get.</summary>
    public X509Certificate2 Current => _current.Certificate;

    internal LoadedCertificate Loaded => _current;

    /// <summary>A certificate from a PEM file, its own first and then those of its chain, as certbot's <c>fullchain.pem</c> has them.</summary>
    /// <param name="certificatePath">The file.</param>
    /// <param name="keyPath">The file with its private key, RSA or ECDSA, in PEM form; null if that is in the same file.</param>
    /// <param name="password">The key's password, if it is encrypted.</param>
    /// <exception cref="ArgumentException">A path is empty.</exception>
    /// <exception cref="IOException">A file is not there or cannot be read; the message says which, in one line.</exception>
    /// <exception cref="CryptographicException">What is in a file does not do: no certificate, no key, a wrong password, a key of another certificate. The message says what and where, in one line.</exception>
    public static ServerCertificate FromPem(string certificatePath, string? keyPath = null, string? password = null) =>
        new(new PemCertificateFiles(certificatePath, keyPath, password));

    /// <summary>A certificate from a PFX file (PKCS #12), with its private key and, if it has them, the certificates of its chain.</summary>
    /// <param name="path">The file.</param>
    /// <param name="password">Its password, if it has one.</param>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="IOException">The file is not there or cannot be read; the message says why, in one line.</exception>
    /// <exception cref="CryptographicException">It is no PFX file, holds no private key, or the password is wrong; the message says so, in one line.</exception>
    public static ServerCertificate FromPfx(string path, string? password = null) => new(new PfxCertificateFile(path, password));

    /// <summary>A certificate that the caller has loaded.</summary>
    /// <param name="certificate">The certificate with its private key. It must not be disposed of while a server uses it.</param>
    /// <param name="chain">The certificates between it and its root.</param>
    /// <exception cref="ArgumentException">It has no private key.</exception>
    public static ServerCertificate From(X509Certificate2 certificate, params IReadOnlyList<X509Certificate2> chain)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        ArgumentNullException.ThrowIfNull(chain);
        if (!certificate.HasPrivateKey) throw new ArgumentException("The certificate has no private key.", nameof(certificate));
        return new ServerCertificate(new LoadedCertificate(certificate, [.. chain]));
    }

    /// <summary>
    /// A certificate for development: signed by itself, so that clients have to be told to trust it; ECDSA P-256, valid for 90 days, and
    /// nowhere but in memory.
    /// </summary>
    /// <param name="names">DNS names and IP addresses; none for this machine: localhost, *.localhost, 127.0.0.1 and ::1.</param>
    /// <exception cref="ArgumentException">A name is not valid.</exception>
    public static ServerCertificate SelfSigned(params IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        return new ServerCertificate(new LoadedCertificate(SelfSignedCertificate.Create(names), []));
    }

    /// <summary>
    /// Reads the files now, whether they have changed or not. New connections get what is there; those that are open keep what they have.
    /// If this throws, everything stays as it was. Without files there is nothing to do.
    /// </summary>
    /// <exception cref="IOException">A file is not there or cannot be read.</exception>
    /// <exception cref="CryptographicException">What is in a file does not do.</exception>
    public void Reload()
    {
        if (_files is null) return;

        lock (_loading) _current = _files.Load();
        _problem = null;
    }

    /// <summary>Takes the files as they are now, if they have changed and it is time to look. Called by handshakes; one looks, the others go on.</summary>
    internal void Follow(TimeProvider timeProvider, ServerLog log)
    {
        if (_files is null || Interlocked.Exchange(ref _isLooking, 1) == 1) return;

        try
        {
            long lookedAt = _lookedAt;
            if (lookedAt != 0 && timeProvider.GetElapsedTime(lookedAt) < LookInterval) return;

            _lookedAt = timeProvider.GetTimestamp();
            if (!_files.HaveChanged()) return;
            Reload();
            log.CertificateReloaded(_files.Name, _current.Certificate.NotAfter.ToUniversalTime());
        }
        catch (Exception exception) // whatever it is, the handshake goes on with what there was
        {
            if (_problem == exception.Message) return;
            _problem = exception.Message;
            log.CertificateNotReloaded(exception.Message);
        }
        finally
        {
            Volatile.Write(ref _isLooking, 0);
        }
    }
}

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Pwb.Certificates;
using Pwb.Logging;

namespace Pwb;

/// <summary>
/// A certificate with its private key and its chain. Before it is used, it proves itself in handshakes in memory, by TLS 1.2 and
/// 1.3. A certificate from files follows them: a server that listens reads them every ten seconds, and new connections get the
/// new certificate. A pair that does not work changes nothing, and the log has a warning. End points and servers may share an
/// instance.
/// </summary>
/// <remarks>
/// A file that takes more than ten seconds to read counts as unreadable. A pipe or a FIFO is read once, to its end, and is not
/// followed.
/// </remarks>
/// <example><code>
/// ServerCertificate certificate = ServerCertificate.FromPem("fullchain.pem", "privkey.pem");
/// PwbServerOptions options = new() { EndPoints = ServerEndPoint.Any(443, new TlsOptions(certificate)) };
/// </code></example>
public sealed class ServerCertificate
{
    private readonly Lock _loading = new();
    private readonly CertificateFiles? _files;
    private volatile LoadedCertificate _current;
    private volatile string? _problem; // that was logged

    internal ServerCertificate(CertificateFiles files)
    {
        _files = files;
        _current = Load(files, files.Read());
    }

    internal ServerCertificate(LoadedCertificate certificate) => _current = certificate;

    /// <summary>The certificate for new connections.</summary>
    public X509Certificate2 Current => _current.Certificate;

    internal LoadedCertificate Loaded => _current;

    /// <summary>
    /// A certificate from a PEM file, its own first and then those of its chain, as certbot's <c>fullchain.pem</c> has them.
    /// </summary>
    /// <param name="certificatePath">The file.</param>
    /// <param name="keyPath">The file with its private key, RSA or ECDSA, in PEM form; null if that is in the same file.</param>
    /// <param name="password">The key's password, if it is encrypted.</param>
    /// <exception cref="ArgumentException">A path is empty, or no path.</exception>
    /// <exception cref="IOException">
    /// A file is not there, cannot be read, or took more than ten seconds; the message says which, in one line.
    /// </exception>
    /// <exception cref="CryptographicException">
    /// The files do not contain a usable pair: no certificate, a damaged one, no key, a wrong password, a key of another
    /// certificate, or a certificate with which no handshake succeeds, such as RSA of 1,024 bits. The message names the file and
    /// the reason, in one line.
    /// </exception>
    public static ServerCertificate FromPem(string certificatePath, string? keyPath = null, string? password = null) =>
        new(new PemCertificateFiles(certificatePath, keyPath, password));

    /// <summary>
    /// A certificate from a PFX file (PKCS #12), with its private key and, if it has them, the certificates of its chain.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="password">Its password, if it has one.</param>
    /// <exception cref="ArgumentException">The path is empty, or no path.</exception>
    /// <exception cref="IOException">
    /// The file is not there, cannot be read, or took more than ten seconds; the message says why, in one line.
    /// </exception>
    /// <exception cref="CryptographicException">
    /// It is no PFX file, holds no private key, the password is wrong, or no handshake succeeds with it; the message says so, in
    /// one line.
    /// </exception>
    public static ServerCertificate FromPfx(string path, string? password = null) => new(new PfxCertificateFile(path, password));

    /// <summary>A certificate that the caller has loaded.</summary>
    /// <param name="certificate">The certificate with its private key. It must not be disposed of while a server uses it.</param>
    /// <param name="chain">The certificates between it and its root.</param>
    /// <exception cref="ArgumentException">
    /// It has no private key, or no handshake succeeds with it; the message says why.
    /// </exception>
    public static ServerCertificate From(X509Certificate2 certificate, params IReadOnlyList<X509Certificate2> chain)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        ArgumentNullException.ThrowIfNull(chain);
        if (!certificate.HasPrivateKey) throw new ArgumentException("The certificate has no private key.", nameof(certificate));

        LoadedCertificate loaded = new(certificate, [.. chain]);
        if (HandshakeProof.WhatIsWrongWith(loaded) is { } why)
            throw new ArgumentException($"No handshake succeeds with the certificate: {why}", nameof(certificate));
        return new ServerCertificate(loaded);
    }

    /// <summary>
    /// Makes a self-signed certificate for development: ECDSA P-256, valid for 90 days, in memory only. Clients must be told to
    /// trust it.
    /// </summary>
    /// <param name="names">DNS names and IP addresses; none for this machine: localhost, *.localhost, 127.0.0.1 and ::1.</param>
    /// <exception cref="ArgumentException">A name is not valid.</exception>
    public static ServerCertificate SelfSigned(params IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        return new ServerCertificate(new LoadedCertificate(SelfSignedCertificate.Create(names), []));
    }

    /// <summary>
    /// Reads the files now, whether they have changed or not. New connections get the new certificate; open ones keep theirs. If
    /// this throws, nothing changes. Does nothing for a certificate that did not come from files.
    /// </summary>
    /// <exception cref="IOException">
    /// A file is not there, cannot be read, took more than ten seconds, or is a pipe that was read before.
    /// </exception>
    /// <exception cref="CryptographicException">The files do not contain a usable pair.</exception>
    public void Reload()
    {
        if (_files is null) return;

        lock (_loading) _current = Load(_files, _files.Read());
        _problem = null;
    }

    /// <summary>Takes the files as they are now, if they hold something new. May wait for a disk.</summary>
    internal void Follow(ServerLog log)
    {
        if (_files is null || !_loading.TryEnter()) return; // another thread is reading them now

        try
        {
            if (!_files.AreWorthALook) return;
            byte[][] contents = _files.Read();
            if (!_files.AreTaken(contents))
            {
                _current = Load(_files, contents);
                log.CertificateReloaded(_files.Name, _current.ValidUntil);
            }

            _problem = null;
        }
        catch (Exception exception) // whatever it is, there is still the old one
        {
            if (_problem == exception.Message) return;
            _problem = exception.Message;
            log.CertificateNotReloaded(exception.Message);
        }
        finally
        {
            _loading.Exit();
        }
    }

    private static LoadedCertificate Load(CertificateFiles files, byte[][] contents)
    {
        LoadedCertificate loaded = files.Load(contents);
        if (HandshakeProof.WhatIsWrongWith(loaded) is { } why)
            throw new CryptographicException($"No handshake succeeds with the certificate in '{files.Name}': {why}");

        files.Take(contents); // not before: a pair that is not good is tried again
        return loaded;
    }
}

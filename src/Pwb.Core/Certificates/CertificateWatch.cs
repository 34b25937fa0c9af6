using Pwb.Logging;


namespace Pwb.Certificates;

/// <summary>
/// Follows the certificates of a server that listens. Their files are read every ten seconds, on a thread that nobody waits for:
/// a mount that hangs delays neither a handshake nor a stop. A certificate that clients will not accept gets a warning as soon as
/// that begins.
/// </summary>
internal sealed class CertificateWatch(TimeProvider timeProvider, ServerLog log)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private volatile Watched[] _watched = [];
    private long _lookedAt;
    private bool _isLooking;

    /// <summary>Begins to follow these certificates, in place of those before.</summary>
    /// <exception cref="InvalidOperationException">A certificate has been disposed of.</exception>
    public void Begin(IEnumerable<ServerCertificate> certificates)
    {
        Watched[] watched = [.. certificates.Distinct().Select(certificate => new Watched(certificate))];
        Watched? disposed = Array.Find(watched, one => one.Certificate.Loaded.IsDisposed);
        if (disposed is not null)
            throw new InvalidOperationException($"The certificate {disposed.Certificate.Loaded.Subject} has been disposed of.");

        _lookedAt = timeProvider.GetTimestamp();
        _watched = watched;
        foreach (Watched one in watched) one.Warn(timeProvider.GetUtcNow().UtcDateTime, log);
    }

    /// <summary>Follows nothing any more. A look that is under way ends by itself.</summary>
    public void End() => _watched = [];

    /// <summary>Has the files read, if it is time. Called by the heartbeat, which must not wait.</summary>
    public void Beat()
    {
        if (_watched.Length == 0 || timeProvider.GetElapsedTime(_lookedAt) < Interval
            || Interlocked.Exchange(ref _isLooking, true))
            return;

        _lookedAt = timeProvider.GetTimestamp();
        try
        {
            new Thread(Look) { IsBackground = true, Name = "PWB certificates" }.Start();
        }
        catch
        {
            Volatile.Write(ref _isLooking, false);
            throw;
        }
    }

    /// <summary>Looks at all the files now.</summary>
    internal void Look()
    {
        foreach (Watched one in _watched)
        {
            if (_watched.Length == 0) break; // the end has come meanwhile
            one.Certificate.Follow(log);
            one.Warn(timeProvider.GetUtcNow().UtcDateTime, log);
        }

        Volatile.Write(ref _isLooking, false);
    }

    private sealed class Watched(ServerCertificate certificate)
    {
        private LoadedCertificate? _warnedOf;

        public ServerCertificate Certificate => certificate;

        /// <summary>Says once of each that is loaded that it is not valid.</summary>
        public void Warn(DateTime now, ServerLog log)
        {
            LoadedCertificate loaded = certificate.Loaded;
            if (now >= loaded.ValidFrom && now <= loaded.ValidUntil)
            {
                _warnedOf = null;
            }
            else if (_warnedOf != loaded)
            {
                _warnedOf = loaded;
                if (now < loaded.ValidFrom) log.CertificateNotYetValid(loaded.Subject, loaded.ValidFrom);
                else log.CertificateExpired(loaded.Subject, loaded.ValidUntil);
            }
        }
    }
}

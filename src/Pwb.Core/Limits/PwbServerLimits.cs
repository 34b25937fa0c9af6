namespace Pwb;

/// <summary>
/// What a client may ask of the server before it is refused or dropped. The defaults suit a server on the open internet. Checked
/// once, when a server is made with them.
/// </summary>
/// <example><code>
/// PwbServerOptions options = new() { Limits = new PwbServerLimits { MaxContentLength = 1_000_000 } };
/// </code></example>
public sealed record PwbServerLimits
{
    private const int Kibi = 1024;

    /// <summary>The limits of a server that is not told otherwise.</summary>
    public static PwbServerLimits Default { get; } = new();

    /// <summary>
    /// Connections at one time. Default null: the smallest of 10,000, half of what the process's open-file limit leaves after 128
    /// descriptors, and one for each 256 KiB of half of the available memory, since .NET itself breaks when either runs out. When
    /// they are used up, the longest-idle kept-alive connection makes room (as in nginx), or else the one that has been silent
    /// longest since it was opened; if there is none of either, a new one gets 503 with Retry-After: 1, or is reset when 64
    /// others are just being told so.
    /// </summary>
    public int? MaxConnections { get; init; }

    /// <summary>Connections that the kernel queues until they are accepted. Default 512, as in Kestrel; nginx has 511.</summary>
    public int Backlog { get; init; } = 512;

    /// <summary>
    /// Octets of a request line without its CRLF. Default 8 KiB, as in nginx and Kestrel; RFC 9112 §3 asks for at least 8,000.
    /// Beyond: 414.
    /// </summary>
    public int MaxRequestLineLength { get; init; } = 8 * Kibi;

    /// <summary>
    /// Octets of a header section: all its field lines with their CRLFs. Default 32 KiB, as in Kestrel. Beyond: 431.
    /// </summary>
    public int MaxHeaderSectionLength { get; init; } = 32 * Kibi;

    /// <summary>Field lines in a header section. Default 100, as in Kestrel. Beyond: 431.</summary>
    public int MaxFieldLines { get; init; } = 100;

    /// <summary>
    /// Octets of a request's content. Default 30,000,000, as in Kestrel. Beyond: 413, by Content-Length before the handler is
    /// called, by count for chunked content. <see cref="PwbServerOptions.MaxContentLengthSelector"/> sets it for single requests.
    /// </summary>
    public long MaxContentLength { get; init; } = 30_000_000;

    /// <summary>Octets of one chunk-size line without its CRLF, extensions included. Default 1 KiB. Beyond: 400.</summary>
    public int MaxChunkLineLength { get; init; } = Kibi;

    /// <summary>
    /// Octets of all the chunk extensions of one request. Default 16 KiB, as in hyper; see GO-2023-2382. Beyond: 400.
    /// </summary>
    public int MaxChunkExtensionsLength { get; init; } = 16 * Kibi;

    /// <summary>Octets of a trailer section. Default 8 KiB. Beyond: 400.</summary>
    public int MaxTrailerSectionLength { get; init; } = 8 * Kibi;

    /// <summary>Field lines in a trailer section. Default 32. Beyond: 400.</summary>
    public int MaxTrailerFieldLines { get; init; } = 32;

    /// <summary>
    /// Octets of content that the server reads and drops when a handler has left them unread. Default 256 KiB, as in Go. Beyond:
    /// the connection closes.
    /// </summary>
    public long MaxDrainedContentLength { get; init; } = 256 * Kibi;

    /// <summary>How long unread content is read and dropped. Default 5 seconds, as in Kestrel.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a new connection may stay silent. Default 30 seconds. Beyond: closed without an answer.</summary>
    public TimeSpan FirstByteTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a TLS handshake may take from the moment when the connection was accepted, and a header of the PROXY protocol
    /// before it. Default 10 seconds, as in Kestrel. Beyond: reset.
    /// </summary>
    public TimeSpan TlsHandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a request's head may take from its first byte. Default 30 seconds, as in Kestrel. Beyond: 408.</summary>
    public TimeSpan RequestHeadTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a connection may be idle between two requests. Default 75 seconds, as in nginx. Beyond: closed.
    /// </summary>
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromSeconds(75);

    /// <summary>
    /// Octets a second at which content must arrive on average, counted only while it is waited for and after
    /// <see cref="ContentRateGracePeriod"/>. Default 240, as in Kestrel; 0 for no such limit. Below: 408.
    /// </summary>
    public int MinContentRate { get; init; } = 240;

    /// <summary>
    /// How long content may be slower than <see cref="MinContentRate"/>, in all. Default 5 seconds, as in Kestrel.
    /// </summary>
    public TimeSpan ContentRateGracePeriod { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long the client may send nothing at all while content is waited for. Default 30 seconds. Beyond: 408.
    /// </summary>
    public TimeSpan ContentTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a response may make no progress. Default 30 seconds. Beyond: reset.</summary>
    public TimeSpan ResponseTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Octets a second at which a response must be taken on average, counted only while the client is waited for and after
    /// <see cref="ResponseTimeout"/>. Default 240, as in Kestrel; 0 for no such limit. Below: reset.
    /// </summary>
    public int MinResponseRate { get; init; } = 240;

    /// <summary>
    /// How long a connection that the server has ended is read from, so that the last response is not lost in a reset. Default 30
    /// seconds, as in nginx. A client that is silent for 5 seconds is given up sooner; one that sends more than 64,000 octets a
    /// second gets the time that it needs.
    /// </summary>
    public TimeSpan LingerTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long requests in flight may take after the server was told to stop. Default 30 seconds, as in Kestrel. Beyond: reset.
    /// </summary>
    public TimeSpan ShutdownGracePeriod { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Checks all limits, as <see cref="PwbServer"/> does when it is made with them.</summary>
    /// <exception cref="ArgumentException">
    /// A limit is out of its range; the message says which and what the range is, <see cref="ArgumentException.ParamName"/> is
    /// its name.
    /// </exception>
    public void Validate()
    {
        Check(nameof(MaxConnections), MaxConnections ?? 1, 1, int.MaxValue);
        Check(nameof(Backlog), Backlog, 1, 65_535);
        Check(nameof(MaxRequestLineLength), MaxRequestLineLength, 64, 1024 * Kibi);
        Check(nameof(MaxHeaderSectionLength), MaxHeaderSectionLength, 64, 1024 * Kibi);
        Check(nameof(MaxFieldLines), MaxFieldLines, 1, 10_000);
        Check(nameof(MaxContentLength), MaxContentLength, 0, long.MaxValue);
        Check(nameof(MaxChunkLineLength), MaxChunkLineLength, 16, 64 * Kibi);
        Check(nameof(MaxChunkExtensionsLength), MaxChunkExtensionsLength, 0, 1024 * Kibi);
        Check(nameof(MaxTrailerSectionLength), MaxTrailerSectionLength, 0, 1024 * Kibi);
        Check(nameof(MaxTrailerFieldLines), MaxTrailerFieldLines, 0, 10_000);
        Check(nameof(MaxDrainedContentLength), MaxDrainedContentLength, 0, long.MaxValue);
        Check(nameof(MinContentRate), MinContentRate, 0, int.MaxValue);
        Check(nameof(MinResponseRate), MinResponseRate, 0, int.MaxValue);
        Check(nameof(DrainTimeout), DrainTimeout);
        Check(nameof(FirstByteTimeout), FirstByteTimeout);
        Check(nameof(TlsHandshakeTimeout), TlsHandshakeTimeout);
        Check(nameof(RequestHeadTimeout), RequestHeadTimeout);
        Check(nameof(KeepAliveTimeout), KeepAliveTimeout);
        Check(nameof(ContentRateGracePeriod), ContentRateGracePeriod);
        Check(nameof(ContentTimeout), ContentTimeout);
        Check(nameof(ResponseTimeout), ResponseTimeout);
        Check(nameof(LingerTimeout), LingerTimeout);
        Check(nameof(ShutdownGracePeriod), ShutdownGracePeriod);
    }

    private static void Check(string name, long value, long min, long max)
    {
        if (value < min || value > max) throw new ArgumentException($"{name} is {value}; it must be from {min} to {max}.", name);
    }

    private static void Check(string name, TimeSpan value)
    {
        if (value < TimeSpan.Zero || value > TimeSpan.FromDays(1))
            throw new ArgumentException($"{name} is {value}; it must be from 0 to one day.", name);
    }
}

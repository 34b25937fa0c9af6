namespace Pwb;

/// <summary>
/// The limits on what one client may use. The server refuses or drops a client that exceeds one. The defaults suit a server on
/// the open internet. The constructor of <see cref="PwbServer"/> checks the ranges.
/// </summary>
/// <example><code>
/// PwbServerOptions options = new() { Limits = new PwbServerLimits { MaxContentLength = 1_000_000 } };
/// </code></example>
public sealed record PwbServerLimits
{
    private const int Kibi = 1024;

    /// <summary>The default limits.</summary>
    public static PwbServerLimits Default { get; } = new();

    /// <summary>
    /// The number of connections at one time. Default null: the smallest of 10,000; half of the open-file limit after 128
    /// descriptors; and half of the available memory divided by 256 KiB. When all are in use, the connection that has been idle
    /// longest closes for the new one (as in nginx), or else the one that has been silent longest since it was opened. If there
    /// is neither, the new connection gets 503 with Retry-After: 1. It is reset if 64 others are receiving that 503.
    /// </summary>
    public int? MaxConnections { get; init; }

    /// <summary>
    /// The number of connections that the kernel queues until they are accepted. Default 512, as in Kestrel; nginx has 511.
    /// </summary>
    public int Backlog { get; init; } = 512;

    /// <summary>
    /// The length of a request line in bytes, without CRLF. Default 8 KiB, as in nginx and Kestrel; RFC 9112 §3 asks for at least
    /// 8,000. Beyond: 414.
    /// </summary>
    public int MaxRequestLineLength { get; init; } = 8 * Kibi;

    /// <summary>
    /// The length of a header section in bytes: all field lines with their CRLFs. Default 32 KiB, as in Kestrel. Beyond: 431.
    /// </summary>
    public int MaxHeaderSectionLength { get; init; } = 32 * Kibi;

    /// <summary>The number of field lines in a header section. Default 100, as in Kestrel. Beyond: 431.</summary>
    public int MaxFieldLines { get; init; } = 100;

    /// <summary>
    /// The length of a request's content in bytes. Default 30,000,000, as in Kestrel. Beyond: 413. Content with a Content-Length
    /// is refused before the handler is called, chunked content while it is read. <see
    /// cref="PwbServerOptions.MaxContentLengthSelector"/> sets another limit for single requests.
    /// </summary>
    public long MaxContentLength { get; init; } = 30_000_000;

    /// <summary>The length of one chunk-size line in bytes, with extensions, without CRLF. Default 1 KiB. Beyond: 400.</summary>
    public int MaxChunkLineLength { get; init; } = Kibi;

    /// <summary>
    /// The length of all chunk extensions of one request in bytes. Default 16 KiB, as in hyper; see GO-2023-2382. Beyond: 400.
    /// </summary>
    public int MaxChunkExtensionsLength { get; init; } = 16 * Kibi;

    /// <summary>The length of a trailer section in bytes. Default 8 KiB. Beyond: 400.</summary>
    public int MaxTrailerSectionLength { get; init; } = 8 * Kibi;

    /// <summary>The number of field lines in a trailer section. Default 32. Beyond: 400.</summary>
    public int MaxTrailerFieldLines { get; init; } = 32;

    /// <summary>
    /// The number of wasted bytes on one connection (chunk lines, chunk extensions, trailers) beyond its useful ones (heads,
    /// content). Each second pays for another 16,000. Default 1 MiB: 250,000 chunks of one byte at once, or 4,000 a second for
    /// ever. Beyond: 400. See GO-2023-2382.
    /// </summary>
    public long MaxWastedLength { get; init; } = Kibi * Kibi;

    /// <summary>
    /// The number of bytes that the server reads and drops when a handler leaves content unread. Default 256 KiB, as in Go.
    /// Beyond: the connection closes.
    /// </summary>
    public long MaxDrainedContentLength { get; init; } = 256 * Kibi;

    /// <summary>
    /// The time for reading and dropping unread content. Default 5 seconds, as in Kestrel. Beyond: the connection closes.
    /// </summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The time that a new connection may stay silent. Default 30 seconds. Beyond: the connection closes without a response.
    /// </summary>
    public TimeSpan FirstByteTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The time for a TLS handshake, and for the header of the PROXY protocol before it, from when the connection was accepted.
    /// Default 10 seconds, as in Kestrel. Beyond: reset.
    /// </summary>
    public TimeSpan TlsHandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The time for a request's head, from its first byte. Default 30 seconds, as in Kestrel. Beyond: 408.</summary>
    public TimeSpan RequestHeadTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The time that a connection may be idle between two requests. Default 75 seconds, as in nginx. Beyond: the connection
    /// closes.
    /// </summary>
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromSeconds(75);

    /// <summary>
    /// The lowest average rate of content in bytes a second. Only the time that the server waits for content counts, after <see
    /// cref="ContentRateGracePeriod"/>. Default 240, as in Kestrel; 0 for no such limit. Below: 408.
    /// </summary>
    public int MinContentRate { get; init; } = 240;

    /// <summary>
    /// The total time that content may be slower than <see cref="MinContentRate"/>. Default 5 seconds, as in Kestrel.
    /// </summary>
    public TimeSpan ContentRateGracePeriod { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The time that the client may send nothing while the server waits for content. Default 30 seconds. Beyond: 408.
    /// </summary>
    public TimeSpan ContentTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The time that a response may make no progress because the client takes nothing. Default 30 seconds. Beyond: reset.
    /// </summary>
    public TimeSpan ResponseTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The lowest average rate at which a client takes a response, in bytes a second. Only the time that the server waits for the
    /// client counts, after <see cref="ResponseTimeout"/>. Default 240, as in Kestrel; 0 for no such limit. Below: reset.
    /// </summary>
    public int MinResponseRate { get; init; } = 240;

    /// <summary>
    /// The time that the server reads on after it has ended a connection, so that a reset does not destroy the last response.
    /// Default 30 seconds, as in nginx. A client that is silent for 5 seconds ends it sooner; one that sends more than 64,000
    /// bytes a second gets the time that it needs.
    /// </summary>
    public TimeSpan LingerTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The time for requests in flight after the stop has begun. Default 30 seconds, as in Kestrel. Beyond: reset.
    /// </summary>
    public TimeSpan ShutdownGracePeriod { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Checks all limits, as <see cref="PwbServer"/> does when it is made with them.</summary>
    /// <exception cref="ArgumentException">
    /// A limit is out of its range. The message names the limit and its range, and <see cref="ArgumentException.ParamName"/> is
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
        Check(nameof(MaxWastedLength), MaxWastedLength, 0, long.MaxValue);
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

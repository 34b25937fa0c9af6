using System.Net;

namespace Pwb.Transports;

/// <summary>The statement of a proxy about its client at the beginning of a connection, by the PROXY protocol.</summary>
/// <param name="rules">Which proxies are believed.</param>
internal sealed class ProxyPreface(ProxyRules rules)
{
    private const int MaxLength = 4096; // as nginx has it (NGX_PROXY_PROTOCOL_MAX_HEADER)

    /// <summary>The proxy; null as long as it has not told of a client.</summary>
    public EndPoint? Proxy { get; private set; }

    /// <summary>The client; null if the proxy speaks for itself, or does not know.</summary>
    public EndPoint? Source { get; private set; }

    /// <summary>Where the client has connected to; null if it was not told.</summary>
    public EndPoint? Destination { get; private set; }

    /// <summary>Reads the header and nothing behind it.</summary>
    /// <exception cref="IOException">
    /// There is no such header, or its sender is not trusted. The connection is closed unanswered.
    /// </exception>
    public async ValueTask ReadAsync(Stream stream, EndPoint? peer, CancellationToken cancellationToken)
    {
        if (!rules.Believes(peer)) throw Refused(peer, "it is not one of the proxies");

        byte[] header = new byte[ProxyHeader.MaxTextLength];
        await stream.ReadExactlyAsync(header.AsMemory(0, ProxyHeader.Signature.Length), cancellationToken).ConfigureAwait(false);
        bool isValid;
        EndPoint? source, destination;
        if (header.AsSpan().StartsWith(ProxyHeader.Signature))
        {
            header = await ReadBinaryAsync(header, stream, cancellationToken).ConfigureAwait(false);
            isValid = ProxyHeader.TryReadBinary(header, out source, out destination);
        }
        else
        {
            int length = await ReadLineAsync(header, stream, cancellationToken).ConfigureAwait(false);
            isValid = ProxyHeader.TryReadText(header.AsSpan(0, length), out source, out destination);
        }

        if (!isValid) throw Refused(peer, "it did not begin with a header of the PROXY protocol");
        if (source is null) return;
        (Proxy, Source, Destination) = (peer, source, destination);
    }

    /// <returns>The whole header; empty if it is malformed.</returns>
    private static async ValueTask<byte[]> ReadBinaryAsync(byte[] start, Stream stream, CancellationToken cancellationToken)
    {
        Memory<byte> fixedPart = start.AsMemory(0, ProxyHeader.FixedLength);
        await stream.ReadExactlyAsync(fixedPart[ProxyHeader.Signature.Length..], cancellationToken).ConfigureAwait(false);
        int length = ProxyHeader.FixedLength + ProxyHeader.LengthOf(fixedPart.Span);
        if (!ProxyHeader.IsFixedPart(fixedPart.Span) || length > MaxLength) return [];

        byte[] header = new byte[length];
        fixedPart.CopyTo(header);
        await stream.ReadExactlyAsync(header.AsMemory(ProxyHeader.FixedLength), cancellationToken).ConfigureAwait(false);
        return header;
    }

    // Byte by byte, since bytes behind the line belong to the connection, and only a socket can be peeked into.
    private static async ValueTask<int> ReadLineAsync(byte[] line, Stream stream, CancellationToken cancellationToken)
    {
        int length = ProxyHeader.Signature.Length;
        if (!line.AsSpan().StartsWith(ProxyHeader.TextStart) || line.AsSpan(0, length).Contains((byte)'\n')) return 0;
        while (length < line.Length && line[length - 1] != '\n')
        {
            await stream.ReadExactlyAsync(line.AsMemory(length, 1), cancellationToken).ConfigureAwait(false);
            length++;
        }

        return length;
    }

    private IOException Refused(EndPoint? peer, string why)
    {
        rules.Refused(peer, why);
        return new IOException(why);
    }
}

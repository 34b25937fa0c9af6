using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Tls;

/// <summary>A client that has agreed with a server, and trusts anybody.</summary>
internal sealed class TlsClient : IDisposable
{
    private readonly TcpClient _tcp;
    private readonly RecordReadingStream _records;

    private TlsClient(TcpClient tcp)
    {
        _tcp = tcp;
        _records = new RecordReadingStream(tcp.GetStream());
        Stream = new SslStream(_records, leaveInnerStreamOpen: false, Inspect);
    }

    public SslStream Stream { get; }

    public Socket Socket => _tcp.Client;

    /// <summary>The server's.</summary>
    public X509Certificate2 Certificate { get; private set; } = null!;

    /// <summary>The subjects of the certificates that the server has sent besides its own.</summary>
    public IReadOnlyList<string> Chain { get; private set; } = [];

    /// <summary>
    /// The content type of the last record that came; with TLS 1.2 it tells an alert from data: RFC 5246 §6.2.1.
    /// </summary>
    public int LastRecordType => _records.LastRecordType;

    public static Task<TlsClient> ConnectAsync(
        PwbServer server, string host = "localhost", SslProtocols protocols = SslProtocols.None,
        params SslApplicationProtocol[] applications) =>
        ConnectAsync(server.EndPoints.First(endPoint => endPoint.Tls is not null).Ip, host, protocols, applications);

    public static async Task<TlsClient> ConnectAsync(
        IPEndPoint endPoint, string host = "localhost", SslProtocols protocols = SslProtocols.None,
        params SslApplicationProtocol[] applications)
    {
        TcpClient tcp = new(endPoint.AddressFamily);
        await tcp.ConnectAsync(endPoint);
        TlsClient client = new(tcp);
        SslClientAuthenticationOptions options = new()
        {
            TargetHost = host,
            EnabledSslProtocols = protocols,
            ApplicationProtocols = applications is [] ? null : [.. applications],
        };
        try
        {
            await client.Stream.AuthenticateAsClientAsync(options).WaitAsync(Wire.SafetyTimeout);
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Stream.Dispose();
        _tcp.Dispose();
    }

    public async Task SendAsync(string text) =>
        await Stream.WriteAsync(Latin1.Bytes(text)).AsTask().WaitAsync(Wire.SafetyTimeout);

    /// <summary>What comes next; empty at the end.</summary>
    public async Task<string> ReadAsync()
    {
        byte[] buffer = new byte[16 * 1024];
        return Latin1.Text(buffer.AsSpan(0, await Stream.ReadAsync(buffer).AsTask().WaitAsync(Wire.SafetyTimeout)));
    }

    public async Task<byte[]> ReadToEndAsync()
    {
        using MemoryStream received = new();
        await Stream.CopyToAsync(received).WaitAsync(Wire.SafetyTimeout);
        return received.ToArray();
    }

    private bool Inspect(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        Certificate = X509CertificateLoader.LoadCertificate(certificate!.GetRawCertData());
        Chain = [.. chain!.ChainPolicy.ExtraStore.Select(extra => extra.Subject)];
        return true;
    }

    /// <summary>Passes everything through, and notes where records begin.</summary>
    private sealed class RecordReadingStream(Stream inner) : Stream
    {
        private readonly byte[] _header = new byte[5];
        private int _headerLength;
        private int _left;

        public int LastRecordType { get; private set; } = -1;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int count = await inner.ReadAsync(buffer, cancellationToken);
            Note(buffer.Span[..count]);
            return count;
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            inner.WriteAsync(buffer, cancellationToken);

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);

        public override void Flush() => inner.Flush();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing) inner.Dispose();
            base.Dispose(disposing);
        }

        private void Note(ReadOnlySpan<byte> bytes)
        {
            while (!bytes.IsEmpty)
            {
                int count = Math.Min(bytes.Length, _left > 0 ? _left : _header.Length - _headerLength);
                if (_left > 0)
                {
                    _left -= count;
                }
                else
                {
                    bytes[..count].CopyTo(_header.AsSpan(_headerLength));
                    _headerLength += count;
                    if (_headerLength == _header.Length)
                    {
                        LastRecordType = _header[0];
                        _left = (_header[3] << 8) | _header[4];
                        _headerLength = 0;
                    }
                }

                bytes = bytes[count..];
            }
        }
    }
}

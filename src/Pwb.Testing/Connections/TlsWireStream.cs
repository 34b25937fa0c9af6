using System.Net.Security;

namespace Pwb.Testing.Connections;

/// <summary>A connection with TLS, from the server's view: faults act on the bytes inside TLS.</summary>
internal sealed class TlsWireStream : SslStream
{
    private readonly Wire _wire;
    private readonly ResponseWriter _writer;

    public TlsWireStream(Wire wire, TimeProvider time)
        : base(wire.Stream, leaveInnerStreamOpen: true)
    {
        _wire = wire;
        _writer = new ResponseWriter(base.WriteAsync, wire, time);
        wire.Writer = _writer;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        _writer.WriteAsync(buffer, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing) _wire.Close();
    }
}

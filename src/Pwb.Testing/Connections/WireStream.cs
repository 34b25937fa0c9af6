using Pwb.Model;

namespace Pwb.Testing.Connections;

/// <summary>A connection without TLS, as the server sees it.</summary>
internal sealed class WireStream : ForwardStream
{
    private readonly Wire _wire;
    private readonly ResponseWriter _writer;

    public WireStream(Wire wire, TimeProvider time)
    {
        _wire = wire;
        _writer = new ResponseWriter(wire.Stream.WriteAsync, wire, time);
        wire.Writer = _writer;
    }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _wire.Stream.ReadAsync(buffer, cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        _writer.WriteAsync(buffer, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing) _wire.Close();
    }
}

using System.Diagnostics.CodeAnalysis;

namespace Pwb.StaticFiles;

/// <summary>
/// The content of a file in memory, in use by one response, as a stream. Disposing of it ends the use. So does the garbage
/// collector, where a handler has thrown a response away.
/// </summary>
internal sealed class LentContent : MemoryStream
{
    private readonly LargeContent _content;
    private int _isEnded;

    private LentContent(LargeContent content, byte[] bytes)
        : base(bytes, 0, bytes.Length, writable: false, publiclyVisible: true) => _content = content;

    [SuppressMessage("Design", "MA0055:Do not use finalizer", Justification = "It ends the use of memory, not of a handle.")]
    ~LentContent() => Dispose(disposing: false);

    /// <summary>The bytes. They never change, also after the end of the use.</summary>
    public ReadOnlyMemory<byte> Bytes => GetBuffer();

    /// <returns>Null if there is no content, or it is no longer in memory.</returns>
    public static LentContent? TryTake(LargeContent? content) =>
        content?.TryUse() is { } bytes ? new LentContent(content, bytes) : null;

    protected override void Dispose(bool disposing)
    {
        if (Interlocked.Exchange(ref _isEnded, 1) == 0) _content.EndUse();
        base.Dispose(disposing);
    }
}

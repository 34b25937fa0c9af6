namespace Pwb.Http;

/// <summary>
/// A part of a representation. <see cref="Start"/> and <see cref="Length"/> are those of the whole where that is sent.
/// </summary>
internal readonly record struct ByteRange(long Start, long Length)
{
    public long End => Start + Length;
}

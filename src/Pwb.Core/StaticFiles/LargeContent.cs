using System.Diagnostics;

namespace Pwb.StaticFiles;

/// <summary>The content of a larger file in memory, and how many responses send it. For any thread.</summary>
internal sealed class LargeContent(byte[] bytes)
{
    private readonly Lock _lock = new();
    private byte[]? _bytes = bytes;
    private int _users;
    private long _usedAt;

    public long Length { get; } = bytes.Length;

    /// <summary>The larger, the later it was used.</summary>
    public long UsedAt => Volatile.Read(ref _usedAt);

    /// <summary>Begins a use. <see cref="EndUse"/> has to follow.</summary>
    /// <returns>The bytes; null if they have been dropped.</returns>
    public byte[]? TryUse()
    {
        lock (_lock)
        {
            if (_bytes is null) return null;

            _users++;
            _usedAt = Stopwatch.GetTimestamp();
            return _bytes;
        }
    }

    public void EndUse()
    {
        lock (_lock) _users--;
    }

    /// <summary>Drops the bytes, unless they are in use.</summary>
    public bool TryDrop()
    {
        lock (_lock)
        {
            if (_users > 0) return false;

            _bytes = null;
            return true;
        }
    }
}

namespace Pwb.StaticFiles;

/// <summary>
/// The contents of larger files that are in memory, within a budget of bytes. A content counts while a response is sending it,
/// and stays that long. So clients that read slowly hold no more memory than the budget.
/// </summary>
/// <param name="maxLength">The budget.</param>
internal sealed class LargeContents(long maxLength)
{
    private readonly Lock _lock = new();
    private readonly List<LargeContent> _contents = [];
    private long _length;

    /// <summary>The number of bytes in memory, or reserved.</summary>
    public long Length => Volatile.Read(ref _length);

    /// <summary>
    /// Reserves room for a content that is about to be read. The least recently used ones make room. <see cref="Keep"/> or
    /// <see cref="GiveUp"/> has to follow.
    /// </summary>
    public bool TryReserve(long length)
    {
        lock (_lock)
        {
            if (length > maxLength) return false;
            if (_length + length > maxLength) MakeRoom(maxLength - length);
            if (_length + length > maxLength) return false;

            _length += length;
            return true;
        }
    }

    /// <summary>Keeps a content for whose length there is a reservation.</summary>
    public LargeContent Keep(byte[] bytes)
    {
        LargeContent content = new(bytes);
        lock (_lock) _contents.Add(content);
        return content;
    }

    /// <summary>Gives a reservation up.</summary>
    public void GiveUp(long length)
    {
        lock (_lock) _length -= length;
    }

    /// <summary>Drops a content that nothing leads to any more. One that is in use stays until room is needed.</summary>
    public void Drop(LargeContent content)
    {
        lock (_lock)
        {
            if (content.TryDrop() && _contents.Remove(content)) _length -= content.Length;
        }
    }

    private void MakeRoom(long left)
    {
        foreach (LargeContent content in _contents.OrderBy(content => content.UsedAt).ToArray())
        {
            if (_length <= left) break;
            Drop(content);
        }
    }
}

namespace Pwb.Channels;

/// <summary>
/// The client's wasted bytes minus its useful ones. Useful bytes pay for wasted ones, and time does too: a client that now and
/// then sends a little of either kind never reaches a limit.
/// </summary>
internal struct Waste
{
    // Sixteen bytes a millisecond: four thousand chunks of one byte a second cost next to nothing.
    private const long PaidPerMillisecond = 16;

    private long _level;
    private long _paidUntil;

    /// <summary>Counts bytes.</summary>
    /// <param name="wasted">The number of bytes that serve nobody.</param>
    /// <param name="used">The number of useful bytes.</param>
    /// <param name="now">The time, in milliseconds.</param>
    /// <returns>The number of wasted bytes that nothing has paid for.</returns>
    public long Add(long wasted, long used, long now)
    {
        _level = Math.Max(0, _level - ((now - _paidUntil) * PaidPerMillisecond)); // time pays first, for earlier bytes
        _paidUntil = now;
        return _level = Math.Max(0, _level + wasted - used);
    }
}

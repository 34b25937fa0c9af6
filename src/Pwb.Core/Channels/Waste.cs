namespace Pwb.Channels;

/// <summary>
/// How many more bytes a client has sent that serve nobody than bytes that serve somebody. Bytes of use pay for those that are
/// not, and so does time: who sends a little of either kind, now and then, never reaches a limit.
/// </summary>
internal struct Waste
{
    // Sixteen bytes a millisecond: four thousand chunks of one byte a second cost next to nothing.
    private const long PaidPerMillisecond = 16;

    private long _level;
    private long _paidUntil;

    /// <summary>Bytes have come.</summary>
    /// <param name="wasted">How many of them serve nobody.</param>
    /// <param name="used">How many are of use.</param>
    /// <param name="now">The time, in milliseconds.</param>
    /// <returns>By how much the client has sent more of the one than of the other.</returns>
    public long Add(long wasted, long used, long now)
    {
        _level = Math.Max(0, _level - ((now - _paidUntil) * PaidPerMillisecond)); // time pays first, for what was before
        _paidUntil = now;
        return _level = Math.Max(0, _level + wasted - used);
    }
}

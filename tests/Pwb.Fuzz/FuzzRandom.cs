namespace Pwb.Fuzz;

/// <summary>
/// SplitMix64: small, and the same on every machine and in every version of .NET, so that a seed is a seed for ever.
/// </summary>
internal sealed class FuzzRandom
{
    private ulong _state;

    public FuzzRandom(long seed, long iteration)
    {
        // Iterations are independent of each other: any one of them can be run again alone.
        _state = (ulong)seed;
        _state = NextBits() ^ (ulong)iteration;
        _state = NextBits();
    }

    public int Below(int bound) => (int)(NextBits() % (ulong)bound);

    public bool OneIn(int chances) => Below(chances) == 0;

    public byte NextByte() => (byte)NextBits();

    public T Pick<T>(IReadOnlyList<T> items) => items[Below(items.Count)];

    private ulong NextBits()
    {
        ulong z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}

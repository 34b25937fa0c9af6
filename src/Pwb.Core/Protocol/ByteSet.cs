namespace Pwb.Protocol;

/// <summary>
/// A set of bytes: a table, and a loop. For the sets that every request needs. SearchValues, which serve elsewhere, are faster in
/// long texts, but their code comes uncompiled: to compile it took 5 of the 70 ms of a start.
/// </summary>
internal sealed class ByteSet
{
    private readonly bool[] _isMember = new bool[256];

    /// <summary>A set of characters of ASCII.</summary>
    public ByteSet(string characters)
    {
        foreach (char character in characters) _isMember[character] = true;
    }

    /// <summary>A set of the bytes that a rule names.</summary>
    public ByteSet(Predicate<int> isMember)
    {
        for (int value = 0; value < _isMember.Length; value++) _isMember[value] = isMember(value);
    }

    public bool Contains(byte value) => _isMember[value];

    /// <summary>Where the first byte is that does not belong to the set, or -1.</summary>
    public int IndexOfAnyExcept(ReadOnlySpan<byte> text)
    {
        bool[] isMember = _isMember;
        for (int i = 0; i < text.Length; i++)
        {
            if (!isMember[text[i]]) return i;
        }

        return -1;
    }
}

namespace Pwb.Protocol;

/// <summary>
/// Walks over the members of a comma-separated list without quoted strings (RFC 9110 §5.6.1). Empty members are passed over, any
/// number of them in one step, and the walk ends after <see cref="MaxMembers"/>, so that a list of commas or of many members
/// costs next to nothing.
/// </summary>
internal ref struct FieldList(ReadOnlySpan<byte> value)
{
    /// <summary>The longest lists that clients send have about a dozen members.</summary>
    public const int MaxMembers = 64;

    private ReadOnlySpan<byte> _rest = value;
    private int _members;

    public ReadOnlySpan<byte> Current { get; private set; }

    /// <summary>Whether the walk has ended before the list did.</summary>
    public bool IsCutShort { get; private set; }

    public readonly FieldList GetEnumerator() => this;

    public bool MoveNext()
    {
        int start = _rest.IndexOfAnyExcept((byte)',', (byte)' ', (byte)'\t');
        IsCutShort = start >= 0 && _members == MaxMembers;
        if (start < 0 || IsCutShort) return false;

        _members++;
        _rest = _rest[start..];
        int comma = _rest.IndexOf((byte)',');
        Current = Grammar.TrimWhiteSpace(comma < 0 ? _rest : _rest[..comma]);
        _rest = comma < 0 ? default : _rest[(comma + 1)..];
        return true;
    }
}

namespace Pwb.Protocol;

/// <summary>Walks over the members of a comma-separated list without quoted strings (RFC 9110 §5.6.1), empty ones included.</summary>
internal ref struct FieldList(ReadOnlySpan<byte> value)
{
    private ReadOnlySpan<byte> _rest = value;
    private bool _isAtEnd;

    public ReadOnlySpan<byte> Current { get; private set; }

    public readonly FieldList GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_isAtEnd) return false;

        int comma = _rest.IndexOf((byte)',');
        _isAtEnd = comma < 0;
        Current = Grammar.TrimWhiteSpace(_isAtEnd ? _rest : _rest[..comma]);
        if (!_isAtEnd) _rest = _rest[(comma + 1)..];
        return true;
    }
}

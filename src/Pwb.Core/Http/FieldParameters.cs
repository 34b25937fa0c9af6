using System.Buffers;
using System.Text;
using Pwb.Protocol;

namespace Pwb.Http;

/// <summary>
/// Walks over the parameters behind a value, as in <c>form-data; name="a"</c>: RFC 9110 §5.6.6. After the walk,
/// <see cref="IsMalformed"/> tells whether it ended at a malformed parameter.
/// </summary>
internal ref struct FieldParameters
{
    private ReadOnlySpan<byte> _rest;

    /// <param name="value">The text behind the first value: nothing, or a semicolon and parameters.</param>
    public FieldParameters(ReadOnlySpan<byte> value) => _rest = value;

    /// <summary>The name of the parameter that the walk has reached. Compares without case.</summary>
    public ReadOnlySpan<byte> Name { get; private set; }

    /// <summary>The value as it was sent, without the quotes around it.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>Whether there were quotes around the value.</summary>
    public bool IsQuoted { get; private set; }

    public bool IsMalformed { get; private set; }

    public bool MoveNext()
    {
        bool hasSemicolon = false;
        while (_rest.Length > 0 && (_rest[0] == ';' || Grammar.IsWhiteSpace(_rest[0])))
        {
            hasSemicolon |= _rest[0] == ';';
            _rest = _rest[1..];
        }

        if (_rest.IsEmpty) return false;

        int equals = _rest.IndexOf((byte)'=');
        IsMalformed = !hasSemicolon || equals < 0 || !Grammar.IsToken(_rest[..equals]);
        if (IsMalformed) return false;

        Name = _rest[..equals];
        _rest = _rest[(equals + 1)..];
        IsQuoted = _rest is [(byte)'"', ..];
        IsMalformed = IsQuoted ? !TakeQuoted() : !TakeToken();
        return !IsMalformed;
    }

    /// <summary>
    /// The value without the backslashes of its quotes. A backslash before another character than a quote or backslash stays,
    /// since old browsers wrote paths between quotes as they are.
    /// </summary>
    public readonly byte[] Unescape()
    {
        ArrayBufferWriter<byte> text = new(Value.Length + 1);
        for (int i = 0; i < Value.Length; i++)
        {
            if (IsQuoted && Value[i] == '\\' && i + 1 < Value.Length && Value[i + 1] is (byte)'"' or (byte)'\\') i++;
            text.Write(Value[i..(i + 1)]);
        }

        return text.WrittenSpan.ToArray();
    }

    /// <summary>Whether the name is this one, without case.</summary>
    public readonly bool Is(ReadOnlySpan<byte> name) => Ascii.EqualsIgnoreCase(Name, name);

    private bool TakeToken()
    {
        int length = _rest.IndexOfAny(";\t "u8);
        Value = length < 0 ? _rest : _rest[..length];
        _rest = length < 0 ? [] : _rest[length..];
        return Grammar.IsToken(Value);
    }

    private bool TakeQuoted()
    {
        for (int i = 1; i < _rest.Length; i++)
        {
            if (_rest[i] == '\\' && i + 1 < _rest.Length && _rest[i + 1] is (byte)'"' or (byte)'\\')
            {
                i++;
                continue;
            }

            if (_rest[i] != '"') continue;
            Value = _rest[1..i];
            _rest = _rest[(i + 1)..];
            return true;
        }

        return false;
    }
}

using System.Buffers;
using System.Text;
using Pwb.Protocol;

namespace Pwb;

/// <summary>
/// The field lines of a header or trailer section, in the order in which they are on the wire. Names compare without case.
/// The fields of a request are slices of its connection's buffer: they are valid as long as the request is.
/// </summary>
/// <example><code>
/// string? agent = request.Headers["User-Agent"];
/// foreach ((string name, string value) in request.Headers) Console.WriteLine($"{name}: {value}");
/// </code></example>
public sealed class HttpFields
{
    /// <summary>No field lines.</summary>
    internal static readonly HttpFields None = new();

    private const int InitialCapacity = 16;
    private const int LineSize = 4;

    private byte[] _bytes = [];
    private int _offset;
    // The two slices of each line, as numbers: of a pool of pairs the runtime would have to compile the code at the start. Rented
    // while there is a line, since most connections are idle most of the time.
    private int[] _lines = [];

    /// <summary>Makes fields, such as the trailers of a request to test a handler with.</summary>
    /// <param name="lines">The field lines.</param>
    /// <exception cref="ArgumentException">
    /// A name is not a token, or a value holds a control character other than a tab, or a character above U+00FF.
    /// </exception>
    public HttpFields(params ReadOnlySpan<(string Name, string Value)> lines)
    {
        if (lines.IsEmpty) return;

        StringBuilder section = new();
        FieldSectionText.Append(section, lines, nameof(lines));
        _bytes = Encoding.Latin1.GetBytes(section.ToString());
        FieldSectionParser parser = new(int.MaxValue, int.MaxValue);
        while (parser.Position < _bytes.Length)
        {
            if (parser.ParseLine(_bytes, out Rejection rejection) != OperationStatus.Done)
                throw new ArgumentException(rejection.Sentence(), nameof(lines));
            Add(parser.Name, parser.Value);
        }
    }

    /// <summary>The number of field lines.</summary>
    public int Count { get; private set; }

    /// <summary>The line at a position.</summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="index"/> is negative or not below <see cref="Count"/>.
    /// </exception>
    public FieldLine this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            return new FieldLine(Bytes(Name(index)), Bytes(Value(index)));
        }
    }

    /// <summary>
    /// The value of a field; null without one. Several lines of one name are joined with ", " (RFC 9110 §5.3), those of Cookie
    /// with "; " (RFC 9113 §8.2.3). A field with a single value by definition, such as Authorization or Set-Cookie, is never
    /// joined: its first line counts, and a loop over the lines shows the others. Bytes above 0x7F are read as Latin-1.
    /// </summary>
    public string? this[string name]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(name);
            int first = Find(name, 0);
            if (first < 0) return null;
            int second = Find(name, first + 1);
            string? separator = second < 0 ? null : FieldCombination.SeparatorOf(name);
            return separator is null ? Encoding.Latin1.GetString(Bytes(Value(first))) : Join(name, first, separator);
        }
    }

    /// <summary>Finds the first line of a name without making a string.</summary>
    /// <param name="name">The field name, in any case, such as <c>"Accept"u8</c>.</param>
    /// <param name="value">The value of the first such line.</param>
    /// <returns>Whether there is one.</returns>
    public bool TryGetValue(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        for (int i = 0; i < Count; i++)
        {
            if (!Ascii.EqualsIgnoreCase(Bytes(Name(i)), name)) continue;
            value = Bytes(Value(i));
            return true;
        }

        value = default;
        return false;
    }

    /// <summary>Walks over the lines: <c>foreach (FieldLine line in fields)</c>.</summary>
    public Enumerator GetEnumerator() => new(this);

    /// <summary>Appends a line of the text that <see cref="SetBytes"/> gives.</summary>
    internal void Add(Slice name, Slice value)
    {
        int at = Count * LineSize;
        if (at == _lines.Length) Grow();
        Span<int> line = _lines.AsSpan(at, LineSize);
        line[3] = value.Length;
        line[2] = value.Start;
        line[1] = name.Length;
        line[0] = name.Start;
        Count++;
    }

    /// <summary>Sets the text that the slices are relative to.</summary>
    internal void SetBytes(byte[] bytes, int offset)
    {
        _bytes = bytes;
        _offset = offset;
    }

    /// <summary>The same lines over bytes of their own, in an object of their own.</summary>
    internal HttpFields Copy(byte[] bytes) =>
        new() { _bytes = bytes, _lines = _lines.AsSpan(0, Count * LineSize).ToArray(), Count = Count };

    internal void Clear()
    {
        Count = 0;
        _bytes = [];
        if (_lines.Length > 0) ArrayPool<int>.Shared.Return(_lines);
        _lines = [];
    }

    private int Find(string name, int start)
    {
        for (int i = start; i < Count; i++)
        {
            if (Ascii.EqualsIgnoreCase(Bytes(Name(i)), name)) return i;
        }

        return -1;
    }

    private string Join(string name, int first, string separator)
    {
        int length = -separator.Length;
        for (int i = first; i >= 0; i = Find(name, i + 1)) length += Value(i).Length + separator.Length;
        return string.Create(length, (Fields: this, Name: name, First: first, Separator: separator), static (text, state) =>
        {
            for (int i = state.First; i >= 0; i = state.Fields.Find(state.Name, i + 1))
            {
                if (i != state.First)
                {
                    state.Separator.CopyTo(text);
                    text = text[state.Separator.Length..];
                }

                text = text[Encoding.Latin1.GetChars(state.Fields.Bytes(state.Fields.Value(i)), text)..];
            }
        });
    }

    private void Grow()
    {
        int[] larger = ArrayPool<int>.Shared.Rent(Math.Max(InitialCapacity, Count * 2) * LineSize);
        _lines.AsSpan(0, Count * LineSize).CopyTo(larger);
        if (_lines.Length > 0) ArrayPool<int>.Shared.Return(_lines);
        _lines = larger;
    }

    private Slice Name(int index) => new(_lines[index * LineSize], _lines[(index * LineSize) + 1]);

    private Slice Value(int index) => new(_lines[(index * LineSize) + 2], _lines[(index * LineSize) + 3]);

    private ReadOnlySpan<byte> Bytes(Slice slice) => _bytes.AsSpan(_offset + slice.Start, slice.Length);

    /// <summary>The state of a walk over field lines.</summary>
    public ref struct Enumerator
    {
        private readonly HttpFields _fields;
        private int _index;

        internal Enumerator(HttpFields fields)
        {
            _fields = fields;
            _index = -1;
        }

        /// <summary>The line that the walk has reached.</summary>
        public readonly FieldLine Current => _fields[_index];

        /// <summary>Moves to the next line.</summary>
        public bool MoveNext() => ++_index < _fields.Count;
    }
}

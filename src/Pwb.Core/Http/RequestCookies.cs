using System.Text;
using Pwb.Protocol;

namespace Pwb;

/// <summary>
/// The cookies of a request, of all its Cookie lines: <c>request.Cookies["session"]</c>. Names are case-sensitive. Values are
/// given as they were sent, as UTF-8, with percent-escapes and quotes (RFC 6265bis). A client can send any cookie, so sign values
/// that have to be true.
/// </summary>
/// <example><code>
/// string? session = request.Cookies["session"];
/// </code></example>
public readonly struct RequestCookies
{
    private readonly HttpFields _headers;

    internal RequestCookies(HttpFields headers) => _headers = headers;

    /// <summary>
    /// The value of a cookie; null without one. Of several with one name the first counts: clients send the more specific path
    /// first.
    /// </summary>
    public string? this[string name]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(name);
            Enumerator cookies = GetEnumerator();
            while (cookies.MoveNext())
            {
                if (cookies.Is(name)) return cookies.Current.Value;
            }

            return null;
        }
    }

    /// <summary>All values of a name, in the order in which they were sent.</summary>
    public IReadOnlyList<string> GetAll(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        List<string> values = [];
        Enumerator cookies = GetEnumerator();
        while (cookies.MoveNext())
        {
            if (cookies.Is(name)) values.Add(cookies.Current.Value);
        }

        return values;
    }

    /// <summary>
    /// Walks over the cookies, in the order in which they were sent: <c>foreach ((string name, string value) in
    /// request.Cookies)</c>.
    /// </summary>
    public Enumerator GetEnumerator() => new(_headers);

    /// <summary>The state of a walk over cookies.</summary>
    public ref struct Enumerator
    {
        private readonly HttpFields? _headers;
        private int _line;
        private ReadOnlySpan<byte> _rest;
        private ReadOnlySpan<byte> _name;
        private ReadOnlySpan<byte> _value;

        internal Enumerator(HttpFields? headers) => _headers = headers;

        /// <summary>The cookie that the walk has reached.</summary>
        public readonly (string Name, string Value) Current => (Encoding.UTF8.GetString(_name), Encoding.UTF8.GetString(_value));

        /// <summary>Moves to the next cookie.</summary>
        public bool MoveNext()
        {
            while (true)
            {
                _rest = _rest.TrimStart("; \t"u8);
                if (!_rest.IsEmpty) break;
                if (!NextLine()) return false;
            }

            // A blank behind a semicolon is optional, and a cookie may have no name: RFC 6265bis §5.7.
            int semicolon = _rest.IndexOf((byte)';');
            ReadOnlySpan<byte> pair = semicolon < 0 ? _rest : _rest[..semicolon];
            _rest = semicolon < 0 ? [] : _rest[(semicolon + 1)..];
            int equals = pair.IndexOf((byte)'=');
            _name = equals < 0 ? [] : Grammar.TrimWhiteSpace(pair[..equals]);
            _value = Grammar.TrimWhiteSpace(pair[(equals + 1)..]);
            return true;
        }

        internal readonly bool Is(string name) =>
            Ascii.IsValid(_name) ? Ascii.Equals(_name, name) : Encoding.UTF8.GetString(_name) == name;

        private bool NextLine()
        {
            for (; _headers is not null && _line < _headers.Count; _line++)
            {
                FieldLine line = _headers[_line];
                if (!Ascii.EqualsIgnoreCase(line.Name, "Cookie"u8) || line.Value.IsEmpty) continue;
                _line++;
                _rest = line.Value;
                return true;
            }

            return false;
        }
    }
}

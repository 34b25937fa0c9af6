using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Pwb.Http;

namespace Pwb;

/// <summary>
/// The names and values of a query, read by the URL standard's rules for forms: <c>request.Query["q"]</c>. <c>&amp;</c>
/// separates, <c>+</c> is a space, escapes are decoded once, as UTF-8. A malformed escape is text, since a query may hold any
/// text. Nothing is kept: each look walks over the query, whose length is bounded by
/// <see cref="PwbServerLimits.MaxRequestLineLength"/>.
/// </summary>
/// <example><code>
/// string? text = request.Query["q"];
/// foreach (string tag in request.Query.GetAll("tag")) Console.WriteLine(tag);
/// </code></example>
public readonly struct QueryParameters
{
    private readonly ReadOnlyMemory<byte> _query;

    internal QueryParameters(ReadOnlyMemory<byte> query) => _query = query;

    /// <summary>
    /// The first value of a name, which is empty for a name alone; null if the name is not there. Case matters.
    /// </summary>
    public string? this[string name]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(name);
            ReadOnlySpan<byte> rest = _query.Span;
            while (UrlEncoded.TryTake(ref rest, out ReadOnlySpan<byte> its, out ReadOnlySpan<byte> value))
            {
                if (UrlEncoded.Is(its, name)) return UrlEncoded.Decode(value);
            }

            return null;
        }
    }

    /// <summary>Whether a name is there, with a value or without.</summary>
    public bool Contains(string name) => this[name] is not null;

    /// <summary>All values of a name, in the order in which they were sent; none if it is not there.</summary>
    public IReadOnlyList<string> GetAll(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        List<string> values = [];
        ReadOnlySpan<byte> rest = _query.Span;
        while (UrlEncoded.TryTake(ref rest, out ReadOnlySpan<byte> its, out ReadOnlySpan<byte> value))
        {
            if (UrlEncoded.Is(its, name)) values.Add(UrlEncoded.Decode(value));
        }

        return values;
    }

    /// <summary>
    /// Reads the first value of a name as a number, a <see cref="Guid"/>, a date and so on, the same under every culture.
    /// </summary>
    /// <returns>False if the name is missing, or if its first value cannot be parsed.</returns>
    /// <example><code>int page = request.Query.TryGet("page", out int number) ? number : 1;</code></example>
    public bool TryGet<T>(string name, [MaybeNullWhen(false)] out T value)
        where T : IParsable<T> => T.TryParse(this[name], CultureInfo.InvariantCulture, out value);

    /// <summary>
    /// Walks over the pairs, in the order in which they were sent: <c>foreach ((string name, string value) in request.Query)</c>.
    /// </summary>
    public Enumerator GetEnumerator() => new(_query.Span);

    /// <summary>The state of a walk over the pairs.</summary>
    public ref struct Enumerator
    {
        private ReadOnlySpan<byte> _rest;

        internal Enumerator(ReadOnlySpan<byte> query) => _rest = query;

        /// <summary>The pair that the walk has reached, decoded.</summary>
        public (string Name, string Value) Current { get; private set; }

        /// <summary>Moves to the next pair.</summary>
        public bool MoveNext()
        {
            if (!UrlEncoded.TryTake(ref _rest, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)) return false;
            Current = (UrlEncoded.Decode(name), UrlEncoded.Decode(value));
            return true;
        }
    }
}

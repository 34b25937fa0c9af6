using System.Text;

namespace Pwb.Protocol;

/// <summary>The four forms of a request target: RFC 9112 §3.2.</summary>
internal enum TargetForm : byte
{
    Origin,
    Absolute,
    Authority,
    Asterisk,
}

/// <summary>A checked request target: its form, and where its parts are (offsets into the target).</summary>
internal struct RequestTarget
{
    private const int HttpLength = 7;
    private const int HttpsLength = 8;

    public TargetForm Form;
    public Slice Authority;
    public Slice Path;
    public Slice Query;

    /// <summary>Whether the path is not in its normal form: see <see cref="TargetPath.RemoveDotSegments"/>.</summary>
    public bool HasDotSegments;

    /// <summary>"http" or "https" where the target says so, else null.</summary>
    public string? Scheme;

    /// <summary>
    /// Where the target at the start of a text ends: at its first byte that no target has, or -1 if that has not come. A query
    /// takes more bytes than a path: all that browsers leave in it as they are (R4).
    /// </summary>
    public static int Length(ReadOnlySpan<byte> text)
    {
        int length = Grammar.TargetBytes.IndexOfAnyExcept(text);
        if (length < 0 || text[length] == ' ' || !text[..length].Contains((byte)'?')) return length;

        int more = Grammar.QueryBytes.IndexOfAnyExcept(text[length..]);
        return more < 0 ? -1 : length + more;
    }

    /// <summary>
    /// Whether a target may begin like this: for a target that has not arrived whole, so that a bad one is refused at its bad
    /// byte.
    /// </summary>
    public static bool MayBegin(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> method)
    {
        if (prefix.IsEmpty) return true;
        ReadOnlySpan<byte> beforeQuery = PathOf(prefix);
        if (!Grammar.HasOnlyWholeEscapes(beforeQuery, isPrefix: beforeQuery.Length == prefix.Length)) return false;
        if (method.SequenceEqual("CONNECT"u8)) return Protocol.Authority.MayBegin(prefix);
        if (prefix[0] == '/') return PathMayBegin(prefix);
        if (prefix[0] == '*') return prefix.Length == 1 && method.SequenceEqual("OPTIONS"u8);

        int schemeLength = SchemeLength(prefix);
        return schemeLength > 0
            ? AbsoluteMayBegin(prefix[schemeLength..])
            : BeginsLike(prefix, "http://"u8) || BeginsLike(prefix, "https://"u8);
    }

    /// <summary>
    /// Parses a whole, non-empty target of as many bytes as <see cref="Length"/> says. False if it is not valid for the method.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> target, ReadOnlySpan<byte> method, out RequestTarget result)
    {
        result = default;
        if (!Grammar.HasOnlyWholeEscapes(PathOf(target), isPrefix: false)) return false;

        // RFC 9112 §3.2.3 and §3.2.4: CONNECT takes the authority-form and no other; the asterisk-form is for OPTIONS.
        if (method.SequenceEqual("CONNECT"u8)) return result.TryParseAuthority(target);
        if (target[0] == '/') return result.TryParsePathAndQuery(target, 0);
        if (target[0] == '*')
        {
            result.Form = TargetForm.Asterisk;
            result.Path = new Slice(0, 1);
            return target.Length == 1 && method.SequenceEqual("OPTIONS"u8);
        }

        return result.TryParseAbsolute(target, method);
    }

    private bool TryParseAuthority(ReadOnlySpan<byte> target)
    {
        Form = TargetForm.Authority;
        Authority = new Slice(0, target.Length);

        // RFC 9112 §3.2.3: here the port is not optional.
        return Protocol.Authority.IsValid(target) && Grammar.IsDigit(target[^1])
            && target.LastIndexOf((byte)':') > target.LastIndexOf((byte)']');
    }

    private bool TryParseAbsolute(ReadOnlySpan<byte> target, ReadOnlySpan<byte> method)
    {
        int schemeLength = SchemeLength(target);
        if (schemeLength == 0) return false;

        Form = TargetForm.Absolute;
        Scheme = schemeLength == HttpsLength ? "https" : "http";
        int length = target[schemeLength..].IndexOfAny((byte)'/', (byte)'?');
        if (length < 0) length = target.Length - schemeLength;
        Authority = new Slice(schemeLength, length);
        if (!Protocol.Authority.IsValid(Authority.Of(target))) return false;

        int pathStart = schemeLength + length;
        if (pathStart == target.Length && method.SequenceEqual("OPTIONS"u8))
        {
            Form = TargetForm.Asterisk; // RFC 9112 §3.2.4: this is how a proxy writes "OPTIONS *"
        }

        return TryParsePathAndQuery(target, pathStart);
    }

    private bool TryParsePathAndQuery(ReadOnlySpan<byte> target, int start)
    {
        ReadOnlySpan<byte> path = PathOf(target[start..]);
        Path = new Slice(start, path.Length);
        int afterPath = start + path.Length;
        Query = afterPath < target.Length ? new Slice(afterPath + 1, target.Length - afterPath - 1) : default;
        return TargetPath.IsValid(path, isPrefix: false, out HasDotSegments);
    }

    private static bool AbsoluteMayBegin(ReadOnlySpan<byte> afterScheme)
    {
        int authorityLength = afterScheme.IndexOfAny((byte)'/', (byte)'?');
        return authorityLength < 0
            ? Protocol.Authority.MayBegin(afterScheme)
            : Protocol.Authority.IsValid(afterScheme[..authorityLength]) && PathMayBegin(afterScheme[authorityLength..]);
    }

    private static int SchemeLength(ReadOnlySpan<byte> target) =>
        StartsWith(target, "http://"u8) ? HttpLength : StartsWith(target, "https://"u8) ? HttpsLength : 0;

    private static ReadOnlySpan<byte> PathOf(ReadOnlySpan<byte> pathAndQuery)
    {
        int question = pathAndQuery.IndexOf((byte)'?');
        return question < 0 ? pathAndQuery : pathAndQuery[..question];
    }

    private static bool PathMayBegin(ReadOnlySpan<byte> pathAndQuery)
    {
        ReadOnlySpan<byte> path = PathOf(pathAndQuery);
        return TargetPath.IsValid(path, isPrefix: path.Length == pathAndQuery.Length, out _);
    }

    private static bool StartsWith(ReadOnlySpan<byte> text, ReadOnlySpan<byte> prefix) =>
        text.Length >= prefix.Length && Ascii.EqualsIgnoreCase(text[..prefix.Length], prefix);

    private static bool BeginsLike(ReadOnlySpan<byte> text, ReadOnlySpan<byte> prefix)
    {
        int length = Math.Min(text.Length, prefix.Length);
        return Ascii.EqualsIgnoreCase(text[..length], prefix[..length]);
    }
}

using System.Buffers;
using System.Text;

namespace Pwb.Protocol;

/// <summary>
/// The path of a request target: its allowed characters, and its one normal form, by which requests are routed, guarded and
/// served alike.
/// </summary>
internal static class TargetPath
{
    private const int StackLength = 256;

    /// <summary>Whether a path is text that stays below the root. Its percent-escapes must be whole.</summary>
    /// <param name="path">The path as it was sent, or its beginning; begins with a slash if it is not empty.</param>
    /// <param name="isPrefix">Whether more of it may follow.</param>
    /// <param name="hasDotSegments">Whether <see cref="RemoveDotSegments"/> would change it.</param>
    public static bool IsValid(ReadOnlySpan<byte> path, bool isPrefix, out bool hasDotSegments)
    {
        hasDotSegments = false;
        bool hasEscapes = path.IndexOf((byte)'%') >= 0;
        if (hasEscapes && !IsText(path, isPrefix)) return false;
        if (path.IsEmpty || (!hasEscapes && path.IndexOf("/."u8) < 0)) return true;

        int depth = 0;
        for (int slash = 0; slash >= 0;)
        {
            path = path[(slash + 1)..];
            slash = path.IndexOf((byte)'/');
            if (slash < 0 && isPrefix) return true;

            int dots = CountDots(slash < 0 ? path : path[..slash]);
            hasDotSegments |= dots > 0;
            if (dots == 0) depth++;
            if (dots == 2 && --depth < 0) return false;
        }

        return true;
    }

    /// <summary>
    /// The path without its dot segments: RFC 3986 §5.2.4. Everything else, empty segments too, stays as it was sent.
    /// </summary>
    /// <param name="path">A path that is valid and whole.</param>
    public static byte[] RemoveDotSegments(ReadOnlySpan<byte> path)
    {
        byte[] result = new byte[path.Length];
        int length = 0;
        for (int slash = 0; slash >= 0;)
        {
            path = path[(slash + 1)..];
            slash = path.IndexOf((byte)'/');
            ReadOnlySpan<byte> segment = slash < 0 ? path : path[..slash];
            int dots = CountDots(segment);
            if (dots == 2) length = result.AsSpan(0, length).LastIndexOf((byte)'/');
            if (dots > 0 && slash >= 0) continue;

            // A dot segment at the end leaves the slash before it.
            result[length++] = (byte)'/';
            if (dots > 0) continue;
            segment.CopyTo(result.AsSpan(length));
            length += segment.Length;
        }

        return result[..length];
    }

    /// <summary>
    /// The path with its percent-escapes decoded once. An escaped slash stays escaped, as %2F: decoded, it would look like one
    /// that separates segments (RFC 3986 §2.2).
    /// </summary>
    /// <param name="path">A path that is valid and whole.</param>
    public static string Decode(ReadOnlySpan<byte> path)
    {
        if (path.SequenceEqual("/"u8)) return "/";
        if (path.IndexOf((byte)'%') < 0) return Encoding.ASCII.GetString(path);

        byte[]? rented = null;
        Span<byte> decoded =
            path.Length <= StackLength ? stackalloc byte[StackLength] : rented = ArrayPool<byte>.Shared.Rent(path.Length);
        int length = 0;
        while (!path.IsEmpty)
        {
            byte value = path[0] == '%' ? Unescape(path) : path[0];
            bool isEscapedSlash = value == '/' && path[0] == '%';
            path = path[(path[0] == '%' ? 3 : 1)..];
            if (!isEscapedSlash)
            {
                decoded[length++] = value;
                continue;
            }

            "%2F"u8.CopyTo(decoded[length..]);
            length += 3;
        }

        string text = Encoding.UTF8.GetString(decoded[..length]);
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        return text;
    }

    /// <summary>
    /// Takes a prefix of a path that spells another path, with any escapes. An escaped slash does not match a slash of the
    /// prefix.
    /// </summary>
    /// <param name="path">A path that is valid and whole.</param>
    /// <param name="prefix">The decoded path, without a slash at its end.</param>
    /// <param name="rest">The rest: nothing, or a slash and more.</param>
    /// <returns>Whether the path begins so, and then ends or goes on with a slash.</returns>
    public static bool TryTakePrefix(ReadOnlySpan<byte> path, ReadOnlySpan<byte> prefix, out ReadOnlySpan<byte> rest)
    {
        rest = path;
        foreach (byte expected in prefix)
        {
            if (rest.IsEmpty) return false;
            bool isEscape = rest[0] == '%';
            byte value = isEscape ? Unescape(rest) : rest[0];
            if (value != expected || (isEscape && value == '/')) return false;
            rest = rest[(isEscape ? 3 : 1)..];
        }

        return rest.IsEmpty || rest[0] == '/';
    }

    // Bytes that are no UTF-8 would all look alike, or each program would make something else of them. A control character is
    // never meant well, in whatever spelling: %00-%1F and %7F.
    private static bool IsText(ReadOnlySpan<byte> path, bool isPrefix)
    {
        Span<byte> sequence = stackalloc byte[4];
        for (int at = path.IndexOf((byte)'%'); at >= 0; at = path.IndexOf((byte)'%'))
        {
            path = path[at..];
            int length = 0;
            for (ReadOnlySpan<byte> rest = path; length < 4 && rest.Length >= 3 && rest[0] == '%'; rest = rest[3..])
                sequence[length++] = Unescape(rest);

            OperationStatus status = Rune.DecodeFromUtf8(sequence[..length], out Rune rune, out int consumed);
            if (status == OperationStatus.NeedMoreData) return isPrefix && (path.Length == length * 3 || path[length * 3] == '%');
            if (status != OperationStatus.Done || rune.Value is < 0x20 or 0x7F) return false;
            path = path[(consumed * 3)..];
        }

        return true;
    }

    // 1 for ".", 2 for "..", also where they are escaped; 0 for any other segment.
    private static int CountDots(ReadOnlySpan<byte> segment)
    {
        int dots = 0;
        while (!segment.IsEmpty)
        {
            bool isEscaped = segment[0] == '%';
            if (dots == 2 || (isEscaped ? Unescape(segment) : segment[0]) != '.') return 0;
            segment = segment[(isEscaped ? 3 : 1)..];
            dots++;
        }

        return dots;
    }

    private static byte Unescape(ReadOnlySpan<byte> escape) =>
        (byte)((Grammar.HexValue(escape[1]) << 4) | Grammar.HexValue(escape[2]));
}

using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Pwb.Protocol;

namespace Pwb.StaticFiles;

/// <summary>
/// Converts a request path to the path of a file. Refuses names that are hidden, that no request can spell, or that this system
/// would not take for themselves: Windows reads <c>a.txt:stream</c>, <c>a.txt.</c>, <c>aux.c</c> and <c>GIT~1</c> as other names,
/// other systems do not.
/// </summary>
internal static class PathResolver
{
    // NAME_MAX of Linux and of most file systems elsewhere: a longer name does not exist.
    private const int MaxSegmentLength = 255;

    private const int StackLength = 512;

    private const string WellKnown = ".well-known";

    // Separators, the mark of an alternate stream, and wildcards of some calls: "Naming Files, Paths, and Namespaces" of
    // Microsoft Learn.
    private static readonly SearchValues<char> SpecialToWindows = SearchValues.Create("\\:*?\"<>|");

    // pchar of RFC 3986 §3.3, without the apostrophe: the result stands in a field, and between quotes of either kind, without
    // further escaping.
    private static readonly SearchValues<byte> Literal =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&()*+,;=:@"u8);

    /// <summary>Decodes the path of a request, once, and checks each of its segments.</summary>
    /// <param name="escapedPath">The request's normal path, still escaped, which begins with a slash.</param>
    /// <param name="serveHiddenNames">Whether names may begin with a dot.</param>
    /// <param name="path">The segments, without empty ones, with a slash between two; empty for the root.</param>
    /// <param name="isDirectoryForm">Whether the path ends in a slash.</param>
    /// <param name="hasEmptySegments">Whether segments were left out, since they were empty.</param>
    /// <returns>False if it is the path of nothing that may be served, whatever there is.</returns>
    public static bool TryResolve(
        ReadOnlySpan<byte> escapedPath,
        bool serveHiddenNames,
        out string path,
        out bool isDirectoryForm,
        out bool hasEmptySegments) =>
        TryResolve(
            escapedPath, serveHiddenNames, OperatingSystem.IsWindows(), out path, out isDirectoryForm, out hasEmptySegments);

    public static bool TryResolve(
        ReadOnlySpan<byte> escapedPath, bool serveHiddenNames, bool isWindows, out string path, out bool isDirectoryForm,
        out bool hasEmptySegments)
    {
        path = "";
        isDirectoryForm = hasEmptySegments = false;
        if (escapedPath.IsEmpty || escapedPath[0] != '/') return false;
        escapedPath = escapedPath[1..];

        byte[]? rented = null;
        Span<byte> decoded = escapedPath.Length <= StackLength
            ? stackalloc byte[StackLength]
            : rented = ArrayPool<byte>.Shared.Rent(escapedPath.Length);
        int length = Decode(escapedPath, decoded, out hasEmptySegments);
        string? text = length >= 0 && Utf8.IsValid(decoded[..length]) ? Encoding.UTF8.GetString(decoded[..length]) : null;
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        if (text is null) return false;

        isDirectoryForm = text is "" or [.., '/'];
        path = text is [.., '/'] ? text[..^1] : text;
        return text.Length == 0 || IsPathServed(path, serveHiddenNames, isWindows);
    }

    /// <summary>Whether a request can name a path that was put together here.</summary>
    public static bool IsPathServed(string path, bool serveHiddenNames) =>
        IsPathServed(path, serveHiddenNames, OperatingSystem.IsWindows());

    /// <summary>Whether a request can name the entry as one segment of its path. A listing shows only such entries.</summary>
    public static bool IsNameServed(ReadOnlySpan<char> name, bool isInRoot, bool serveHiddenNames) =>
        IsNameServed(name, isInRoot, serveHiddenNames, OperatingSystem.IsWindows());

    /// <summary>The target of a file, or of a directory in the form that its own page has.</summary>
    public static string ToTarget(string path, bool isDirectory) => ToTarget(path) + (isDirectory && path.Length > 0 ? "/" : "");

    /// <summary>The target that resolves to a path. Begins with exactly one slash, so that it never names another host.</summary>
    public static string ToTarget(string path)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(path.Trim('/'));
        var target = new StringBuilder(bytes.Length + 16).Append('/');
        foreach (byte value in bytes)
        {
            if (value == '/' || Literal.Contains(value)) target.Append((char)value);
            else target.Append(CultureInfo.InvariantCulture, $"%{value:X2}");
        }

        return target.ToString();
    }

    // The length of the result; -1 if there is none. An escaped slash is not a separator (RFC 3986 §2.2), and no name contains
    // it.
    private static int Decode(ReadOnlySpan<byte> escapedPath, Span<byte> decoded, out bool hasEmptySegments)
    {
        hasEmptySegments = false;
        int length = 0;
        for (int i = 0; i < escapedPath.Length; i++)
        {
            byte value = escapedPath[i];
            if (value == '%')
            {
                if (i + 2 >= escapedPath.Length) return -1;
                int high = Grammar.HexValue(escapedPath[i + 1]), low = Grammar.HexValue(escapedPath[i + 2]);
                if (high < 0 || low < 0) return -1;
                value = (byte)((high << 4) | low);
                if (value == '/') return -1;
                i += 2;
            }
            else if (value == '/' && (length == 0 || decoded[length - 1] == '/'))
            {
                hasEmptySegments = true;
                continue;
            }

            decoded[length++] = value;
        }

        return length;
    }

    private static bool IsPathServed(ReadOnlySpan<char> path, bool serveHiddenNames, bool isWindows)
    {
        bool isFirst = true;
        foreach (Range range in path.Split('/'))
        {
            if (!IsNameServed(path[range], isFirst, serveHiddenNames, isWindows)) return false;
            isFirst = false;
        }

        return true;
    }

    private static bool IsNameServed(ReadOnlySpan<char> name, bool isInRoot, bool serveHiddenNames, bool isWindows)
    {
        if (name.IsEmpty || (name.Length > MaxSegmentLength / 3 && Encoding.UTF8.GetByteCount(name) > MaxSegmentLength))
            return false;

        // HFS+, and ext4 where it ignores case, read names without such characters: with one in front, ".git" is hidden all the
        // same.
        ReadOnlySpan<char> visible = name;
        while (!visible.IsEmpty && CharUnicodeInfo.GetUnicodeCategory(visible[0]) == UnicodeCategory.Format)
            visible = visible[1..];
        if (visible is "." or "..") return false;

        // RFC 8615 §3: well-known locations begin at the root, and nowhere else.
        if (visible is ['.', ..] && !serveHiddenNames && !(isInRoot && name is WellKnown)) return false;

        // No request can name a control character: the server refuses its escape.
        if (name.Contains('/') || name.ContainsAnyInRange('\0', '\x1F') || name.Contains('\x7F')) return false;
        return !isWindows || IsItselfOnWindows(name);
    }

    // Windows drops dots and spaces at the end, so that the name would be another one.
    private static bool IsItselfOnWindows(ReadOnlySpan<char> name) =>
        name[^1] is not ('.' or ' ') && !name.ContainsAny(SpecialToWindows) && !IsDevice(name) && !MayBeShortName(name);

    // "Naming Files, Paths, and Namespaces" of Microsoft Learn: with any extension too, which is what follows the first dot.
    private static bool IsDevice(ReadOnlySpan<char> name)
    {
        int dot = name.IndexOf('.');
        ReadOnlySpan<char> stem = (dot < 0 ? name : name[..dot]).TrimEnd(' ');
        if (stem.Length == 4 && (stem[3] is (>= '0' and <= '9') or '\u00B9' or '\u00B2' or '\u00B3'))
            return Is(stem[..3], "COM") || Is(stem[..3], "LPT");

        return stem.Length switch
        {
            3 => Is(stem, "CON") || Is(stem, "PRN") || Is(stem, "AUX") || Is(stem, "NUL"),
            6 => Is(stem, "CONIN$"),
            7 => Is(stem, "CONOUT$"),
            _ => false,
        };

        static bool Is(ReadOnlySpan<char> text, string device) => text.Equals(device, StringComparison.OrdinalIgnoreCase);
    }

    // Windows may know ".git" as GIT~1 too, and "secret.config" as SECRET~1.CON.
    private static bool MayBeShortName(ReadOnlySpan<char> name)
    {
        int dot = name.IndexOf('.');
        ReadOnlySpan<char> stem = dot < 0 ? name : name[..dot];
        int tilde = stem.LastIndexOf('~');
        return stem.Length <= 8 && tilde >= 0 && tilde < stem.Length - 1
            && !stem[(tilde + 1)..].ContainsAnyExceptInRange('0', '9');
    }
}

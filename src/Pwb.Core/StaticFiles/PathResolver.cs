using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Pwb.Protocol;

namespace Pwb.StaticFiles;

/// <summary>Between the path of a request and the path of a file. What it refuses is on no system, and in no spelling, the name of a file that is served.</summary>
internal static class PathResolver
{
    // NAME_MAX of Linux and of most file systems elsewhere: what is longer does not exist.
    private const int MaxSegmentLength = 255;

    private const int StackLength = 512;

    private const string WellKnown = ".well-known";

    // pchar of RFC 3986 §3.3, without the apostrophe: what is made of these stands in a field, and between quotes of either kind, as it is.
    private static readonly SearchValues<byte> Literal =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&()*+,;=:@"u8);

    /// <summary>Decodes the path of a request, once, and checks each of its segments.</summary>
    /// <param name="rawPath">The request's normal path, still escaped, which begins with a slash.</param>
    /// <param name="serveHiddenNames">Whether names may begin with a dot.</param>
    /// <param name="path">The segments, with a slash between two; empty for the root.</param>
    /// <param name="isDirectoryForm">Whether the path ends in a slash.</param>
    /// <returns>False if it is the path of nothing that may be served, whatever there is.</returns>
    public static bool TryResolve(ReadOnlySpan<byte> rawPath, bool serveHiddenNames, out string path, out bool isDirectoryForm) =>
        TryResolve(rawPath, serveHiddenNames, OperatingSystem.IsWindows(), out path, out isDirectoryForm);

    public static bool TryResolve(ReadOnlySpan<byte> rawPath, bool serveHiddenNames, bool hasShortNames, out string path, out bool isDirectoryForm)
    {
        path = "";
        isDirectoryForm = false;
        if (rawPath.IsEmpty || rawPath[0] != '/') return false;
        rawPath = rawPath[1..];

        byte[]? rented = null;
        Span<byte> decoded = rawPath.Length <= StackLength ? stackalloc byte[StackLength] : rented = ArrayPool<byte>.Shared.Rent(rawPath.Length);
        int length = Decode(rawPath, decoded);
        string? text = length >= 0 && Utf8.IsValid(decoded[..length]) ? Encoding.UTF8.GetString(decoded[..length]) : null;
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        if (text is null) return false;

        isDirectoryForm = text is "" or [.., '/'];
        path = text is [.., '/'] ? text[..^1] : text;
        return text.Length == 0 || AreServed(path, serveHiddenNames, hasShortNames);
    }

    /// <summary>Whether a request can name it, as one segment of its path: what a listing shows.</summary>
    public static bool IsServed(ReadOnlySpan<char> name, bool isInRoot, bool serveHiddenNames) =>
        IsServed(name, isInRoot, serveHiddenNames, OperatingSystem.IsWindows());

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

    // The length of the result; -1 if there is none. An escaped slash is no separator (RFC 3986 §2.2) and in no name.
    private static int Decode(ReadOnlySpan<byte> rawPath, Span<byte> decoded)
    {
        int length = 0;
        for (int i = 0; i < rawPath.Length; i++)
        {
            byte value = rawPath[i];
            if (value == '%')
            {
                if (i + 2 >= rawPath.Length) return -1;
                int high = Grammar.HexValue(rawPath[i + 1]), low = Grammar.HexValue(rawPath[i + 2]);
                if (high < 0 || low < 0) return -1;
                value = (byte)((high << 4) | low);
                if (value == '/') return -1;
                i += 2;
            }

            decoded[length++] = value;
        }

        return length;
    }

    private static bool AreServed(ReadOnlySpan<char> path, bool serveHiddenNames, bool hasShortNames)
    {
        bool isFirst = true;
        foreach (Range range in path.Split('/'))
        {
            if (!IsServed(path[range], isFirst, serveHiddenNames, hasShortNames)) return false;
            isFirst = false;
        }

        return true;
    }

    private static bool IsServed(ReadOnlySpan<char> name, bool isInRoot, bool serveHiddenNames, bool hasShortNames)
    {
        if (name.IsEmpty || name is "." or "..") return false;

        // RFC 8615 §3: well-known locations begin at the root, and nowhere else.
        if (name[0] == '.' && !serveHiddenNames && !(isInRoot && name is WellKnown)) return false;

        // Windows drops dots and spaces at the end, so that the name would be another one.
        if (name[^1] is '.' or ' ') return false;

        // HFS+ ignores such characters: with one in front, ".git" would not begin with a dot. Other systems can spare such names.
        if (CharUnicodeInfo.GetUnicodeCategory(name[0]) == UnicodeCategory.Format) return false;

        foreach (char character in name)
        {
            // Separators: of directories, on Windows; of drives and alternate streams, there too.
            if (character is '/' or '\\' or ':' || char.IsControl(character)) return false;
        }

        return (name.Length <= MaxSegmentLength / 3 || Encoding.UTF8.GetByteCount(name) <= MaxSegmentLength)
            && !IsDevice(name) && !(hasShortNames && MayBeShortName(name));
    }

    // "Naming Files, Paths, and Namespaces" of Microsoft Learn: with any extension too, which is what follows the first dot.
    private static bool IsDevice(ReadOnlySpan<char> name)
    {
        int dot = name.IndexOf('.');
        ReadOnlySpan<char> stem = (dot < 0 ? name : name[..dot]).TrimEnd(' ');
        if (stem.Length == 4 && (stem[3] is (>= '0' and <= '9') or '\u00B9' or '\u00B2' or '\u00B3')) return Is(stem[..3], "COM") || Is(stem[..3], "LPT");

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
        return stem.Length <= 8 && tilde >= 0 && tilde < stem.Length - 1 && !stem[(tilde + 1)..].ContainsAnyExceptInRange('0', '9');
    }
}

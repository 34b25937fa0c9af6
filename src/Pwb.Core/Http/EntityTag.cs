using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using Pwb.Protocol;

namespace Pwb.Http;

/// <summary>Entity tags: making strong ones, and finding one in a list. RFC 9110 §8.8.3.</summary>
internal static class EntityTag
{
    private const int HashLength = 12; // 96 bits: two states of one resource never share a tag by chance

    /// <summary>The strong tag of one state of a file, in one coding, quotes included.</summary>
    /// <param name="identity">A number that tells this file, and this state of it, from others.</param>
    /// <param name="length">The number of bytes.</param>
    /// <param name="lastModified">The time of the last change.</param>
    /// <param name="coding">The coding.</param>
    /// <remarks>
    /// A hash, since clients must not learn an inode number (CVE-2003-1418). Each coding has its own tag: content that is
    /// compared byte by byte, as ranges are, must never come from two codings (RFC 9110 §8.8.3.3).
    /// </remarks>
    public static string Create(long identity, long length, DateTimeOffset lastModified, ContentCoding coding)
    {
        Span<byte> state = stackalloc byte[3 * sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(state, identity);
        BinaryPrimitives.WriteInt64LittleEndian(state[sizeof(long)..], length);
        BinaryPrimitives.WriteInt64LittleEndian(state[(2 * sizeof(long))..], lastModified.UtcTicks);

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(state, hash);
        string text = Base64Url.EncodeToString(hash[..HashLength]);
        return coding == ContentCoding.Identity ? $"\"{text}\"" : $"\"{text}-{coding.Name()}\"";
    }

    /// <summary>
    /// Whether a value of If-Match, "*" or a list of tags, has this strong tag; weak ones never match (RFC 9110 §13.1.1).
    /// </summary>
    public static bool MatchesStrongly(ReadOnlySpan<byte> list, ReadOnlySpan<byte> entityTag) =>
        Matches(list, entityTag, takesWeak: false);

    /// <summary>
    /// Whether a value of If-None-Match, "*" or a list of tags, has this strong tag or the weak one of the same name (RFC 9110
    /// §13.1.2).
    /// </summary>
    public static bool MatchesWeakly(ReadOnlySpan<byte> list, ReadOnlySpan<byte> entityTag) =>
        Matches(list, entityTag, takesWeak: true);

    /// <summary>
    /// A value with anything malformed in it matches nothing, also not by its valid members. RFC 9110 §2.4 leaves that to the
    /// recipient, and both fields are then on the safe side: If-Match fails, If-None-Match has the file sent.
    /// </summary>
    private static bool Matches(ReadOnlySpan<byte> list, ReadOnlySpan<byte> entityTag, bool takesWeak)
    {
        if (list.SequenceEqual("*"u8)) return true; // the caller has a representation

        bool found = false;
        while (!list.IsEmpty)
        {
            // RFC 9110 §5.6.1.2: empty members are parsed and ignored.
            if (list[0] != ',')
            {
                if (!TryTake(ref list, out bool isWeak, out ReadOnlySpan<byte> opaqueTag)) return false;
                found |= opaqueTag.SequenceEqual(entityTag) && (takesWeak || !isWeak);
            }

            list = list.TrimStart(" \t"u8);
            if (list.IsEmpty) break;
            if (list[0] != ',') return false;
            list = list[1..].TrimStart(" \t"u8);
        }

        return found;
    }

    /// <summary>
    /// Takes a tag, such as "a" or W/"a", from the front of a list. It may hold commas, but no blank: RFC 9110 §8.8.3.
    /// </summary>
    private static bool TryTake(ref ReadOnlySpan<byte> list, out bool isWeak, out ReadOnlySpan<byte> opaqueTag)
    {
        opaqueTag = default;
        isWeak = list.StartsWith("W/"u8); // by case
        if (isWeak) list = list[2..];
        if (list.IsEmpty || list[0] != '"') return false;

        int length = list[1..].IndexOf((byte)'"');
        if (length < 0) return false;

        opaqueTag = list[..(length + 2)];
        list = list[(length + 2)..];
        return Grammar.EntityTagBytes.IndexOfAnyExcept(opaqueTag[1..^1]) < 0;
    }
}

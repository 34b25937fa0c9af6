using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Pwb.StaticFiles;

/// <summary>A number that names content: <see cref="ContentInfo.Identity"/>.</summary>
internal static class ContentHash
{
    /// <summary>Reads a stream to its end. Never 0, which says that there is none.</summary>
    public static long Create(Stream content)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content, hash);
        return BinaryPrimitives.ReadInt64LittleEndian(hash) | 1;
    }
}

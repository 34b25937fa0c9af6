using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Pwb.StaticFiles;

/// <summary>A number that names content: <see cref="ContentInfo.Identity"/>.</summary>
internal static class ContentHash
{
    /// <summary>Hashes a stream to its end. Never returns 0, which means that there is no hash.</summary>
    public static long Create(Stream content)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content, hash);
        return BinaryPrimitives.ReadInt64LittleEndian(hash) | 1;
    }
}

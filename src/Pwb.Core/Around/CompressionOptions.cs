using System.IO.Compression;

namespace Pwb;

/// <summary>The options of <see cref="CompressionHandler"/>.</summary>
/// <example><code>
/// IRequestHandler handler = new CompressionHandler(inner, new CompressionOptions { MinLength = 4096 });
/// </code></example>
public sealed class CompressionOptions
{
    /// <summary>The number of bytes from which on content of known length is compressed. Default 1,024; less is often longer
    /// afterwards.</summary>
    public int MinLength { get; init; } = 1024;

    /// <summary>
    /// The level of compression. Default Fastest: content that is compressed for one response is seldom worth more.
    /// </summary>
    public CompressionLevel Level { get; init; } = CompressionLevel.Fastest;
}

namespace Pwb.Http;

/// <summary>
/// The content codings that a file may have a neighbour in (RFC 9110 §8.4.1). Also a set of them, which always has Identity.
/// </summary>
[Flags]
internal enum ContentCoding
{
    /// <summary>None: the file itself.</summary>
    Identity = 0,

    /// <summary>RFC 7932.</summary>
    Brotli = 1,

    /// <summary>RFC 8878.</summary>
    Zstandard = 2,

    /// <summary>RFC 1952.</summary>
    Gzip = 4,
}

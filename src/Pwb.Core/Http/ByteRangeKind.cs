namespace Pwb.Http;

/// <summary>The kinds of Range fields.</summary>
internal enum ByteRangeKind
{
    /// <summary>Nothing that counts: all of it is sent, with 200.</summary>
    Whole,

    /// <summary>A part: 206.</summary>
    Part,

    /// <summary>Several parts: 206 with multipart/byteranges.</summary>
    Parts,

    /// <summary>Parts that are not there: 416.</summary>
    Unsatisfiable,
}

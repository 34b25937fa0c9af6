namespace Pwb.Routing;

/// <summary>
/// The kinds of segments of a pattern, from the narrowest to the widest. A path is tried against them in this order.
/// </summary>
internal enum SegmentKind
{
    /// <summary>One text.</summary>
    Literal,

    /// <summary>A decimal number that fits into 32 bits.</summary>
    Int32,

    /// <summary>A decimal number that fits into 64 bits.</summary>
    Int64,

    /// <summary>A UUID in its usual form: 32 hexadecimal digits in five groups.</summary>
    Guid,

    /// <summary>Any segment that is not empty.</summary>
    Text,

    /// <summary>All segments that are left, of which there is at least one; it may be empty.</summary>
    Rest,

    /// <summary>All remaining segments, or none: the place of a mounted handler.</summary>
    Mount,
}

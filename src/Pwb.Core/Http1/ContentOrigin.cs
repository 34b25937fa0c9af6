namespace Pwb.Http1;

/// <summary>Where a response's content comes from.</summary>
internal enum ContentOrigin
{
    /// <summary>There is none to send.</summary>
    Nowhere,

    /// <summary>It is in memory.</summary>
    Memory,

    /// <summary>Its body writes it.</summary>
    Body,
}

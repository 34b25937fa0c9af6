namespace Pwb.Http1;

/// <summary>The place that a response's content comes from.</summary>
internal enum ContentOrigin
{
    /// <summary>No content is sent.</summary>
    Nowhere,

    /// <summary>The content is in memory.</summary>
    Memory,

    /// <summary>The response's body writes the content.</summary>
    Body,
}

namespace Pwb;

/// <summary>Which requests of other sites a browser sends a cookie with (RFC 6265bis).</summary>
public enum SameSite
{
    /// <summary>Those by which the user comes here, such as a link; no other.</summary>
    Lax,

    /// <summary>None.</summary>
    Strict,

    /// <summary>All. The cookie has to be secure.</summary>
    None,
}

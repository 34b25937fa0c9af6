namespace Pwb.Handlers;

/// <summary>A handler that can answer for what lies below a path as it does for what lies below the root.</summary>
internal interface IMountable
{
    /// <summary>A handler that answers requests below a path, which begins with a slash and ends without one.</summary>
    IRequestHandler Below(string prefix);
}

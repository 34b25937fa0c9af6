namespace Pwb.Handlers;

/// <summary>
/// A handler of this library that keeps no request beyond its response. Connections may lend it the same request object again and
/// again, which saves allocations. Every other handler gets a new object for each request, and may keep it.
/// </summary>
internal interface IBorrowingHandler
{
    /// <summary>Whether that is true of this one, and of every handler that it passes requests on to.</summary>
    bool Borrows { get; }
}

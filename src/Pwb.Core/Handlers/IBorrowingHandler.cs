namespace Pwb.Handlers;

/// <summary>
/// A handler of this library that keeps no request beyond its response. Connections may lend it the same request object again and
/// again, one after another, which saves a request's allocations; every other handler gets an object of its own for each request,
/// and may keep it.
/// </summary>
internal interface IBorrowingHandler
{
    /// <summary>Whether that is true of this one, and of every handler that it passes requests on to.</summary>
    bool Borrows { get; }
}

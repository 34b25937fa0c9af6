namespace Pwb.Model;

/// <summary>The operations that a request needs from its connection.</summary>
internal interface IRequestConnection : IConnectionInfo
{
    /// <summary>The public information about the connection. Made on demand.</summary>
    HttpConnectionInfo Info { get; }
}

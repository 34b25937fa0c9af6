namespace Pwb.Model;

/// <summary>What a request asks of its connection.</summary>
internal interface IRequestConnection : IConnectionInfo
{
    /// <summary>What users are told of it. Made when one asks.</summary>
    HttpConnectionInfo Info { get; }
}

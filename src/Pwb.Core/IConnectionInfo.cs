using System.Net;

namespace Pwb;

/// <summary>What a request can ask its connection.</summary>
internal interface IConnectionInfo
{
    EndPoint? RemoteEndPoint { get; }

    /// <summary>"https" or "http".</summary>
    string Scheme { get; }
}

using System.Net;

namespace Pwb.Testing.Connections;

/// <summary>Where a request comes from: by this its handler finds the connection.</summary>
internal sealed class WireEndPoint(Wire wire, string scheme) : EndPoint
{
    public Wire Wire => wire;

    public string Scheme => scheme;
}

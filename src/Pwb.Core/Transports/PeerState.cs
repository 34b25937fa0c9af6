namespace Pwb.Transports;

/// <summary>What can be told of the peer without reading.</summary>
internal enum PeerState
{
    /// <summary>Only a read would tell.</summary>
    Unknown,

    /// <summary>It has not ended anything, or bytes are in front of its end.</summary>
    Present,

    /// <summary>It has sent its FIN. It may still read.</summary>
    Ended,

    /// <summary>It has reset the connection.</summary>
    Gone,
}

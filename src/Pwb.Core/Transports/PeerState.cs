namespace Pwb.Transports;

/// <summary>The state of the peer, as far as it is known without reading.</summary>
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

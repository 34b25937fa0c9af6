namespace Pwb.Fuzz.Records;

/// <summary>What happens to one of a client's TLS records on its way.</summary>
internal enum RecordChange
{
    Nothing,

    /// <summary>Its handshake message comes in several records, which is allowed: RFC 8446 §5.1.</summary>
    Split,

    FlipBit,
    ChangeHeader,
    Drop,
    Repeat,

    /// <summary>The next record comes first.</summary>
    Swap,

    /// <summary>Random bytes come before it.</summary>
    Garbage,

    /// <summary>A request that is not encrypted comes before it.</summary>
    PlainRequest,

    /// <summary>An alert that is not encrypted comes before it.</summary>
    PlainAlert,

    /// <summary>The first ClientHello comes again before it: renegotiation is asked for, by whoever has no key.</summary>
    Hello,

    /// <summary>An empty record comes before it.</summary>
    Empty,

    /// <summary>It ends in the middle, and FIN follows.</summary>
    Fin,

    /// <summary>It ends in the middle, and a reset follows.</summary>
    Reset,
}

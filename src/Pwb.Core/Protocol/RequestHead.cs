namespace Pwb.Protocol;

/// <summary>
/// The parser's findings in a request's head. Slices count from the first byte of the head. Reused from request to request.
/// </summary>
internal sealed class RequestHead
{
    /// <summary>The name of a method that is registered, or that the application added; null for any other.</summary>
    public string? KnownMethod;
    public Slice Method;
    public Slice Target;
    public TargetForm Form;

    /// <summary>The scheme of a target that names one, in small letters, or null.</summary>
    public string? TargetScheme;
    public Slice Path;

    /// <summary>Whether the path has dot segments, which its normal form has not.</summary>
    public bool HasDotSegments;
    public Slice Query;

    /// <summary>The authority of an absolute-form or authority-form target, else the value of Host.</summary>
    public Slice Host;
    public int MinorVersion;

    /// <summary>The length of the whole head with the empty line that ends it.</summary>
    public int Length;

    /// <summary>The value of Content-Length, or -1.</summary>
    public long ContentLength;
    public bool IsChunked;
    public bool HasClose;
    public bool HasKeepAlive;
    public bool ExpectsContinue;

    /// <summary>Whether Connection names Upgrade, in HTTP/1.1: RFC 9110 §7.8.</summary>
    public bool AsksForUpgrade;

    /// <summary>Whether this begins a WebSocket's handshake, right or wrong: RFC 6455 §4.2.1.</summary>
    public bool AsksForWebSocket;

    public bool IsHead => ReferenceEquals(KnownMethod, "HEAD");

    public bool HasContent => IsChunked || ContentLength > 0;

    /// <summary>Whether the client wants the connection to stay open: RFC 9112 §9.3.</summary>
    public bool IsPersistent => !HasClose && (MinorVersion > 0 || HasKeepAlive);

    /// <summary>A copy of the head.</summary>
    public RequestHead Copy() => (RequestHead)MemberwiseClone();

    public void Reset()
    {
        KnownMethod = TargetScheme = null;
        Method = Target = Path = Query = Host = default;
        Form = TargetForm.Origin;
        MinorVersion = 1;
        Length = 0;
        ContentLength = -1;
        HasDotSegments = IsChunked = HasClose = HasKeepAlive = ExpectsContinue = AsksForUpgrade = AsksForWebSocket = false;
    }
}

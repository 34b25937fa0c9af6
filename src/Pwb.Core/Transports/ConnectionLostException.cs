namespace Pwb.Transports;

/// <summary>The client is gone, where a transport has more than one reason to fail.</summary>
internal sealed class ConnectionLostException(Exception cause) : IOException(cause.Message, cause);

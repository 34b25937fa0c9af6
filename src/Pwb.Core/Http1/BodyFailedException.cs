namespace Pwb.Http1;

/// <summary>The body of a response has failed when its head was on the wire, so the connection is over.</summary>
internal sealed class BodyFailedException(string message, Exception? innerException) : IOException(message, innerException);

namespace Pwb.Http1;

/// <summary>Thrown when the body of a response fails after its head was sent: the connection is over.</summary>
internal sealed class BodyFailedException(string message, Exception? innerException) : IOException(message, innerException);

namespace Pwb.Http1;

/// <summary>What is known of a request's content when its response is there.</summary>
/// <param name="IsLeft">Whether some of it has not been taken.</param>
/// <param name="IsContinueDue">Whether the client waits to be told to send it (RFC 9110 §10.1.1), and has not been.</param>
/// <param name="KnownLeft">How many bytes are certain to be left; 0 if nobody knows.</param>
internal readonly record struct ContentState(bool IsLeft, bool IsContinueDue, long KnownLeft);

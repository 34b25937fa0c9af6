namespace Pwb.Http1;

/// <summary>The state of a request's content when its response is there.</summary>
/// <param name="IsLeft">Whether some of the content has not been taken.</param>
/// <param name="IsContinueDue">Whether the client waits for 100 (Continue) (RFC 9110 §10.1.1), and none has been sent.</param>
/// <param name="KnownLeft">The number of bytes that are certainly left; 0 if unknown.</param>
internal readonly record struct ContentState(bool IsLeft, bool IsContinueDue, long KnownLeft);

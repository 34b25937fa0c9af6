using Pwb.Protocol;

namespace Pwb.Http1;

/// <summary>What was sent in answer to a request.</summary>
/// <param name="StatusCode">The status: the response's, or 500 when its body failed before anything was on the wire.</param>
/// <param name="Length">The number of bytes of content.</param>
/// <param name="Failure">The exception that took the response's place, if one did.</param>
/// <param name="Refusal">
/// Why the request is refused, if that was found out while the response's body read its content: nothing was sent then.
/// </param>
internal readonly record struct SentResponse(
    int StatusCode, long Length, Exception? Failure = null, Rejection Refusal = Rejection.None);

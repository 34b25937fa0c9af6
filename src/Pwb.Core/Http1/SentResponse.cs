using Pwb.Protocol;

namespace Pwb.Http1;

/// <summary>The sent response of a request.</summary>
/// <param name="StatusCode">The response's status, or 500 when its body failed before anything was sent.</param>
/// <param name="Length">The number of bytes of content.</param>
/// <param name="Failure">The exception that replaced the response, or null.</param>
/// <param name="Refusal">
/// The reason to refuse the request, found while the response's body read its content; nothing was sent then.
/// </param>
internal readonly record struct SentResponse(
    int StatusCode, long Length, Exception? Failure = null, Rejection Refusal = Rejection.None);

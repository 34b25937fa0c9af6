namespace Pwb.Testing.Recordings;

/// <summary>One request of a file, and its response.</summary>
/// <param name="Method">The method.</param>
/// <param name="Target">The target, as it was sent.</param>
/// <param name="ContentSha256">The hash of the content, in small hexadecimal digits; null if there was none.</param>
/// <param name="Response">The response of the service.</param>
internal sealed record RecordedExchange(string Method, string Target, string? ContentSha256, RecordedResponse Response);

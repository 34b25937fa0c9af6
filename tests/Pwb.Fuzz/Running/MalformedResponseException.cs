namespace Pwb.Fuzz.Running;

internal sealed class MalformedResponseException(string message) : Exception(message);

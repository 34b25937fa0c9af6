namespace Pwb.Fuzz;

/// <summary>What the handler does with a request and its content. A connection goes through them in turn.</summary>
internal enum HandlerBehaviour
{
    /// <summary>Reads all of the content and answers with it.</summary>
    Echo,

    /// <summary>Answers without looking at the content.</summary>
    Ignore,

    /// <summary>Answers with a stream that is the content itself, of the length that the request has given, if any.</summary>
    EchoStream,

    /// <summary>Reads a few bytes of the content and answers with them.</summary>
    ReadPart,

    /// <summary>Waits for content with empty reads, reads all of it, and hides it when that fails.</summary>
    Swallow,

    /// <summary>Pushes an answer in two parts, without looking at the content.</summary>
    Push,
}

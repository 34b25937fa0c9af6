using System.Net.WebSockets;
using System.Text;

namespace Pwb;

/// <summary>A whole message of a WebSocket, as <see cref="WebSocketReading.ReceiveMessageAsync"/> reads it.</summary>
/// <param name="Type">Text or binary.</param>
/// <param name="Content">Its bytes, which are the receiver's. Those of a text are valid UTF-8.</param>
/// <example><code>
/// while (await socket.ReceiveMessageAsync(cancellationToken: token) is { } message) Console.WriteLine(message.Text);
/// </code></example>
public sealed record WebSocketMessage(WebSocketMessageType Type, ReadOnlyMemory<byte> Content)
{
    /// <summary>The content as text. Bytes of a binary message that are no UTF-8 become U+FFFD.</summary>
    public string Text => Encoding.UTF8.GetString(Content.Span);
}

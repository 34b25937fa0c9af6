using System.Globalization;
using System.Net.WebSockets;
using System.Text;

namespace Pwb;

/// <summary>Receives and sends whole messages of a WebSocket, of a server or a client.</summary>
/// <example><code>
/// while (await socket.ReceiveMessageAsync(cancellationToken: token) is { } message)
///     await socket.SendTextAsync(message.Text, token);
/// </code></example>
public static class WebSocketReading
{
    private const int DefaultMaxLength = 64 * 1024; // all of it is held in memory, for each connection
    private const int FirstAllocation = 1024;

    /// <summary>
    /// Receives one message, in however many frames and reads it comes. A connection that waits for one holds no buffer.
    /// </summary>
    /// <param name="socket">The WebSocket. One receives at a time.</param>
    /// <param name="maxLength">
    /// The largest message, in bytes. Default 64 KiB. For a larger one the other end gets 1009 (Message Too Big) as soon as it is
    /// known.
    /// </param>
    /// <param name="cancellationToken">
    /// Ends the wait, and with it the WebSocket: it is aborted, as by its own ReceiveAsync.
    /// </param>
    /// <returns>The message; null when the other end has closed.</returns>
    /// <exception cref="WebSocketException">
    /// The message is too large, or the other end broke the protocol or is gone. A handler may let it pass: it counts as the
    /// client's doing, not as a failure.
    /// </exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxLength"/> is negative.</exception>
    public static async ValueTask<WebSocketMessage?> ReceiveMessageAsync(
        this WebSocket socket, int maxLength = DefaultMaxLength, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(socket);
        ArgumentOutOfRangeException.ThrowIfNegative(maxLength);

        // Without a buffer the WebSocket only waits for a message to begin.
        var result = await socket.ReceiveAsync(Memory<byte>.Empty, cancellationToken).ConfigureAwait(false);
        byte[] content = [];
        int length = 0;
        long most = Math.Min(maxLength + 1L, Array.MaxLength);
        while (result is { EndOfMessage: false, MessageType: not WebSocketMessageType.Close })
        {
            // The stream fills the given memory before it returns, so one byte beyond the limit tells whether there is more.
            if (length == content.Length) Array.Resize(ref content, (int)Math.Min(Math.Max(2L * length, FirstAllocation), most));
            result = await socket.ReceiveAsync(content.AsMemory(length), cancellationToken).ConfigureAwait(false);
            length += result.Count;
            if (length > maxLength) await RefuseAsync(socket, maxLength, cancellationToken).ConfigureAwait(false);
        }

        if (result.MessageType == WebSocketMessageType.Close) return null;
        return new WebSocketMessage(result.MessageType, content.AsMemory(0, length));
    }

    /// <summary>Sends a text message.</summary>
    /// <param name="socket">The WebSocket.</param>
    /// <param name="text">The text.</param>
    /// <param name="cancellationToken">
    /// Ends the wait, and with it the WebSocket: a frame that was sent in part cannot be continued.
    /// </param>
    /// <exception cref="WebSocketException">The WebSocket is closed, or the other end is gone.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public static ValueTask SendTextAsync(this WebSocket socket, string text, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(socket);
        ArgumentNullException.ThrowIfNull(text);
        ReadOnlyMemory<byte> content = Encoding.UTF8.GetBytes(text);
        return socket.SendAsync(content, WebSocketMessageType.Text, endOfMessage: true, cancellationToken);
    }

    private static async ValueTask RefuseAsync(WebSocket socket, int maxLength, CancellationToken cancellationToken)
    {
        string reason = string.Create(CultureInfo.InvariantCulture, $"A message has at most {maxLength} bytes.");
        await socket.CloseOutputAsync(WebSocketCloseStatus.MessageTooBig, reason, cancellationToken).ConfigureAwait(false);
        throw new WebSocketException(WebSocketError.Faulted, reason);
    }
}

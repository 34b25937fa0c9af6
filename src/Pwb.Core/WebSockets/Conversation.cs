using System.Net.WebSockets;

namespace Pwb.WebSockets;

/// <summary>
/// Runs a handler of a WebSocket from the handshake to the end of the connection, and closes properly whatever the handler does.
/// </summary>
/// <param name="run">The handler.</param>
/// <param name="options">The options of the WebSocket.</param>
/// <param name="handshake">What was agreed upon.</param>
/// <param name="stopping">Cancelled when the server would like to stop.</param>
internal sealed class Conversation(
    Func<WebSocket, CancellationToken, ValueTask> run,
    WebSocketOptions options,
    OpeningHandshake handshake,
    CancellationToken stopping)
{
    /// <summary>Runs it.</summary>
    /// <param name="connection">The connection. It is to be closed in good order, also when this throws.</param>
    /// <param name="cancellationToken">Cancelled when the client is gone.</param>
    /// <exception cref="Exception">The handler failed, and the client has been told.</exception>
    public async ValueTask RunAsync(Stream connection, CancellationToken cancellationToken)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        FrameStream frames = new(connection, options.CloseTimeout, cancellationToken);
        WebSocket socket = WebSocket.CreateFromStream(frames, new WebSocketCreationOptions
        {
            IsServer = true,
            SubProtocol = handshake.SubProtocol,
            DangerousDeflateOptions = handshake.Deflate is not { } deflate ? null : new WebSocketDeflateOptions
            {
                ServerContextTakeover = false,
                ClientContextTakeover = false,
                ServerMaxWindowBits = deflate.ServerMaxWindowBits,
            },
            KeepAliveInterval = options.KeepAliveInterval,
            KeepAliveTimeout = options.KeepAliveTimeout == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : options.KeepAliveTimeout,
        });
        Task stop = Task.CompletedTask;
        CancellationTokenRegistration registration = stopping.UnsafeRegister(_ => stop = StopAsync(frames, end), null);
        try
        {
            await HandleAsync(socket, frames, end.Token).ConfigureAwait(false);
        }
        finally
        {
            await registration.DisposeAsync().ConfigureAwait(false);
            try
            {
                await stop.ConfigureAwait(false); // which fails with the handler's callbacks on its token
            }
            finally
            {
                socket.Dispose();
                if (frames.HasSentClose) await frames.DrainAsync().ConfigureAwait(false);
                await frames.RestAsync().ConfigureAwait(false);
            }
        }
    }

    // First the client is told, then the handler, which may abort the WebSocket by it.
    private static async Task StopAsync(FrameStream frames, CancellationTokenSource end)
    {
        await SendCloseSafelyAsync(frames, (int)WebSocketCloseStatus.EndpointUnavailable).ConfigureAwait(false);
        await end.CancelAsync().ConfigureAwait(false);
    }

    private static async ValueTask SendCloseSafelyAsync(FrameStream frames, int code)
    {
        try
        {
            await frames.SendCloseAsync(code).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The client is gone, or does not take the sent bytes.
        }
    }

    private async ValueTask HandleAsync(WebSocket socket, FrameStream frames, CancellationToken token)
    {
        int code = (int)WebSocketCloseStatus.NormalClosure;
        try
        {
            await run(socket, token).ConfigureAwait(false);

            // An abort, by a token of the user's or after an unanswered ping, needs no closing handshake.
            if (socket.State == WebSocketState.Aborted) return;
        }
        catch (WebSocketException exception) when (DoesNotDecompress(exception, socket))
        {
            code = (int)WebSocketCloseStatus.InvalidPayloadData;
        }
        catch (Exception exception) when (IsEndOf(socket, frames, exception, token))
        {
            return;
        }
        catch (Exception)
        {
            code = (int)WebSocketCloseStatus.InternalServerError;
            throw;
        }
        finally
        {
            // RFC 6455 §5.5.1: a close is answered with its own code.
            if (socket.State == WebSocketState.CloseReceived) code = (int?)socket.CloseStatus ?? code;
            bool isCut = socket.State == WebSocketState.Aborted && code == (int)WebSocketCloseStatus.NormalClosure;
            if (!isCut && !frames.IsAtEnd) await SendCloseSafelyAsync(frames, code).ConfigureAwait(false);
        }
    }

    // The runtime aborts then, and its exception has no code of its own, unlike all others that it throws.
    private bool DoesNotDecompress(WebSocketException exception, WebSocket socket) =>
        handshake.Deflate is not null && socket.State == WebSocketState.Aborted
        && exception.WebSocketErrorCode == WebSocketError.Success;

    // An exception of the WebSocket that a handler lets pass is no failure of the handler, once the conversation is over. An
    // abort is an end too: by an unanswered ping, or by a wait that the handler's own token has ended.
    private static bool IsEndOf(WebSocket socket, FrameStream frames, Exception exception, CancellationToken token)
    {
        if (exception is not (WebSocketException or OperationCanceledException)) return false;
        return frames.HasSentClose || frames.HasSeenClose || frames.IsAtEnd || token.IsCancellationRequested
            || socket.State is WebSocketState.Aborted or WebSocketState.Closed;
    }
}

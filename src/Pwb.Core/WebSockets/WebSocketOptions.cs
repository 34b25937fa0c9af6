using Pwb.Protocol;

namespace Pwb;

/// <summary>The settings of WebSockets. Immutable, and checked when set: one instance serves all connections.</summary>
/// <example><code>static readonly WebSocketOptions Chat = new() { SubProtocols = ["chat.v2", "chat.v1"] };</code></example>
public sealed record WebSocketOptions
{
    /// <summary>The options unless others are given.</summary>
    public static WebSocketOptions Default { get; } = new();

    /// <summary>
    /// The subprotocols that the handler speaks (RFC 6455 §1.9). Default: none. The first that the client names and that stands
    /// here too is agreed upon, and is the socket's <see cref="System.Net.WebSockets.WebSocket.SubProtocol"/>; without one in
    /// common that is null, and browsers then close. Case counts.
    /// </summary>
    /// <exception cref="ArgumentException">A sub-protocol is not a token (RFC 9110 §5.6.2).</exception>
    public IReadOnlyList<string> SubProtocols
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            foreach (string name in value)
            {
                if (string.IsNullOrEmpty(name) || !Grammar.IsToken(System.Text.Encoding.UTF8.GetBytes(name)))
                    throw new ArgumentException($"'{name}' names no subprotocol: it is no token.", nameof(value));
            }

            field = [.. value];
        }
    } = [];

    /// <summary>
    /// Whether permessage-deflate (RFC 7692) is agreed to with clients that offer it. Messages are compressed then, each on its
    /// own, so that an idle connection holds no compressor. Default false, because the length of a compressed message tells what
    /// a secret in it has in common with text of an attacker's choice (CRIME). Send such messages with
    /// <see cref="System.Net.WebSockets.WebSocketMessageFlags.DisableCompression"/>. The limit of
    /// <see cref="WebSocketReading.ReceiveMessageAsync"/> counts decompressed bytes.
    /// </summary>
    public bool AllowDeflate { get; init; }

    /// <summary>
    /// The silence after which the client gets a ping. Default 15 s, because mobile networks drop connections that are silent for
    /// half a minute. Zero sends no pings. In real time, not by the server's clock.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative, or more than a day.</exception>
    public TimeSpan KeepAliveInterval
    {
        get;
        init => field = Checked(value, TimeSpan.Zero);
    } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// The time that the client has to answer a ping, before it counts as gone. Default 15 s. Zero waits for ever. In real time,
    /// not by the server's clock.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative, or more than a day.</exception>
    public TimeSpan KeepAliveTimeout
    {
        get;
        init => field = Checked(value, TimeSpan.Zero);
    } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// The time that the client has to answer a close frame, whichever side began the close, before the connection ends without
    /// the answer. Default 5 s. In real time, not by the server's clock.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is less than a millisecond, or more than a day.</exception>
    public TimeSpan CloseTimeout
    {
        get;
        init => field = Checked(value, TimeSpan.FromMilliseconds(1));
    } = TimeSpan.FromSeconds(5);

    private static TimeSpan Checked(TimeSpan value, TimeSpan least)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, least);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, TimeSpan.FromDays(1));
        return value;
    }
}

using System.IO.Compression;
using System.Net.WebSockets;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.WebSockets;

/// <summary>RFC 7692: permessage-deflate, where an option allows it.</summary>
public sealed class DeflateTests
{
    private const string Own = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
    private static readonly WebSocketOptions Allowed = new() { AllowDeflate = true };

    [Theory]
    [InlineData("permessage-deflate", Own)]
    [InlineData("permessage-deflate; client_max_window_bits", Own)]
    [InlineData("permessage-deflate;client_max_window_bits=8", Own)]
    [InlineData("permessage-deflate; server_no_context_takeover; client_no_context_takeover", Own)]
    [InlineData("permessage-deflate; server_max_window_bits=9", Own + "; server_max_window_bits=9")]
    [InlineData("permessage-deflate; server_max_window_bits=\"10\"", Own + "; server_max_window_bits=10")]
    [InlineData("permessage-deflate; server_max_window_bits=15", Own)]
    [InlineData("x-other; a=b, permessage-deflate; server_max_window_bits=12, permessage-deflate",
        Own + "; server_max_window_bits=12")]
    [InlineData("permessage-deflate; server_max_window_bits=8, permessage-deflate", Own)]
    [InlineData("permessage-deflate; unknown\r\nSec-WebSocket-Extensions: permessage-deflate", Own)]
    [InlineData("permessage-deflate; server_max_window_bits=8", null)]
    [InlineData("permessage-deflate; server_max_window_bits=16", null)]
    [InlineData("permessage-deflate; server_max_window_bits=09", null)]
    [InlineData("permessage-deflate; server_max_window_bits=+9", null)]
    [InlineData("permessage-deflate; server_max_window_bits", null)]
    [InlineData("permessage-deflate; client_max_window_bits=7", null)]
    [InlineData("permessage-deflate; client_no_context_takeover=1", null)]
    [InlineData("permessage-deflate; client_no_context_takeover; client_no_context_takeover", null)]
    [InlineData("permessage-deflate; unknown", null)]
    [InlineData("PerMessage-Deflate", null)]
    [InlineData("x-webkit-deflate-frame", null)]
    public async Task Is_agreed_upon_as_the_client_can_do_it(string offered, string? agreed)
    {
        Outcome outcome = await Asking(offered, Allowed);

        if (agreed is null) outcome.Text.Should().Contain(" 101 ").And.NotContain("Sec-WebSocket-Extensions");
        else outcome.Text.Should().Contain($"\r\nSec-WebSocket-Extensions: {agreed}\r\n");
    }

    [Theory]
    [InlineData("")]
    [InlineData(",")]
    [InlineData("permessage-deflate;")]
    [InlineData("permessage-deflate; =1")]
    [InlineData("permessage-deflate; server_max_window_bits=")]
    [InlineData("permessage-deflate; server_max_window_bits=\"1;0\"")]
    [InlineData("permessage deflate")]
    [InlineData("; permessage-deflate")]
    [InlineData("permessage-deflate=1")]
    public async Task Offers_that_are_malformed_get_400(string offered)
    {
        foreach (WebSocketOptions options in new[] { Allowed, WebSocketOptions.Default })
            (await Asking(offered, options)).Responses()[0].Status.Should().Be(400, "RFC 6455 §9.1");
    }

    [Fact]
    public async Task Messages_are_compressed_both_ways_each_on_its_own()
    {
        string text = new('a', 20_000);
        Outcome outcome = await ConverseAsync([.. Compressed(1, text), .. Compressed(1, text), .. Frames.Close(1000)]);

        byte[] sent = Behind(outcome);
        sent.Length.Should().BeLessThan(200);
        sent[0].Should().Be(0xC1, "RSV1 says that it is compressed: RFC 7692 §6");
        int length = 2 + sent[1];
        Latin1.Text(Decompress(sent[2..length])).Should().Be(text);
        sent[length..(2 * length)].Should().Equal(sent[..length], "no context is kept");
    }

    [Fact]
    public async Task Messages_that_are_not_compressed_are_understood_too()
    {
        Outcome outcome = await ConverseAsync([.. Frames.Text("plain"), .. Compressed(1, ""), .. Frames.Close(1000)]);

        byte[] sent = Behind(outcome);
        Latin1.Text(Decompress(sent[2..(2 + sent[1])])).Should().Be("plain");
    }

    [Fact]
    public async Task A_message_is_refused_as_soon_as_it_has_grown_above_the_limit()
    {
        Outcome outcome = await ConverseAsync([.. Compressed(2, new string('a', 1_000_000)), .. Frames.Close(1000)]);

        Latin1.Text(Behind(outcome)).Should().StartWith("\x88").And.Contain("\x03\xF1" + "A message has at most 65536 bytes.");
    }

    [Theory]
    [InlineData("\xFF")]
    [InlineData("a\xE2\x82")]
    public async Task A_text_that_is_no_UTF_8_gets_1007(string text)
    {
        Outcome outcome = await ConverseAsync([.. Compressed(1, text), .. Frames.Close(1000)]);

        Latin1.Text(Behind(outcome)).Should().StartWith("\x88").And.Contain("\x03\xEF");
    }

    [Fact]
    public async Task Content_that_does_not_decompress_closes_the_connection()
    {
        Outcome outcome = await ConverseAsync([.. Frames.Masked(0x41, [0xFF, 0xFF, 0xFF, 0xFF]), .. Frames.Close(1000)]);

        Latin1.Text(Behind(outcome)).Should().Be("\x88\x02\x03\xEF");
    }

    // RFC 7692 §6.1: only the first frame of a message says that it is compressed. The runtime lets control frames say so, too.
    [Theory]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(10)]
    public async Task A_control_frame_that_claims_to_be_compressed_gets_1002(int opcode)
    {
        Outcome outcome = await ConverseAsync([.. Frames.Masked(opcode | 0x40, [3, 0xE8]), .. Frames.Close(1000)]);

        Latin1.Text(Behind(outcome)).Should().Be("\x88\x02\x03\xEA");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_runtimes_client_talks_with_it(bool keepsContext)
    {
        await using PwbServer server = new(RequestHandler.From(Echo));
        using HttpMessageInvoker invoker = new(server.CreateMessageHandler());
        using ClientWebSocket client = new();
        client.Options.DangerousDeflateOptions = new WebSocketDeflateOptions
        {
            ClientContextTakeover = keepsContext,
            ServerContextTakeover = keepsContext,
            ServerMaxWindowBits = 10,
        };
        await client.ConnectAsync(new Uri("ws://localhost/"), invoker, default);
        for (int i = 0; i < 50; i++)
        {
            string text = string.Concat(Enumerable.Repeat($"message {i} ", i * 20));
            await client.SendTextAsync(text);
            (await client.ReceiveMessageAsync().AsTask().WaitAsync(Wire.SafetyTimeout))!.Text.Should().Be(text);
        }

        await client.CloseAsync(WebSocketCloseStatus.NormalClosure, null, default).WaitAsync(Wire.SafetyTimeout);
        client.CloseStatus.Should().Be(WebSocketCloseStatus.NormalClosure);
    }

    private static HttpResponse Echo(HttpRequest request) => request.AcceptWebSocket(
        async (socket, token) =>
        {
            while (await socket.ReceiveMessageAsync(cancellationToken: token) is { } message)
                await socket.SendAsync(message.Content, message.Type, endOfMessage: true, token);
        },
        Allowed);

    private static Task<Outcome> Asking(string offered, WebSocketOptions options) =>
        new Wire(request => request.AcceptWebSocket((_, _) => default, options)).ExchangeAsync(AskWith(offered));

    private static string AskWith(string offered) => Frames.Ask[..^2] + $"Sec-WebSocket-Extensions: {offered}\r\n\r\n";

    private static async Task<Outcome> ConverseAsync(byte[] sent)
    {
        ScriptedStream stream = new();
        stream.Give(AskWith("permessage-deflate")).Give(sent).EndInput();
        return await new Wire(Echo).Open(stream).EndAsync();
    }

    private static byte[] Behind(Outcome outcome) =>
        outcome.Output[(outcome.Text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];

    // RFC 7692 §7.2.1: a flush instead of an end, without its last four bytes.
    private static byte[] Compressed(int opcode, string latin1)
    {
        using MemoryStream compressed = new();
        using DeflateStream deflate = new(compressed, CompressionLevel.Optimal);
        deflate.Write(Latin1.Bytes(latin1));
        deflate.Flush();
        byte[] bytes = compressed.ToArray();
        return Frames.Masked(opcode | 0x40, bytes.Length == 0 ? [0] : bytes[..^4]);
    }

    private static byte[] Decompress(byte[] payload)
    {
        byte[] whole = [.. payload, 0, 0, 0xFF, 0xFF, 1, 0, 0, 0xFF, 0xFF];
        using DeflateStream inflate = new(new MemoryStream(whole), CompressionMode.Decompress);
        using MemoryStream content = new();
        inflate.CopyTo(content);
        return content.ToArray();
    }
}

using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.WebSockets;

/// <summary>What a client may send, and what closes the connection, and with which code. RFC 6455 §5, §7, §8.1.</summary>
public sealed class FrameTests
{
    private const string Closed1000 = "\x88\x02\x03\xE8";

    public static TheoryData<string, byte[], string> Conversations => new()
    {
        { "a message", [.. Frames.Text("hello"), .. Frames.Close(1000)], "\x81\x05hello" + Closed1000 },
        { "an empty one", [.. Frames.Text(""), .. Frames.Close(1000)], "\x81\x00" + Closed1000 },
        { "fragments",
            [.. Frames.Text("he", false), .. Frames.Continuation("", false), .. Frames.Continuation("llo"),
                .. Frames.Close(1000)], "\x81\x05hello" + Closed1000 },
        { "a ping between fragments",
            [.. Frames.Text("a", false), .. Frames.Masked(9, "p"u8.ToArray()), .. Frames.Continuation("b"),
                .. Frames.Close(1000)], "\x8A\x01p\x81\x02" + "ab" + Closed1000 },
        { "a character cut by a fragment",
            [.. Frames.Text("\xE2", false), .. Frames.Continuation("\x82", false), .. Frames.Continuation("\xAC"),
                .. Frames.Close(1000)], "\x81\x03\xE2\x82\xAC" + Closed1000 },
        { "its own code, back", Frames.Close(4711), "\x88\x02\x12\x67" },
        { "no code", Frames.Masked(8, []), Closed1000 },
        { "nothing after a close", [.. Frames.Close(1000), .. Frames.Text("late")], Closed1000 },
    };

    public static TheoryData<string, byte[], int> Faults => new()
    {
        { "no mask", Frames.Unmasked(1, "hello world"u8.ToArray()), 1002 },
        { "no mask, and too short for the runtime to see it", Frames.Unmasked(1, "x"u8.ToArray()), 1002 },
        { "no mask on a close", Frames.Unmasked(8, [0x03, 0xE8]), 1002 },
        { "no mask on a later frame", [.. Frames.Text("a", false), .. Frames.Unmasked(0, "b"u8.ToArray())], 1002 },
        { "a length with the highest bit", [0x82, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 1, 1, 2, 3, 4], 1002 },
        { "a reserved opcode", Frames.Masked(3, "x"u8.ToArray()), 1002 },
        { "a reserved bit", Frames.Masked(0x41, "x"u8.ToArray()), 1002 },
        { "a continuation of nothing", Frames.Continuation("x"), 1002 },
        { "a message inside of another", [.. Frames.Text("a", false), .. Frames.Text("b")], 1002 },
        { "a fragmented ping", Frames.Masked(9, [], isFinal: false), 1002 },
        { "a ping of 126 bytes", Frames.Masked(9, new byte[126]), 1002 },
        { "a close of one byte", Frames.Masked(8, [0x03]), 1002 },
        { "a close with 1005", Frames.Close(1005), 1002 },
        { "a close with 999", Frames.Close(999), 1002 },
        { "a text that is no UTF-8", Frames.Text("\xFF"), 1007 },
        { "a text that ends in a character", Frames.Text("a\xE2\x82"), 1007 },
        { "a text that ends in a character, in an empty frame", [.. Frames.Text("\xE2\x82", false), .. Frames.Continuation("")],
            1007 },
        { "a text that ends in a character, by one byte",
            [.. Frames.Text("\xF0", false), .. Frames.Continuation("\x9F\x98", false), .. Frames.Continuation("")], 1007 },
    };

    [Theory]
    [MemberData(nameof(Conversations))]
    public async Task Are_understood_however_they_are_split(string what, byte[] sent, string received)
    {
        foreach (int size in new[] { 1, 3, 1000 })
        {
            Outcome outcome = await ConverseAsync(Echo, sent, size);
            Behind(outcome).Should().Be(received, "{0}, in pieces of {1}", what, size);
        }
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task At_fault_close_the_connection_with_a_code_that_says_so(string what, byte[] sent, int code)
    {
        foreach (int size in new[] { 1, 3, 1000 })
        {
            Outcome outcome = await ConverseAsync(Echo, [.. Frames.Text("first"), .. sent], size);
            string close = Behind(outcome);
            close.Should().StartWith("\x81\x05" + "first\x88", "{0}, in pieces of {1}", what, size);
            ((close[9] << 8) | close[10]).Should().Be(code, "{0}, in pieces of {1}", what, size);
        }
    }

    [Fact]
    public async Task A_client_that_waits_after_a_short_frame_without_a_mask_is_told_at_once()
    {
        Connection connection = new Wire(Echo).Open(Frames.Ask);
        await connection.Stream.WaitForOutputAsync("\r\n\r\n");
        connection.Stream.Give(new byte[] { 0x81, 0x01, (byte)'x' });
        await connection.Stream.WaitForOutputAsync("\x88\x02\x03\xEA");
        await connection.FinishAsync();
    }

    [Theory]
    [InlineData(10, false)]
    [InlineData(11, true)]
    public async Task Of_a_message_above_the_limit_get_1009(int length, bool isRefused)
    {
        byte[] sent = [
            .. Frames.Text(new string('a', 5), false), .. Frames.Continuation(new string('a', length - 5)),
            .. Frames.Close(1000)];
        Outcome outcome = await ConverseAsync(Limited, sent, 1000);
        if (isRefused) Behind(outcome)[2..].Should().StartWith("\x03\xF1" + "A message has at most 10 bytes.");
        else Behind(outcome).Should().Be("\x81\x0A" + new string('a', 10) + Closed1000);
    }

    private static HttpResponse Limited(HttpRequest request) => request.AcceptWebSocket(async (socket, token) =>
    {
        while (await socket.ReceiveMessageAsync(10, token) is { } message) await socket.SendTextAsync(message.Text, token);
    });

    private static HttpResponse Echo(HttpRequest request) => request.AcceptWebSocket(async (socket, token) =>
    {
        while (await socket.ReceiveMessageAsync(cancellationToken: token) is { } message)
            await socket.SendAsync(message.Content, message.Type, endOfMessage: true, token);
    });

    private static async Task<Outcome> ConverseAsync(Func<HttpRequest, HttpResponse> handler, byte[] sent, int size)
    {
        var stream = new ScriptedStream();
        stream.Give(Frames.Ask);
        foreach (byte[] piece in sent.Chunk(size)) stream.Give(piece);
        stream.EndInput();
        return await new Wire(handler).Open(stream).EndAsync();
    }

    private static string Behind(Outcome outcome) =>
        outcome.Text[(outcome.Text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
}

using System.Buffers;
using Pwb.Channels;
using Pwb.Tests.Infrastructure;
using Pwb.Time;
using Pwb.Transports;

namespace Pwb.Tests.Connections;

/// <summary>How many writes large content in memory takes.</summary>
public sealed class LargeContentTests
{
    private const int Slice = 64 * 1024;

    [Theory]
    [InlineData(-1, 4)] // nobody tells of the client's progress, so each slice is progress
    [InlineData(0, 2)]
    public async Task The_head_fills_a_first_write_and_the_rest_goes_out_from_where_it_is(long acknowledged, int writes)
    {
        byte[] content = new byte[(4 * Slice) - 100];
        Array.Fill(content, (byte)'x');
        await using ScriptedStream stream = new();
        ChannelSender sender = SenderOf(new Watched(stream, acknowledged));
        sender.Pending.Append("head"u8);

        await sender.SendAsync(content);

        stream.Output.Should().Equal([.. "head"u8, .. content]);
        stream.WriteCount.Should().Be(writes);
        sender.Pending.Length.Should().Be(0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(Slice)]
    [InlineData((2 * Slice) - 1)]
    public async Task Content_that_fills_no_two_writes_is_not_copied(int length)
    {
        await using ScriptedStream stream = new();
        ChannelSender sender = SenderOf(new Watched(stream, acknowledged: 0));
        sender.Pending.Append("head"u8);

        await sender.SendAsync(new byte[length]);

        stream.Output.Should().HaveCount(4 + length);
        stream.WriteCount.Should().Be(2);
    }

    [Fact]
    public async Task Content_above_a_gibibyte_is_sent_to_its_end()
    {
        const int length = (1024 * 1024 * 1024) + 200_000;
        await using CountingStream stream = new();
        using NoMemory content = new();

        await SenderOf(new Watched(stream, acknowledged: 0)).SendAsync(content.OfLength(length));

        stream.Count.Should().Be(length);
    }

    [Fact]
    public async Task A_client_that_takes_the_head_and_no_more_holds_no_buffer_of_the_connection()
    {
        await using ScriptedStream stream = new();
        stream.SetWindow(Slice);
        ChannelSender sender = SenderOf(new Watched(stream, acknowledged: 0));
        sender.Pending.Append("head"u8);

        Task sending = sender.SendAsync(new byte[4 * Slice]).AsTask();

        await stream.WaitUntilHeldBackAsync();
        sender.Pending.GetSpan(0).Length.Should().Be(0, "the array is back in its pool");
        stream.SetWindow(long.MaxValue);
        await sending.WaitAsync(Wire.SafetyTimeout);
        stream.Output.Should().HaveCount(4 + (4 * Slice));
    }

    private static ChannelSender SenderOf(Transport transport)
    {
        CoarseClock clock = new(new ManualClock(), server: []);
        return new ChannelSender(transport, new ChannelContext(clock, new PwbServerLimits(), (_, _, _) => { }));
    }

    /// <summary>Memory that has a length, and no bytes.</summary>
    private sealed class NoMemory : MemoryManager<byte>
    {
        public Memory<byte> OfLength(int length) => CreateMemory(length);

        public override Span<byte> GetSpan() => throw new NotSupportedException();

        public override MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException();

        public override void Unpin() => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            // There is nothing to dispose of.
        }
    }

    private sealed class CountingStream : OddStream
    {
        public long Count { get; private set; }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Count += buffer.Length;
            return default;
        }
    }

    private sealed class Watched(Stream stream, long acknowledged) : Transport(stream, peer: null)
    {
        public override long GetAcknowledgedBytes() => acknowledged;
    }
}

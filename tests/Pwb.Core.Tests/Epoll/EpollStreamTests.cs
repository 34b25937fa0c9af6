using System.Net;
using System.Net.Sockets;
using Pwb.Platform;
using Pwb.Tests.Infrastructure;
using Pwb.Transports;

namespace Pwb.Tests.Epoll;

/// <summary>A socket that is served in a seat, as its transport sees it.</summary>
public sealed partial class EpollStreamTests
{
    private static void NeedsEpoll() => Skip.IfNot(ThisSystem.IsLinux, "Only Linux has epoll.");

    [SkippableFact]
    public async Task What_has_arrived_is_read_at_once_and_what_has_not_is_waited_for()
    {
        NeedsEpoll();
        await using SeatedPair pair = new();
        byte[] buffer = new byte[100];
        Task<int> reading = pair.Stream.ReadAsync(buffer).AsTask();
        reading.IsCompleted.Should().BeFalse();
        pair.Client.Send("abc"u8);
        (await reading.WaitAsync(Wire.SafetyTimeout)).Should().Be(3);

        pair.Client.Send("defg"u8);
        SpinWait.SpinUntil(() => pair.HasArrived, Wire.SafetyTimeout).Should().BeTrue();
        (await pair.Stream.ReadAsync(buffer.AsMemory(0, 2)).AsTask().WaitAsync(Wire.SafetyTimeout)).Should().Be(2);
        reading = pair.Stream.ReadAsync(buffer).AsTask();
        reading.IsCompleted.Should().BeTrue("the last read has filled its buffer, so there may be more");
        (await reading).Should().Be(2);
    }

    // Who looks whether a deadline has passed for want of bytes finds none in the socket then.
    [SkippableFact]
    public async Task Bytes_that_a_reader_has_in_hand_are_not_forgotten()
    {
        NeedsEpoll();
        await using SeatedPair pair = new();
        Task<int> reading = pair.Stream.ReadAsync(new byte[10]).AsTask();
        pair.Transport.HasUnreadData.Should().BeFalse("nothing has come");
        pair.Client.Send("a"u8);
        (await reading.WaitAsync(Wire.SafetyTimeout)).Should().Be(1);
        pair.HasArrived.Should().BeFalse();
        pair.Transport.HasUnreadData.Should().BeTrue(
            "the reader may have a use for it that takes a while, such as to decrypt it");
        reading = pair.Stream.ReadAsync(new byte[10]).AsTask();
        pair.Transport.HasUnreadData.Should().BeFalse("he waits again");
        pair.Client.Send("b"u8);
        (await reading.WaitAsync(Wire.SafetyTimeout)).Should().Be(1);
    }

    [SkippableFact]
    public async Task A_wait_for_a_byte_leaves_it_there()
    {
        NeedsEpoll();
        await using SeatedPair pair = new();
        ValueTask<int> waiting = pair.Stream.ReadAsync(Memory<byte>.Empty);
        waiting.IsCompleted.Should().BeFalse();
        pair.Client.Send("a"u8);
        (await waiting.AsTask().WaitAsync(Wire.SafetyTimeout)).Should().Be(0);
        (await pair.Stream.ReadAsync(Memory<byte>.Empty).AsTask().WaitAsync(Wire.SafetyTimeout)).Should().Be(0);
        (await pair.Stream.ReadAsync(new byte[10]).AsTask().WaitAsync(Wire.SafetyTimeout)).Should().Be(1);
    }

    [SkippableFact]
    public async Task The_end_is_seen_behind_what_came_before_it_and_stays()
    {
        NeedsEpoll();
        await using SeatedPair pair = new();
        pair.Client.Send("abc"u8);
        pair.Client.Shutdown(SocketShutdown.Send);
        byte[] buffer = new byte[100];
        foreach (int expected in new[] { 3, 0, 0 })
            (await pair.Stream.ReadAsync(buffer).AsTask().WaitAsync(Wire.SafetyTimeout)).Should().Be(expected);
    }

    [SkippableFact]
    public async Task An_end_that_comes_with_the_last_bytes_is_not_waited_for_in_vain()
    {
        NeedsEpoll();
        for (int i = 0; i < 50; i++)
        {
            await using SeatedPair pair = new();
            ValueTask<int> reading = pair.Stream.ReadAsync(new byte[100]);
            pair.Client.Send("abc"u8);
            pair.Client.Shutdown(SocketShutdown.Send);
            (await reading.AsTask().WaitAsync(Wire.SafetyTimeout)).Should().Be(3);
            (await pair.Stream.ReadAsync(new byte[100]).AsTask().WaitAsync(Wire.SafetyTimeout)).Should().Be(0);
        }
    }

    // A receive stops in front of urgent data, short of its buffer, though more has arrived behind it.
    [SkippableFact]
    public async Task Bytes_behind_urgent_data_are_not_waited_for_in_vain()
    {
        NeedsEpoll();
        await using SeatedPair pair = new();
        byte[] buffer = new byte[100];
        ValueTask<int> reading = pair.Stream.ReadAsync(Memory<byte>.Empty);
        pair.Client.Send("abc"u8);
        pair.Client.Send("!"u8, SocketFlags.OutOfBand);
        pair.Client.Send("def"u8);
        await reading;
        SpinWait.SpinUntil(() => pair.HasReceivedAll, Wire.SafetyTimeout).Should().BeTrue();
        int received = 0;
        while (received < 6)
            received += await pair.Stream.ReadAsync(buffer.AsMemory(received)).AsTask().WaitAsync(Wire.SafetyTimeout);
        Latin1.Text(buffer.AsSpan(0, 6)).Should().Be("abcdef");
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_wait_can_be_cancelled_and_another_begun(bool isEmpty)
    {
        NeedsEpoll();
        await using SeatedPair pair = new();
        using CancellationTokenSource source = new();
        Task<int> reading = pair.Stream.ReadAsync(isEmpty ? Memory<byte>.Empty : new byte[10], source.Token).AsTask();
        await source.CancelAsync();
        await reading.Invoking(r => r.WaitAsync(Wire.SafetyTimeout)).Should().ThrowAsync<OperationCanceledException>();
        pair.Client.Send("abc"u8);
        (await pair.Stream.ReadAsync(new byte[10]).AsTask().WaitAsync(Wire.SafetyTimeout)).Should().Be(3);
        await pair.Stream.Invoking(s => s.ReadAsync(new byte[10], source.Token).AsTask())
            .Should().ThrowAsync<OperationCanceledException>();
    }

    [SkippableFact]
    public async Task Who_cancels_a_read_that_has_ended_does_not_cancel_the_next()
    {
        NeedsEpoll();
        await using SeatedPair pair = new();
        using CancellationTokenSource source = new();
        ValueTask<int> first = pair.Stream.ReadAsync(new byte[10], source.Token);
        pair.Client.Send("a"u8);
        (await first.AsTask().WaitAsync(Wire.SafetyTimeout)).Should().Be(1);
        ValueTask<int> second = pair.Stream.ReadAsync(new byte[10]);
        await source.CancelAsync();
        second.IsCompleted.Should().BeFalse();
        pair.Client.Send("b"u8);
        (await second.AsTask().WaitAsync(Wire.SafetyTimeout)).Should().Be(1);
    }

    // The token of one read is cancelled while its bytes come, and the next read must not notice.
    [SkippableFact]
    public async Task Who_cancels_a_read_that_ends_at_the_same_moment_does_not_cancel_the_next()
    {
        NeedsEpoll();
        await using SeatedPair pair = new();
        byte[] buffer = new byte[10];
        for (int i = 0; i < 2000; i++)
        {
            using CancellationTokenSource source = new();
            ValueTask<int> reading = pair.Stream.ReadAsync(buffer, source.Token);
            Task cancelling = Task.Run(source.Cancel);
            pair.Client.Send("x"u8);
            try
            {
                (await reading.AsTask().WaitAsync(Wire.SafetyTimeout)).Should().Be(1);
            }
            catch (OperationCanceledException)
            {
                (await pair.Stream.ReadAsync(buffer).AsTask().WaitAsync(Wire.SafetyTimeout)).Should().Be(1);
            }

            await cancelling;
        }
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_ends_it_from_outside_leaves_the_descriptor_to_its_loop(bool abort)
    {
        NeedsEpoll();
        await using SeatedPair pair = new(bufferSize: 4096);
        string? socket = pair.SocketOfDescriptor;
        socket.Should().StartWith("socket:");
        Task<int> reading = pair.Stream.ReadAsync(new byte[10]).AsTask();
        Task writing = pair.Stream.WriteAsync(new byte[1_000_000]).AsTask();
        pair.Transport.EndFromOutside(abort);
        await reading.Invoking(r => r.WaitAsync(Wire.SafetyTimeout)).Should().ThrowAsync<IOException>();
        await writing.Invoking(w => w.WaitAsync(Wire.SafetyTimeout)).Should().ThrowAsync<IOException>();
        pair.SocketOfDescriptor.Should().Be(socket, "its number must not be somebody else's while anybody uses it");

        Func<Task> receiving = async () =>
        {
            byte[] buffer = new byte[100_000];
            while (await pair.Client.ReceiveAsync(buffer).WaitAsync(Wire.SafetyTimeout) > 0)
            {
                // to the end
            }
        };
        if (abort) await receiving.Should().ThrowAsync<SocketException>("it is a reset");
        else await receiving.Should().NotThrowAsync();

        await pair.Transport.ReleaseAsync();
        pair.SocketOfDescriptor.Should().NotBe(socket);
        await pair.Stream.Invoking(s => s.ReadAsync(new byte[1]).AsTask()).Should().ThrowAsync<IOException>();
        await pair.Stream.Invoking(s => s.WriteAsync(new byte[1]).AsTask()).Should().ThrowAsync<IOException>();
        pair.Transport.LookForEnd().Should().Be(PeerState.Gone);
        pair.Transport.GetAcknowledgedBytes().Should().Be(-1);
        pair.Transport.HasUnreadData.Should().BeFalse();
    }

    [SkippableFact]
    public async Task Ends_and_operations_may_race()
    {
        NeedsEpoll();
        for (int i = 0; i < 300; i++)
        {
            await using SeatedPair pair = new(bufferSize: 4096);
            Task reading = DrainAsync(pair.Stream.ReadAsync(new byte[10]).AsTask());
            Task ending = Task.Run(() => pair.Transport.EndFromOutside(abort: true));
            Task looking = Task.Run(() => pair.Transport.LookForEnd());
            Task writing = DrainAsync(pair.Stream.WriteAsync(new byte[100_000]).AsTask());
            Task sending = DrainAsync(pair.Client.SendAsync(new byte[1]));
            await Task.WhenAll(sending, reading, ending, looking, writing).WaitAsync(Wire.SafetyTimeout);
        }

        static async Task DrainAsync(Task task)
        {
            try
            {
                await task;
            }
            catch (Exception exception) when (exception is IOException or SocketException)
            {
                // It was ended.
            }
        }
    }

    [SkippableFact]
    public async Task What_can_be_told_of_the_client_is_told()
    {
        NeedsEpoll();
        await using SeatedPair pair = new();
        pair.Transport.RemoteEndPoint.Should().Be((IPEndPoint)pair.Client.LocalEndPoint!);
        pair.Transport.LocalEndPoint.Should().Be((IPEndPoint)pair.Client.RemoteEndPoint!);
        pair.Transport.LookForEnd().Should().Be(PeerState.Present);
        pair.Client.Send("a"u8);
        (await pair.Transport.PeekAsync(CancellationToken.None).AsTask().WaitAsync(Wire.SafetyTimeout)).Should().Be('a');
        pair.Client.Shutdown(SocketShutdown.Send);
        pair.Transport.LookForEnd().Should().Be(PeerState.Present, "a byte is in front of the end");
        (await pair.Stream.ReadAsync(new byte[10]).AsTask().WaitAsync(Wire.SafetyTimeout)).Should().Be(1);
        (await pair.Transport.PeekAsync(CancellationToken.None).AsTask().WaitAsync(Wire.SafetyTimeout)).Should().Be(-1);
        pair.Transport.LookForEnd().Should().Be(PeerState.Ended);
        await pair.Stream.WriteAsync(new byte[1000]);
        SpinWait.SpinUntil(() => pair.Transport.GetAcknowledgedBytes() >= 1000, Wire.SafetyTimeout).Should().BeTrue();
        pair.Client.Close(timeout: 0);
        SpinWait.SpinUntil(() => pair.Transport.LookForEnd() == PeerState.Gone, Wire.SafetyTimeout).Should().BeTrue();
    }
}

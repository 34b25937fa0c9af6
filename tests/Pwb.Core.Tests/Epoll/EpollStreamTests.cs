using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Pwb.Platform;
using Pwb.Tests.Infrastructure;
using Pwb.Transports;

namespace Pwb.Tests.Epoll;

/// <summary>A socket that is served in a seat, as its transport sees it.</summary>
public sealed class EpollStreamTests
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

    [SkippableFact]
    public async Task A_slow_reader_gets_all_that_is_written()
    {
        NeedsEpoll();
        await using SeatedPair pair = new(bufferSize: 4096);
        byte[] content = RandomNumberGenerator.GetBytes(2_000_000);
        Task writing = pair.Stream.WriteAsync(content).AsTask();
        writing.IsCompleted.Should().BeFalse();
        (await ReceiveAsync(pair.Client, content.Length)).AsSpan().SequenceEqual(content).Should().BeTrue();
        await writing.WaitAsync(Wire.SafetyTimeout);
    }

    [SkippableTheory]
    [InlineData(10, 0, 5_000_000)]
    [InlineData(0, 1_000_001, 3_999_999)]
    public async Task A_file_goes_out_behind_what_comes_before_it_and_a_shorter_one_says_so(int before, int offset, int available)
    {
        NeedsEpoll();
        string path = Path.GetTempFileName();
        try
        {
            byte[] content = RandomNumberGenerator.GetBytes(5_000_000);
            await File.WriteAllBytesAsync(path, content);
            await using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 0, useAsync: true);
            await using SeatedPair pair = new(bufferSize: 65536);
            byte[] head = RandomNumberGenerator.GetBytes(before);
            Task<int> sending = pair.Transport.SendFileAsync(head, file, offset, 5_000_000).AsTask();
            byte[] received = await ReceiveAsync(pair.Client, before + available);
            received.AsSpan(0, before).SequenceEqual(head).Should().BeTrue();
            received.AsSpan(before).SequenceEqual(content.AsSpan(offset)).Should().BeTrue();
            (await sending.WaitAsync(Wire.SafetyTimeout)).Should().Be(available);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [SkippableFact]
    public async Task Who_sends_a_file_is_told_whether_the_client_or_the_file_is_the_trouble()
    {
        NeedsEpoll();
        await using FileStream file = new(
            typeof(EpollStreamTests).Assembly.Location, FileMode.Open, FileAccess.Read, FileShare.Read);
        await using SeatedPair gone = new(bufferSize: 4096);
        Task<int> sending = gone.Transport.SendFileAsync(new byte[10], file, 0, 100_000).AsTask();
        gone.Client.Close(timeout: 0);
        await sending.Invoking(s => s.WaitAsync(Wire.SafetyTimeout)).Should().ThrowAsync<ConnectionLostException>();

        await using SeatedPair pair = new();
        string path = Path.GetTempFileName();
        await using FileStream writeOnly = new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        File.Delete(path);
        (await pair.Transport.Invoking(t => t.SendFileAsync(new byte[10], writeOnly, 0, 100_000).AsTask())
            .Should().ThrowAsync<IOException>())
            .Which.Should().NotBeOfType<ConnectionLostException>();
    }

    [SkippableFact]
    public async Task Reading_and_writing_wait_beside_each_other()
    {
        NeedsEpoll();
        await using SeatedPair pair = new(bufferSize: 4096);
        byte[] buffer = new byte[10];
        Task<int> reading = pair.Stream.ReadAsync(buffer).AsTask();
        Task writing = pair.Stream.WriteAsync(new byte[1_000_000]).AsTask();
        pair.Client.Send("abc"u8);
        (await reading.WaitAsync(Wire.SafetyTimeout)).Should().Be(3);
        writing.IsCompleted.Should().BeFalse();
        await ReceiveAsync(pair.Client, 1_000_000);
        await writing.WaitAsync(Wire.SafetyTimeout);
    }

    // One event for both: whoever reads blocks his thread until the write has ended.
    [SkippableFact]
    public async Task A_reader_that_blocks_does_not_hold_up_a_writer_of_the_same_event()
    {
        NeedsEpoll();
        for (int i = 0; i < 20; i++)
        {
            await using SeatedPair pair = new(bufferSize: 4096);
            TaskCompletionSource written = new(TaskCreationOptions.RunContinuationsAsynchronously);
            Task<bool> reading = BlockAfterReadAsync(pair.Stream, written.Task);
            Task writing = NoteAsync(pair.Stream.WriteAsync(new byte[1_000_000]).AsTask(), written);
            pair.Client.Send("abc"u8);
            pair.Client.Close(timeout: 0); // a reset, which ends both at once
            (await reading.WaitAsync(Wire.SafetyTimeout)).Should().BeTrue();
            await writing.WaitAsync(Wire.SafetyTimeout);
        }

        static async Task<bool> BlockAfterReadAsync(Stream stream, Task written)
        {
            try
            {
                while (await stream.ReadAsync(new byte[10]).ConfigureAwait(false) > 0)
                {
                    // until the reset
                }
            }
            catch (IOException)
            {
                // as expected
            }

#pragma warning disable VSTHRD103 // to block is what this is about
            return written.Wait(Wire.SafetyTimeout);
#pragma warning restore VSTHRD103
        }

        static async Task NoteAsync(Task writing, TaskCompletionSource written)
        {
            await writing.ContinueWith(_ => { }, TaskScheduler.Default);
            written.SetResult();
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

    private static async Task<byte[]> ReceiveAsync(Socket socket, int length)
    {
        byte[] buffer = new byte[length];
        for (int received = 0; received < length;)
        {
            int count = await socket.ReceiveAsync(buffer.AsMemory(received)).AsTask().WaitAsync(Wire.SafetyTimeout);
            if (count == 0) throw new EndOfStreamException();
            received += count;
        }

        return buffer;
    }
}

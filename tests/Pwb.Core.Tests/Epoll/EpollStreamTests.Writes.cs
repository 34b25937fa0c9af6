using System.Net.Sockets;
using System.Security.Cryptography;
using Pwb.Tests.Infrastructure;
using Pwb.Transports;

namespace Pwb.Tests.Epoll;

/// <content>What is written, files, and reading beside it.</content>
public sealed partial class EpollStreamTests
{
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

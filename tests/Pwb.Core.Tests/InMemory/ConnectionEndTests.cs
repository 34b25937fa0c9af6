using Pwb.InMemory;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.InMemory;

/// <summary>A connection in memory is to whoever holds an end of it what one over TCP is.</summary>
public sealed class ConnectionEndTests : IDisposable
{
    private readonly MemoryPipe _up = new();
    private readonly MemoryPipe _down = new();
    private int _closed;
    private readonly ConnectionEnd _client;
    private readonly ConnectionEnd _server;

    public ConnectionEndTests()
    {
        _client = new ConnectionEnd(_down, _up, _ => _closed++);
        _server = new ConnectionEnd(_up, _down, _ => { });
    }

    public void Dispose()
    {
        _client.Dispose();
        _server.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Bytes_arrive_in_order_however_they_are_cut(bool sync)
    {
        var random = new Random(5);
        byte[] sent = new byte[300_000];
        random.NextBytes(sent);
        int[] writes = [.. Enumerable.Range(0, 1000).Select(_ => random.Next(0, 20_000))],
            reads = [.. Enumerable.Range(0, 1000).Select(_ => random.Next(0, 20_000))];
        Task writing = Task.Run(async () =>
        {
            for (int i = 0, at = 0; at < sent.Length; at += writes[i++])
            {
                ReadOnlyMemory<byte> piece = sent.AsMemory(at, Math.Min(writes[i], sent.Length - at));
                if (sync) _client.Write(piece.Span);
                else await _client.WriteAsync(piece);
            }

            await _client.DisposeAsync();
        });

        byte[] received = new byte[sent.Length + 1];
        int length = 0;
        for (int i = 0, count; length < sent.Length; i++, length += count)
        {
            Memory<byte> room = received.AsMemory(length, Math.Min(reads[i % reads.Length], received.Length - length));
            count = sync ? _server.Read(room.Span) : await _server.ReadAsync(room);
            if (count == 0 && !room.IsEmpty) break;
        }

        await writing;
        received[..length].Should().Equal(sent);
        (await _server.ReadAsync(received)).Should().Be(0);
    }

    [Fact]
    public async Task A_read_of_no_bytes_waits_for_some_and_takes_none()
    {
        ValueTask<int> waiting = _server.ReadAsync(Memory<byte>.Empty);
        waiting.IsCompleted.Should().BeFalse();

        await _client.WriteAsync("a"u8.ToArray());

        (await waiting).Should().Be(0);
        _server.HasUnreadData.Should().BeTrue();
        (await _server.ReadAsync(new byte[10])).Should().Be(1);
        _server.HasUnreadData.Should().BeFalse();
    }

    [Fact]
    public async Task A_writer_waits_for_a_reader_that_is_slow()
    {
        Task writing = _client.WriteAsync(new byte[100_000]).AsTask();
        int received = 0;
        byte[] buffer = new byte[5000];
        while (received < 80_000)
        {
            writing.IsCompleted.Should().BeFalse();
            received += await _server.ReadAsync(buffer);
        }

        while (received < 100_000) received += await _server.ReadAsync(buffer);
        await writing.WaitAsync(Wire.SafetyTimeout);
    }

    [Fact]
    public async Task A_read_that_is_cancelled_loses_nothing()
    {
        using var cancelling = new CancellationTokenSource();
        ValueTask<int> reading = _server.ReadAsync(new byte[10], cancelling.Token);
        await cancelling.CancelAsync();
        await reading.AsTask().Awaiting(task => task).Should().ThrowAsync<OperationCanceledException>();

        await _client.WriteAsync("abc"u8.ToArray());
        (await _server.ReadAsync(new byte[10])).Should().Be(3);
    }

    [Fact]
    public async Task The_end_comes_after_the_bytes_and_the_other_direction_stays_open()
    {
        await _server.WriteAsync("abc"u8.ToArray());
        _server.ShutdownSend();

        (await _client.ReadAsync(new byte[10])).Should().Be(3);
        (await _client.ReadAsync(new byte[10])).Should().Be(0);
        await _client.WriteAsync("d"u8.ToArray());
        (await _server.ReadAsync(new byte[10])).Should().Be(1);
        await _server.Awaiting(end => end.WriteAsync("e"u8.ToArray()).AsTask()).Should().ThrowAsync<IOException>();
    }

    [Fact]
    public async Task An_abort_is_an_error_and_no_end()
    {
        ValueTask<int> reading = _client.ReadAsync(new byte[10]);
        _server.Abort();

        await reading.AsTask().Awaiting(task => task).Should().ThrowAsync<IOException>();
        await _client.Awaiting(end => end.WriteAsync("a"u8.ToArray()).AsTask()).Should().ThrowAsync<IOException>();
    }

    [Fact]
    public async Task What_was_sent_before_an_abort_comes_before_the_error()
    {
        await _server.WriteAsync("abc"u8.ToArray());
        _server.Abort();

        (await _client.ReadAsync(new byte[10])).Should().Be(3);
        await _client.Awaiting(end => end.ReadAsync(new byte[10]).AsTask()).Should().ThrowAsync<IOException>();
    }

    [Fact]
    public async Task Closing_keeps_what_was_written_and_fails_what_the_other_end_still_writes()
    {
        Task blocked = _client.WriteAsync(new byte[100_000]).AsTask();
        await _server.WriteAsync("abc"u8.ToArray());
        await _server.DisposeAsync();

        await blocked.Awaiting(task => task).Should().ThrowAsync<IOException>();
        _client.IsOtherClosed.Should().BeTrue();
        (await _client.ReadAsync(new byte[10])).Should().Be(3);
        (await _client.ReadAsync(new byte[10])).Should().Be(0);
    }

    [Fact]
    public async Task Closing_ends_what_waits_at_its_own_end_and_is_told_once()
    {
        Task reading = _client.ReadAsync(new byte[10]).AsTask(), writing = _client.WriteAsync(new byte[100_000]).AsTask();
        await _client.DisposeAsync();
        await _client.DisposeAsync();

        await reading.Awaiting(task => task).Should().ThrowAsync<IOException>();
        await writing.Awaiting(task => task).Should().ThrowAsync<IOException>();
        _closed.Should().Be(1);
    }
}

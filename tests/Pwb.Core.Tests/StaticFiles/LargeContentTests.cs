using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.StaticFiles;

/// <summary>Files from 64 KiB to 1 MiB, which are in memory while they are asked for often.</summary>
public sealed partial class LargeContentTests
{
    private const int Length = 200_000;

    private readonly Site _site = new();

    [Fact]
    public async Task A_file_that_is_asked_for_twice_in_a_second_is_read_and_kept()
    {
        _site.Source.Add("a", Numbers(Length));
        for (int i = 0; i < 5; i++) (await _site.GetAsync("/a")).Content.Should().Equal(Numbers(Length));

        _site.Source.Opens.Should().Be(2, "the first response is sent from the file, and the second from what was read");
    }

    [Fact]
    public async Task A_file_that_is_asked_for_once_a_second_is_not_kept()
    {
        _site.Source.Add("a", Numbers(Length));
        for (int i = 0; i < 5; i++)
        {
            (await _site.GetAsync("/a")).Content.Should().HaveCount(Length);
            _site.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        _site.Source.Opens.Should().Be(5);
    }

    [Theory]
    [InlineData("HEAD", "Accept: */*")]
    [InlineData("GET", "Range: bytes=0-0")]
    public async Task A_client_that_asks_for_little_has_nothing_read(string method, string line)
    {
        _site.Source.Add("a", Numbers(Length)).OpenWith = content => new NotToBeRead(content);
        for (int i = 0; i < 5; i++) (await _site.SendAsync(method, "/a", line)).Status.Should().BeOneOf(200, 206);

        _site.Source.Opens.Should().Be(5);
    }

    [Fact]
    public async Task It_stays_in_memory_while_it_is_unchanged()
    {
        _site.Source.Add("a", Numbers(Length));
        for (int i = 0; i < 2; i++) await _site.GetAsync("/a");
        for (int i = 0; i < 3; i++)
        {
            _site.Clock.Advance(TimeSpan.FromSeconds(1));
            (await _site.GetAsync("/a")).Content.Should().HaveCount(Length);
        }

        _site.Source.Opens.Should().Be(2);
    }

    [Fact]
    public async Task A_change_shows_after_a_second()
    {
        _site.Source.Add("a", new string('x', Length), revision: 1);
        for (int i = 0; i < 3; i++) await _site.GetAsync("/a");

        _site.Source.Add("a", new string('y', Length), revision: 2); // of the same length and time
        _site.Clock.Advance(TimeSpan.FromSeconds(1));

        for (int i = 0; i < 3; i++) (await _site.GetAsync("/a")).Content.Should().OnlyContain(value => value == 'y');
    }

    [Fact]
    public async Task A_file_that_may_not_be_read_any_more_is_denied_after_a_second()
    {
        _site.Source.Add("a", Numbers(Length), revision: 1);
        for (int i = 0; i < 3; i++) await _site.GetAsync("/a");

        _site.Source.Add("a", Numbers(Length), revision: 2).Denied.Add("a"); // chmod 000
        _site.Clock.Advance(TimeSpan.FromSeconds(1));

        for (int i = 0; i < 3; i++) (await _site.GetAsync("/a")).Status.Should().Be(403);
    }

    [Fact]
    public async Task A_file_that_was_written_just_now_is_not_kept()
    {
        _site.Source.Add("a", new string('x', Length), ManualClock.Start);
        for (int i = 0; i < 2; i++) await _site.GetAsync("/a");
        _site.Source.Add("a", new string('y', Length), ManualClock.Start); // in the same tick of the file system's clock

        (await _site.GetAsync("/a")).Content.Should().OnlyContain(value => value == 'y');
    }

    [Fact]
    public async Task A_file_that_was_replaced_just_now_by_one_of_the_same_length_is_not_kept()
    {
        _site.Source.Add("a", new string('x', Length));
        await _site.GetAsync("/a");
        _site.Source.Add("a", new string('y', Length), ManualClock.Start);
        (await _site.GetAsync("/a")).Content.Should().OnlyContain(value => value == 'y');
        _site.Source.Add("a", new string('z', Length), ManualClock.Start); // in the same tick of the file system's clock
        _site.Clock.Advance(TimeSpan.FromSeconds(10));

        (await _site.GetAsync("/a")).Content.Should().OnlyContain(value => value == 'z');
    }

    [Fact]
    public async Task A_slow_disk_reads_a_file_once()
    {
        using ManualResetEventSlim isReady = new();
        TaskCompletionSource isReading = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int reads = 0;
        _site.Source.Add("a", Numbers(Length)).OpenWith = content => new SlowToRead(content, () =>
        {
            Interlocked.Increment(ref reads);
            isReading.TrySetResult();
            isReady.Wait(Wire.SafetyTimeout);
        });
        await _site.GetAsync("/a");
        Task<WireResponse> reader = Task.Run(() => _site.GetAsync("/a"));
        await isReading.Task.WaitAsync(Wire.SafetyTimeout);

        for (int second = 0; second < 3; second++)
        {
            _site.Clock.Advance(TimeSpan.FromSeconds(1));
            for (int i = 0; i < 2; i++) (await _site.GetAsync("/a")).Content.Should().HaveCount(Length);
        }

        reads.Should().Be(1);
        isReady.Set();
        (await reader).Content.Should().Equal(Numbers(Length));
    }

    [Fact]
    public async Task A_file_that_changes_while_it_is_read_is_not_kept()
    {
        _site.Source.Add("a", new string('x', Length));
        await _site.GetAsync("/a");
        _site.Source.OpenWith = content =>
        {
            _site.Source.Add("a", content, MemorySource.OneHourAgo.AddSeconds(_site.Source.Opens));
            return new MemoryStream(content);
        };

        for (int i = 0; i < 3; i++) (await _site.GetAsync("/a")).Content.Should().HaveCount(Length);
        _site.Source.Opens.Should().BeGreaterThan(4, "each response is sent from its file");
    }

    [Fact]
    public async Task A_file_in_memory_is_sent_whole_in_part_in_parts_and_not_at_all()
    {
        _site.Source.Add("a", Numbers(Length)).Add("b", Numbers(Length));
        for (int i = 0; i < 3; i++) await _site.GetAsync("/a");
        int opens = _site.Source.Opens;

        WireResponse whole = await _site.GetAsync("/a");
        WireResponse part = await _site.GetAsync("/a", "Range: bytes=100000-100009");
        WireResponse parts = await _site.GetAsync("/a", "Range: bytes=0-1,199998-199999");
        WireResponse head = await _site.SendAsync("HEAD", "/a");
        WireResponse unchanged = await _site.GetAsync("/a", "If-None-Match: " + whole["ETag"]);
        WireResponse outside = await _site.GetAsync("/a", "Range: bytes=200000-");
        _site.Source.Opens.Should().Be(opens);

        whole.Content.Should().Equal(Numbers(Length));
        part.Status.Should().Be(206);
        part["Content-Range"].Should().Be("bytes 100000-100009/200000");
        part.Content.Should().Equal(Numbers(Length)[100_000..100_010]);
        parts.Status.Should().Be(206);
        parts.ContentText.Should().Contain("Content-Range: bytes 199998-199999/200000");
        (head.Status, head["Content-Length"]).Should().Be((200, "200000"));
        unchanged.Status.Should().Be(304);
        outside.Status.Should().Be(416);

        // What a file says and what memory says is the same.
        WireResponse file = await _site.GetAsync("/b");
        file.Fields.Should().Equal(whole.Fields);
    }

    [Fact]
    public async Task A_coding_is_kept_by_itself()
    {
        _site.Source.Add("a.js", new string('p', Length)).Add("a.js.br", new string('b', Length));
        for (int i = 0; i < 2; i++) await _site.GetAsync("/a.js", "Accept-Encoding: br");
        int opens = _site.Source.Opens;

        WireResponse response = await _site.GetAsync("/a.js", "Accept-Encoding: br");

        response["Content-Encoding"].Should().Be("br");
        response.Content.Should().OnlyContain(value => value == 'b');
        _site.Source.Opens.Should().Be(opens);
    }

    [Fact]
    public async Task Many_threads_get_whole_contents_while_contents_come_and_go()
    {
        const int names = 6;
        var site = new Site(new StaticFileOptions { MaxCacheLength = 4 * 70_000 }); // room for two
        for (int i = 0; i < names; i++) site.Source.Add($"{i}", new string((char)('a' + i), 70_000 - i));

        Task[] readers = [.. Enumerable.Range(0, 4).Select(reader => Task.Run(async () =>
        {
            Random random = new(reader);
            for (int i = 0; i < 100; i++)
            {
                int name = random.Next(names);
                WireResponse response = await site.GetAsync($"/{name}");
                response.Content.Should().HaveCount(70_000 - name).And.OnlyContain(value => value == 'a' + name);
            }
        }))];
        await Task.WhenAll(readers);
    }

    private sealed class NotToBeRead(byte[] content) : MemoryStream(content)
    {
        private int _left = 64 * 1024; // a piece, from which a byte is sent

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            (_left -= buffer.Length) >= 0 ? base.ReadAsync(buffer, cancellationToken) : throw new IOException("too much is read");

        public override int Read(Span<byte> buffer) => throw new IOException("all of it is read");
    }

    private sealed class SlowToRead(byte[] content, Action reading) : MemoryStream(content)
    {
        public override int Read(Span<byte> buffer)
        {
            reading();
            return base.Read(buffer);
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            new(base.Read(buffer.Span)); // for a response
    }

    private static byte[] Numbers(int length)
    {
        byte[] numbers = new byte[length];
        for (int i = 0; i < length; i++) numbers[i] = (byte)(i * 7 % 251);
        return numbers;
    }
}

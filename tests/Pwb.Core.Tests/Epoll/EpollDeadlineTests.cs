using Pwb.Channels;
using Pwb.Platform;
using Pwb.Tests.Infrastructure;
using Pwb.Time;
using Pwb.Transports;

namespace Pwb.Tests.Epoll;

/// <summary>Deadlines of a connection that is served in a seat.</summary>
public sealed class EpollDeadlineTests
{
    // As after a standstill: the heartbeat looks while the session is about to decrypt what the seat has just received for it.
    [SkippableTheory]
    [InlineData(false, 1)]
    [InlineData(true, -1)]
    public async Task A_client_is_blamed_for_bytes_on_their_way_through_a_session_no_sooner_than_two_seconds_later(
        bool isForLonger, int expected)
    {
        Skip.IfNot(ThisSystem.IsLinux, "Only Linux has epoll.");
        await using SeatedPair pair = new();
        ManualClock time = new();
        CoarseClock clock = new(time, server: []);
        await using SlowSession session = new(pair.Stream);
        Channel channel = new(
            1, new SessionTransport(pair.Transport, session), new ChannelContext(clock, new PwbServerLimits(), (_, _, _) => { }));
        Task<int> receiving = channel.Receiver.ReceiveAsync(
            new byte[10], Wait.Content, clock.After(TimeSpan.FromSeconds(1)), channel.Aborted).AsTask();
        pair.Client.Send("a"u8);
        await session.Received.WaitAsync(Wire.SafetyTimeout);
        for (int i = 0; i < (isForLonger ? 2 : 1); i++)
        {
            time.Advance(TimeSpan.FromSeconds(3));
            clock.Update();
            channel.Control.Tick();
        }

        session.Release();
        (await receiving.WaitAsync(Wire.SafetyTimeout)).Should().Be(expected);
    }

    /// <summary>Takes its time between receiving and giving.</summary>
    private sealed class SlowSession(Stream below) : OddStream
    {
        private readonly TaskCompletionSource _received = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Received => _received.Task;

        public void Release() => _release.SetResult();

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int count = await below.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            _received.SetResult();
            await _release.Task.ConfigureAwait(false);
            return count;
        }
    }

    private sealed class SessionTransport(Transport below, Stream session) : Transport(session, peer: null)
    {
        public override bool HasUnreadData => below.HasUnreadData;
    }
}

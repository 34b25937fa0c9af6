using Pwb.Channels;
using Pwb.Time;
using Pwb.Transports;

namespace Pwb.Tests.Connections;

/// <summary>A connection makes room for another only in the wait for which it was chosen.</summary>
public sealed class EvictionTests
{
    private readonly CoarseClock _clock = new(TimeProvider.System, []);

    [Fact]
    public void A_connection_that_is_used_while_the_system_is_asked_for_its_bytes_stays()
    {
        LookedAt transport = new();
        Channel channel = new(1, transport, new ChannelContext(_clock, PwbServerLimits.Default, (_, _, _) => { }));
        Wait(channel);
        long chosen = channel.Control.IdleSince;
        transport.Looking = () =>
        {
            channel.Receiver.EndWait(); // a request came, and was answered
            Wait(channel);
        };

        channel.Control.Evict(chosen).Should().BeFalse();
        channel.Control.Idleness.Should().Be(Idleness.Idle);
        transport.Looking = null;
        channel.Control.Evict(channel.Control.IdleSince).Should().BeTrue();
    }

    private void Wait(Channel channel) =>
        channel.Receiver.BeginWait(Pwb.Time.Wait.NextRequest, _clock.After(PwbServerLimits.Default.KeepAliveTimeout));

    private sealed class LookedAt() : Transport(Stream.Null, null)
    {
        public Action? Looking { get; set; }

        public override bool HasUnreadData
        {
            get
            {
                Looking?.Invoke();
                return false;
            }
        }
    }
}

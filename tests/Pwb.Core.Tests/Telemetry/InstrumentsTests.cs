using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging.Abstractions;
using Pwb.Certificates;
using Pwb.Logging;
using Pwb.Server;
using Pwb.Tests.Infrastructure;
using Pwb.Time;

namespace Pwb.Tests.Telemetry;

public sealed class InstrumentsTests
{
    [Fact]
    public async Task Forget_a_server_when_its_heart_stops()
    {
        WeakReference connections = Beat();
        DateTime end = DateTime.UtcNow + Wire.SafetyTimeout;
        while (connections.IsAlive && DateTime.UtcNow < end)
        {
            await Task.Delay(10); // its thread ends a moment after
            GC.Collect();
        }

        connections.IsAlive.Should().BeFalse();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Beat()
    {
        ConnectionSet connections = new();
        Heartbeat heartbeat = new(
            new CoarseClock(TimeProvider.System, []), connections, new DescriptorReserve(),
            new CertificateWatch(TimeProvider.System, new ServerLog(NullLogger.Instance)), relief: null);
        heartbeat.Enter();
        heartbeat.Leave();
        heartbeat.Dispose();
        return new WeakReference(connections);
    }
}

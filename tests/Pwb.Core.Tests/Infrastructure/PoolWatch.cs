using System.Diagnostics.Tracing;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pwb.Tests.Infrastructure;

/// <summary>Sees which arrays lie in the shared pool because somebody in the process has given them back.</summary>
internal sealed class PoolWatch : EventListener
{
    private const int BufferRented = 1, BufferReturned = 3;

    private readonly HashSet<int> _returned = [];

    public bool WasReturned(ReadOnlyMemory<byte> memory)
    {
        MemoryMarshal.TryGetArray(memory, out ArraySegment<byte> segment).Should().BeTrue();
        lock (_returned) return _returned.Contains(RuntimeHelpers.GetHashCode(segment.Array));
    }

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == "System.Buffers.ArrayPoolEventSource") EnableEvents(eventSource, EventLevel.Verbose);
    }

    // The base class may call it before this one is initialised.
    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (_returned is null) return;
        lock (_returned)
        {
            if (eventData.EventId == BufferReturned) _returned.Add((int)eventData.Payload![0]!);
            if (eventData.EventId == BufferRented) _returned.Remove((int)eventData.Payload![0]!);
        }
    }
}

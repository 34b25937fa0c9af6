using System.Buffers;
using System.Buffers.Text;

namespace Pwb.Time;

/// <summary>The time as of the last heartbeat, and the fields that are made of it; reading it costs one load.</summary>
internal sealed class CoarseClock
{
    /// <summary>The interval in which the time stands still. Deadlines are due one interval late rather than early.</summary>
    public const long IntervalMilliseconds = 1000;

    private readonly TimeProvider _timeProvider;
    private readonly byte[] _server;
    private readonly long _start;
    private volatile FinalLines _lines;
    private long _elapsed; // since the start, as the time provider says
    private long _now;

    /// <param name="timeProvider">The clock.</param>
    /// <param name="server">The line of the Server field, or nothing.</param>
    public CoarseClock(TimeProvider timeProvider, byte[] server)
    {
        _timeProvider = timeProvider;
        _server = server;
        _start = timeProvider.GetTimestamp();
        _lines = Render();
    }

    /// <summary>Milliseconds on a monotonic clock.</summary>
    public long Now => Volatile.Read(ref _now);

    /// <summary>Date, Server if it is set, and the empty line that ends a head.</summary>
    public ReadOnlySpan<byte> DateAndServer => _lines.DateAndServer;

    /// <summary>Date, and the empty line that ends a head.</summary>
    public ReadOnlySpan<byte> Date => _lines.Date;

    public TimeProvider TimeProvider => _timeProvider;

    /// <summary>When a wait that starts now and may take that long is over.</summary>
    public long After(TimeSpan timeout) => Now + (long)timeout.TotalMilliseconds + IntervalMilliseconds;

    /// <summary>Milliseconds until the Date changes, so that it is never late by more than it takes to render.</summary>
    public int UntilNextSecond() => (int)IntervalMilliseconds - _timeProvider.GetUtcNow().Millisecond;

    /// <summary>Reads the time. Never called by two threads at once.</summary>
    /// <param name="stoodStill">
    /// The milliseconds that the process stood still. They are left out if this clock counted them, so that no deadline passes in
    /// a time in which the client's bytes could not be read.
    /// </param>
    public void Update(long stoodStill = 0)
    {
        long elapsed = (long)_timeProvider.GetElapsedTime(_start).TotalMilliseconds;
        long passed = Math.Max(0, elapsed - _elapsed); // monotonic, even if the provider's clock is not
        _elapsed = elapsed;

        // A clock that went another way meanwhile, as that of a test, is not the machine's.
        if (Math.Abs(passed - stoodStill) <= 2 * IntervalMilliseconds) passed -= Math.Min(passed, stoodStill);
        Volatile.Write(ref _now, _now + passed);
        _lines = Render();
    }

    private FinalLines Render()
    {
        byte[] date = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n"u8.ToArray(); // RFC 9110 §5.6.7
        Utf8Formatter.TryFormat(_timeProvider.GetUtcNow(), date.AsSpan("Date: ".Length), out _, new StandardFormat('R'));
        int line = date.Length - "\r\n".Length;
        byte[] dateAndServer = new byte[date.Length + _server.Length];
        date.AsSpan(0, line).CopyTo(dateAndServer);
        _server.CopyTo(dateAndServer, line);
        date.AsSpan(line).CopyTo(dateAndServer.AsSpan(line + _server.Length));
        return new FinalLines(dateAndServer, date);
    }

    private sealed record FinalLines(byte[] DateAndServer, byte[] Date);
}

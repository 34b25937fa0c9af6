using System.Diagnostics;
using Pwb.Logging;

namespace Pwb.Server;

/// <summary>
/// A user's clock whose exceptions are caught. After the first one the system's clock goes on in its place, with one error in the
/// log.
/// </summary>
internal sealed class IsolatedTimeProvider : TimeProvider
{
    private readonly TimeProvider _inner;
    private readonly ServerLog _log;
    private readonly long _frequency;
    private long _last; // the last value of the inner clock, and the system's at that moment
    private long _lastSystem = Stopwatch.GetTimestamp();
    private int _hasFailed;

    private IsolatedTimeProvider(TimeProvider inner, ServerLog log)
    {
        _inner = inner;
        _log = log;
        try
        {
            _frequency = inner.TimestampFrequency;
            if (_frequency <= 0) throw new InvalidOperationException($"TimestampFrequency is {_frequency}.");
        }
        catch (Exception exception)
        {
            Report(exception);
            _inner = System;
            _frequency = System.TimestampFrequency;
        }
    }

    public override long TimestampFrequency => _frequency;

    /// <summary>Wraps a clock, unless it is the system's own.</summary>
    public static TimeProvider Around(TimeProvider inner, ServerLog log) =>
        ReferenceEquals(inner, System) ? inner : new IsolatedTimeProvider(inner, log);

    public override long GetTimestamp()
    {
        try
        {
            long now = _inner.GetTimestamp();
            Volatile.Write(ref _lastSystem, Stopwatch.GetTimestamp());
            Volatile.Write(ref _last, now);
            return now;
        }
        catch (Exception exception)
        {
            Report(exception);
            TimeSpan passed = Stopwatch.GetElapsedTime(Volatile.Read(ref _lastSystem));
            return Volatile.Read(ref _last) + (long)(passed.TotalSeconds * _frequency);
        }
    }

    public override DateTimeOffset GetUtcNow()
    {
        try
        {
            return _inner.GetUtcNow();
        }
        catch (Exception exception)
        {
            Report(exception);
            return System.GetUtcNow();
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        try
        {
            return _inner.CreateTimer(callback, state, dueTime, period);
        }
        catch (Exception exception)
        {
            Report(exception);
            return System.CreateTimer(callback, state, dueTime, period);
        }
    }

    // On the pool: the heartbeat reads the time, and a hanging log must not stop it.
    private void Report(Exception exception)
    {
        if (Interlocked.Exchange(ref _hasFailed, 1) != 0) return;
        try
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                static state => state.Log.ClockFailed(state.Exception), (Log: _log, Exception: exception), preferLocal: false);
        }
        catch (OutOfMemoryException)
        {
            // Without descriptors the pool cannot start a thread, and throws. The line is queued all the same.
        }
    }
}

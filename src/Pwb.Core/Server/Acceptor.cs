using System.Net.Sockets;
using Pwb.Transports;

namespace Pwb.Server;

/// <summary>
/// Accepts connections on its own thread until it is stopped. After any failure it tries again, ever more slowly up to once a
/// second. A thread of its own needs nothing that handlers could use up.
/// </summary>
/// <param name="accept">
/// Waits for a connection; returns null when no other will come. Throws when the acceptor is stopped, and after a failure.
/// </param>
/// <param name="serve">Takes an accepted connection over, without waiting.</param>
/// <param name="failed">Called for each failure.</param>
/// <param name="reserve">Descriptors that connections must not take.</param>
internal sealed class Acceptor(
    Func<Transport?> accept, Action<Transport> serve, Action<Exception> failed, DescriptorReserve reserve)
{
    private const int FirstDelayMilliseconds = 10;
    private const int MaxGoneAtOnce = 256;
    private const int LongestDelayMilliseconds = 1000;

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualResetEventSlim _begin = new();
    private readonly ManualResetEventSlim _stop = new();
    private int _delay = FirstDelayMilliseconds;

    /// <summary>
    /// Starts the thread, which then waits for <see cref="Begin"/> or <see cref="Stop"/>. The thread does not get the caller's
    /// AsyncLocals, since its connections would have them.
    /// </summary>
    /// <exception cref="OutOfMemoryException">The system gives no thread.</exception>
    public void Start() => new Thread(Run) { IsBackground = true, Name = "PWB accept" }.UnsafeStart();

    /// <summary>Begins to accept.</summary>
    public void Begin() => _begin.Set();

    /// <summary>Ends the acceptor with the next result of accept, which the caller has to cause.</summary>
    public void Stop()
    {
        _stop.Set();
        _begin.Set();
    }

    /// <summary>Completes when the thread has ended.</summary>
    public Task WhenEndedAsync() => _ended.Task;

    // Without descriptors the runtime cannot start threads, and queueing work to the pool may throw.
    private void TellSafely(Exception exception)
    {
        try
        {
            failed(exception);
        }
        catch (OutOfMemoryException)
        {
            // The next failure is reported.
        }
    }

    private void Run()
    {
        int gone = 0;
        long since = Environment.TickCount64;
        _begin.Wait();
        while (!_stop.IsSet)
        {
            try
            {
                since = Environment.TickCount64;
                if (accept() is not { } transport) break;

                // First, because serving the connection may take a thread.
                long descriptor = transport.Descriptor;
                bool isReserveHeld = descriptor < 0 ? reserve.TryHold() : reserve.TryHold(descriptor);
                serve(transport);
                if (isReserveHeld) _delay = FirstDelayMilliseconds;
                else Pause(new SocketException((int)SocketError.TooManyOpenSockets));
            }
            catch (SocketException exception) when (
                exception.SocketErrorCode is SocketError.ConnectionAborted or SocketError.ConnectionReset && !_stop.IsSet)
            {
                // The client was gone before it was accepted. That is no failure of the server, unless there are very many.
                if (++gone % MaxGoneAtOnce == 0) _stop.Wait(FirstDelayMilliseconds);
            }
            catch (Exception exception)
            {
                if (_stop.IsSet) break;
                bool isNew = Environment.TickCount64 - since > LongestDelayMilliseconds; // not the last failure still
                if (isNew) _delay = FirstDelayMilliseconds;
                Pause(exception);
            }
        }

        _ended.TrySetResult();
    }

    /// <summary>Waits a while, and until descriptors are available again.</summary>
    private void Pause(Exception why)
    {
        reserve.Release();
        do
        {
            TellSafely(why);
            _stop.Wait(_delay);
            _delay = Math.Min(_delay * 2, LongestDelayMilliseconds);
        }
        while (!_stop.IsSet && !reserve.TryHold());
    }
}

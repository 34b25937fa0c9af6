using Pwb.Threads;

namespace Pwb;

/// <summary>
/// Lets the writer of <see cref="DeferredResponse.From"/> choose the head of its response, just before the first byte of its
/// content.
/// </summary>
/// <example><code>
/// Stream output = starter.Start(HttpResponse.Text("").With("Server-Timing", "db;dur=53"));
/// await output.WriteAsync(content, token);
/// </code></example>
public sealed class ResponseStarter
{
    private readonly Func<HttpResponse, Stream> _start;
    private Gate _gate;

    /// <summary>Makes a starter, to test a writer with.</summary>
    /// <param name="start">Gets the head, and returns the stream that takes the content.</param>
    public ResponseStarter(Func<HttpResponse, Stream> start)
    {
        ArgumentNullException.ThrowIfNull(start);
        _start = start;
    }

    /// <summary>Whether the response has been started.</summary>
    public bool HasStarted { get; private set; }

    /// <summary>Starts the response.</summary>
    /// <param name="head">
    /// The status and field lines. A body of it is ignored, since the writer writes the content. Field lines that outer handlers
    /// have added to the deferred response are added, unless it has its own of that name.
    /// </param>
    /// <returns>Takes the content, as the stream that a body writes to.</returns>
    /// <exception cref="InvalidOperationException">It has been started before, or its writer has ended.</exception>
    public Stream Start(HttpResponse head)
    {
        ArgumentNullException.ThrowIfNull(head);
        bool isFree = _gate.TryEnter();
        if (_gate.IsClosed) throw new InvalidOperationException("The writer of the response has ended.");
        if (!isFree || HasStarted)
        {
            if (isFree) _gate.Leave();
            throw new InvalidOperationException("The response has been started before.");
        }

        try
        {
            HasStarted = true;
            return _start(head);
        }
        finally
        {
            _gate.Leave();
        }
    }

    /// <summary>Ends the starter with its writer. Nothing can start any more: the connection serves other requests.</summary>
    /// <returns>False if another thread is starting the response just now. The connection is then lost.</returns>
    internal bool Close() => _gate.Close();
}

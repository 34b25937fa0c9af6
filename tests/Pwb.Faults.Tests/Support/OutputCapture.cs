using System.Text;

namespace Pwb.Faults.Support;

/// <summary>Reads a pipe in the background and keeps what comes, until it is told to pause.</summary>
internal sealed class OutputCapture
{
    private readonly Stream _pipe;
    private readonly StringBuilder _text = new();
    private readonly Lock _lock = new();
    private TaskCompletionSource _mayRead = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public OutputCapture(Stream pipe)
    {
        _pipe = pipe;
        _mayRead.SetResult();
        Completion = Task.Run(ReadAsync);
    }

    /// <summary>Completes when the pipe is at its end.</summary>
    public Task Completion { get; }

    public string Text
    {
        get
        {
            lock (_lock) return _text.ToString();
        }
    }

    /// <summary>Reads no further than the read that is under way.</summary>
    public void Pause()
    {
        lock (_lock)
        {
            if (_mayRead.Task.IsCompleted)
                _mayRead = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    public void Resume()
    {
        lock (_lock) _mayRead.TrySetResult();
    }

    private async Task ReadAsync()
    {
        byte[] buffer = new byte[4096];
        while (true)
        {
            Task mayRead;
            lock (_lock) mayRead = _mayRead.Task;
            await mayRead;
            int read = await _pipe.ReadAsync(buffer);
            if (read == 0) return;
            lock (_lock) _text.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }
    }
}

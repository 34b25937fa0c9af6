namespace Pwb.Tests.Infrastructure;

/// <content>What a test waits for.</content>
internal sealed partial class ScriptedStream
{
    /// <summary>Waits until the server can do nothing but wait for input, or has disposed the stream.</summary>
    public Task WaitUntilIdleAsync() =>
        WaitUntilAsync(() => _disposed || (_waitingReads > 0 && _waitingWakes == 0), "the server to wait for input");

    /// <summary>Waits until a write is held back by the window, or the stream is disposed.</summary>
    public Task WaitUntilHeldBackAsync() => WaitUntilAsync(() => _disposed || _waitingWrites > 0, "the server to be held back");

    public Task WaitUntilDisposedAsync() => WaitUntilAsync(() => _disposed, "the stream to be disposed");

    /// <summary>Waits until the output satisfies the condition; a stream disposed before that fails the test.</summary>
    public async Task WaitForOutputAsync(Func<string, bool> condition)
    {
        bool met = false;
        await WaitUntilAsync(() => (met = condition(Latin1.Text(_output.WrittenSpan))) || _disposed, "output");
        if (!met) throw new InvalidOperationException(
            $"The stream was disposed before the output came. It is: {Latin1.Show(Latin1.Text(Output))}");
    }

    public Task WaitForOutputAsync(string ending) =>
        WaitForOutputAsync(output => output.EndsWith(ending, StringComparison.Ordinal));

    private async Task WaitUntilAsync(Func<bool> condition, string what)
    {
        while (true)
        {
            TaskCompletionSource changed;
            lock (_gate)
            {
                if (condition()) return;
                changed = _observable.Next;
            }

            try
            {
                await changed.Task.WaitAsync(Wire.SafetyTimeout).ConfigureAwait(false);
            }
            catch (TimeoutException timeout)
            {
                throw new TimeoutException(
                    $"Waited in vain for {what}. The output is: {Latin1.Show(Latin1.Text(Output))}", timeout);
            }
        }
    }
}

namespace Pwb.Tests.Infrastructure;

/// <summary>A connection that a test drives step by step: the peer's side of the stream, and the server's loop over it.</summary>
internal sealed class Connection(ScriptedStream stream, Journal journal, Task serving)
{
    public ScriptedStream Stream { get; } = stream;

    public Journal Journal { get; } = journal;

    public bool IsEnded => serving.IsCompleted;

    /// <summary>
    /// Waits for the server to end the connection, which it has to do without a fault and with exactly one dispose.
    /// </summary>
    public async Task<Outcome> EndAsync(byte[]? outputBeforeFin = null)
    {
        try
        {
            if (!serving.IsCompletedSuccessfully) await serving.WaitAsync(Wire.SafetyTimeout);
        }
        catch (TimeoutException timeout)
        {
            throw new TimeoutException(
                $"The connection does not end. The output is: {Latin1.Show(Latin1.Text(Stream.Output))}", timeout);
        }

        if (Stream.DisposeCount != 1)
            throw new InvalidOperationException($"The stream was disposed {Stream.DisposeCount} times, not once.");
        return new Outcome(Stream.Output, outputBeforeFin ?? [], Journal, Stream);
    }

    /// <summary>The peer sends FIN, and the server ends the connection.</summary>
    public Task<Outcome> FinishAsync()
    {
        Stream.EndInput();
        return EndAsync();
    }
}

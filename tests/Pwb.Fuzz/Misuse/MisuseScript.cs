using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Pwb.Fuzz.Misuse;

/// <summary>
/// A handler that uses its two streams from two threads, as chance will have it: reads, writes, flushes, gives them up,
/// disposes of them, ends meanwhile and goes on afterwards. It writes down what it was told.
/// </summary>
/// <param name="number">A number that no other connection has.</param>
/// <param name="random">Everything that is left to chance, but for the order in which threads run.</param>
internal sealed partial class MisuseScript(long number, FuzzRandom random)
{
    private readonly bool _readsFirst = random.OneIn(2);
    private readonly bool _awaitsReaders = random.OneIn(2);
    private readonly bool _isInMemory = random.OneIn(4);
    private readonly bool _awaitsWriters = random.OneIn(2);
    private readonly bool _isSteady = random.OneIn(4); // one thread at a time, so that most responses are whole
    private readonly FuzzRandom[] _chances = [
        .. Enumerable.Range(0, 4).Select(i => new FuzzRandom(number, random.Below(1_000_000) + i))];
    private readonly List<Task> _threads = [];
    private readonly List<string> _written = [];
    private readonly List<byte[]> _read = [];
    private string? _unfair;
    private bool _wasMisused;

    /// <summary>What the request's content repeats: a request, which must never be run.</summary>
    public string ContentUnit { get; } = $"GET /content/{number} HTTP/1.1\r\nHost: localhost\r\n\r\n";

    /// <summary>Completes when none of its threads does anything any more.</summary>
    public Task Ended
    {
        get
        {
            lock (_threads) return Task.WhenAll(_threads);
        }
    }

    /// <summary>Whether an exception is one that user code may be given for what it does.</summary>
    public static bool IsFair(Exception exception) =>
        exception is InvalidOperationException or IOException or OperationCanceledException or RequestRejectedException;

    public async Task<HttpResponse> AnswerAsync(HttpRequest request)
    {
        if (_readsFirst)
        {
            Task reading = Task.WhenAll(Begin(0, request, null), Begin(1, request, null));
            if (_awaitsReaders) await reading;
        }

        if (_isInMemory) return HttpResponse.Text("early");
        return new HttpResponse(200, ResponseBody.Push(async (output, _) =>
        {
            if (_isSteady)
            {
                await Begin(2, request, output);
                return;
            }

            Task writing = Task.WhenAll(Begin(2, request, output), Begin(3, request, output));
            if (_awaitsWriters) await writing;
        }));
    }

    /// <summary>Compares what user code was told with what the client has received.</summary>
    /// <param name="content">What came of the response's content.</param>
    /// <param name="isWhole">Whether it counts as whole.</param>
    /// <returns>What is wrong; null if nothing is.</returns>
    public string? Check(string content, bool isWhole)
    {
        if (content == "early") return null;
        MatchCollection blocks = Block().Matches(content);
        int length = blocks.Sum(block => block.Length);
        string rest = content[length..];
        if (blocks.Any(block => block.Groups["number"].ValueSpan.SequenceEqual(Text(number)) is false))
            return "bytes of another request";
        if (!isWhole) return rest.Length == 0 || Start().IsMatch(rest) ? null : $"strange bytes: {rest}";
        if (rest.Length > 0) return $"strange bytes in a response that counts as whole: {rest}";
        if (_wasMisused) return "a response counts as whole although its body wrote twice at once";
        string[] expected = [.. _written.Order(StringComparer.Ordinal)];
        return blocks.Select(block => block.Value).Order(StringComparer.Ordinal).SequenceEqual(expected)
            ? null : $"{blocks.Count} writes came, {expected.Length} were said to have been made";
    }

    /// <summary>Looks at what was read, and at the exceptions.</summary>
    /// <param name="contentLength">How long the request's content was.</param>
    public string? Check(int contentLength)
    {
        if (_unfair is not null) return _unfair;
        string all = string.Concat(Enumerable.Repeat(ContentUnit, 40));
        if (_read.Exists(part => !all.Contains(Encoding.Latin1.GetString(part), StringComparison.Ordinal)))
            return "a read gave foreign bytes";
        return _read.Sum(part => part.Length) > contentLength ? "the reads gave more than there is" : null;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\G\[(?<number>\d+)\.\d+\.\d+x*\]")]
    private static partial Regex Block();

    [GeneratedRegex(@"^\[\d*(\.\d*(\.\d*x*)?)?$")]
    private static partial Regex Start();

    private Task Begin(int thread, HttpRequest request, Stream? output)
    {
        Task task = Task.Run(() => RunAsync(thread, request.Body, output));
        lock (_threads) _threads.Add(task);
        return task;
    }

    private async Task RunAsync(int thread, Stream content, Stream? output)
    {
        FuzzRandom chance = _chances[thread];
        int after = 2; // operations behind the first that fails
        for (int step = 1 + chance.Below(12); step > 0 && after > 0; step--)
        {
            try
            {
                if (output is null || chance.OneIn(5)) await ReadAsync(chance, content);
                else await WriteAsync(chance, output, $"[{Text(number)}.{thread}.{step}");
            }
            catch (Exception exception)
            {
                after--;
                if (!IsFair(exception)) _unfair ??= $"an exception that user code cannot understand: {exception}";
            }

            if (chance.OneIn(3)) await Task.Yield();
            else Thread.SpinWait(chance.Below(2000));
        }
    }

    private async Task ReadAsync(FuzzRandom chance, Stream content)
    {
        switch (chance.Below(8))
        {
            case 0:
                await content.DisposeAsync(); // changes nothing: the content is the server's
                break;
            case 1:
                _ = await content.ReadAsync(Memory<byte>.Empty);
                break;
            default:
                byte[] buffer = new byte[1 + chance.Below(700)];
                int count = await content.ReadAsync(buffer);
                lock (_read) _read.Add(buffer[..count]);
                break;
        }
    }

    private async Task WriteAsync(FuzzRandom chance, Stream output, string start)
    {
        try
        {
            switch (chance.Below(16))
            {
                case < 3:
                    await output.FlushAsync();
                    break;
                case 3:
                    await output.DisposeAsync(); // changes nothing: its end is the body's
                    break;
                default:
                    string block = start + new string('x', chance.Below(chance.OneIn(8) ? 40_000 : 3000)) + "]";
                    using (CancellationTokenSource? gone = chance.OneIn(16) ? new CancellationTokenSource() : null)
                    {
                        ValueTask writing = output.WriteAsync(Encoding.Latin1.GetBytes(block), gone?.Token ?? default);
                        gone?.Cancel();
                        await writing;
                    }

                    lock (_written) _written.Add(block);
                    break;
            }
        }
        catch (InvalidOperationException exception) when (exception is not ObjectDisposedException)
        {
            Volatile.Write(ref _wasMisused, true);
            throw;
        }
    }
}

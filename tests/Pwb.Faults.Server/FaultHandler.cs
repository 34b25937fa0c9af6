using System.Globalization;
using System.Text;

namespace Pwb.Faults.Server;

/// <summary>Answers each path with a fault of its own.</summary>
internal sealed class FaultHandler : IRequestHandler
{
    private const int BigLength = 64 * 1024 * 1024;

    private static readonly HttpResponse Hello = HttpResponse.Text("hello");

    // Real pages: an array that nobody has written to costs no memory.
    private static readonly Lazy<HttpResponse> Big = new(() =>
    {
        byte[] content = GC.AllocateUninitializedArray<byte>(BigLength);
        content.AsSpan().Fill((byte)'b');
        return HttpResponse.Bytes(content);
    });

    private readonly FaultCounters _counters = new();
    private readonly Hoard _hoard = new();

    public async ValueTask<HttpResponse> HandleAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        switch (request.Path)
        {
            case "/throw": throw new InvalidOperationException("the secret of the handler");
            case "/throw-late":
                await Task.Yield();
                throw new InvalidOperationException(
                    "the secret of the handler: " + Encoding.Latin1.GetString(await ReadAsync(request, cancellationToken)));
            case "/hang": return await HangAsync(cancellationToken);
            case "/stuck": return await StuckAsync();
            case "/block": return Block(cancellationToken);
            case "/slow":
                await Task.Delay(Number(request, 1000), cancellationToken);
                return Hello;
            case "/deaf": // to its token
                await Task.Delay(Number(request, 1000), CancellationToken.None);
                return Hello;
            case "/big": return Big.Value;
            case "/bytes": return new HttpResponse(200, FaultBodies.Sized(Number(request, 1)));
            case "/chunks": return new HttpResponse(200, FaultBodies.Chunked(Number(request, 1)));
            case "/broken": return new HttpResponse(200, FaultBodies.BrokenSized());
            case "/broken-chunks": return new HttpResponse(200, FaultBodies.BrokenChunked());
            case "/push": return new HttpResponse(200, FaultBodies.Ticks());
            case "/push-hang": return new HttpResponse(200, FaultBodies.OneTickThenWait(_counters));
            case "/events": return ServerSentEvents.From(request, FaultBodies.NoEvents());
            case "/upload": return HttpResponse.Text(Invariant($"{await CountAsync(request, cancellationToken)} bytes"));
            case "/ignore": return Hello; // whatever content there is
            case "/status": return HttpResponse.Text(_counters.ToString());
            case "/collect": return Collect();
            case "/hoard": return HttpResponse.Text(Invariant($"{_hoard.TakeAll()} descriptors"));
            case "/give-back":
                _hoard.GiveBack();
                return Hello;
            default: return Hello;
        }
    }

    private async ValueTask<HttpResponse> HangAsync(CancellationToken cancellationToken)
    {
        using (_counters.Wait(cancellationToken))
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return Hello;
        }
    }

    private async ValueTask<HttpResponse> StuckAsync()
    {
        using (_counters.Wait(CancellationToken.None))
        {
            await new TaskCompletionSource().Task;
            return Hello;
        }
    }

    private HttpResponse Block(CancellationToken cancellationToken)
    {
        using (_counters.Wait(cancellationToken))
        {
            cancellationToken.WaitHandle.WaitOne(); // and so does the thread
            return Hello;
        }
    }

    private static HttpResponse Collect()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return HttpResponse.Text(Invariant($"{GC.GetTotalMemory(forceFullCollection: false)}"));
    }

    private static async ValueTask<long> CountAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[16 * 1024];
        long count = 0;
        for (int read; (read = await request.Body.ReadAsync(buffer, cancellationToken)) > 0; count += read)
        {
        }

        return count;
    }

    private static async ValueTask<byte[]> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using MemoryStream content = new();
        await request.Body.CopyToAsync(content, cancellationToken);
        return content.ToArray();
    }

    /// <summary>The query, which is nothing but a number.</summary>
    private static int Number(HttpRequest request, int otherwise) =>
        int.TryParse(Encoding.ASCII.GetString(request.RawQuery), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number : otherwise;

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}

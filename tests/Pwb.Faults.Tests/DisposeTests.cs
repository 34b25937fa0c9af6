using System.Collections.Concurrent;
using System.Net;
using Pwb.Faults.Support;
using Xunit.Abstractions;

namespace Pwb.Faults;

/// <summary>What a server leaves behind in the process that it lived in.</summary>
public sealed class DisposeTests(ITestOutputHelper output) : FaultSuite(output)
{
    [SkippableFact]
    public async Task A_hundred_instances_leave_no_descriptor_no_thread_and_no_unobserved_exception()
    {
        NeedsLinux();
        const int count = 100;
        ConcurrentQueue<Exception> unobserved = new();
        void onUnobserved(object? sender, UnobservedTaskExceptionEventArgs arguments) => unobserved.Enqueue(arguments.Exception);
        TaskScheduler.UnobservedTaskException += onUnobserved;
        try
        {
            for (int i = 0; i < 5; i++) await LiveAndDieAsync(); // the runtime's own threads and sockets
            await CollectAsync();
            (int descriptors, int threads, int ours) = Figures();
            for (int i = 0; i < count; i++) await LiveAndDieAsync();

            // At once, before the collector may run: what only a finalizer closes has been left behind.
            await Patience.UntilAsync(
                () => Figures().Descriptors <= descriptors, "no descriptor is left", TimeSpan.FromSeconds(10));
            await Patience.UntilAsync(() => Figures().Ours == 0, "no thread is left");
            await CollectAsync();
            (int Descriptors, int Threads, int Ours) after = Figures();

            Log.Print(
                $"{count} instances: descriptors {descriptors} "
                    + $"before, {after.Descriptors} after; threads {threads} "
                    + $"before, {after.Threads} after; threads named "
                    + $"PWB {ours} before, {after.Ours} after; {unobserved.Count} unobserved exceptions");
            after.Threads.Should().BeLessThan(
                threads + 20, "the pool may have grown; a hundred heartbeats and acceptors would be more");
            unobserved.Should().BeEmpty();
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= onUnobserved;
        }
    }

    /// <summary>Serves some clients, and is disposed with connections in every state.</summary>
    private static async Task LiveAndDieAsync()
    {
        IRequestHandler handler = RequestHandler.From(async (request, cancellationToken) =>
        {
            if (string.Equals(request.Path, "/throw", StringComparison.Ordinal))
                throw new InvalidOperationException("on purpose");
            if (string.Equals(request.Path, "/hang", StringComparison.Ordinal))
                await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
            if (string.Equals(request.Path, "/upload", StringComparison.Ordinal))
                await request.Body.CopyToAsync(Stream.Null, cancellationToken);
            return HttpResponse.Text("hello");
        });
        await using PwbServer server = new(
            handler, new PwbServerOptions { EndPoints = [new ServerEndPoint(new IPEndPoint(IPAddress.Loopback, 0))] });
        await server.StartAsync();
        int port = server.EndPoint.Port;
        HttpClient inMemory = server.CreateClient();
        (await inMemory.GetStringAsync("/")).Should().Be("hello");
        Task[] asking = [
            inMemory.GetAsync("/hang"), inMemory.PostAsync("/upload", new ByteArrayContent(new byte[1_000_000])),
            inMemory.GetAsync("/throw")];
        RawClient[] clients = await RawClient.ConnectManyAsync(port, 7);
        (await clients[0].GetAsync("/")).StatusCode.Should().Be(200);
        (await clients[1].GetAsync("/throw")).StatusCode.Should().Be(500);
        await clients[2].RequestAsync("/hang");
        await clients[3].SendAsync("POST /upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n123");
        await clients[4].SendAsync("GET / HT");
        await clients[5].RequestAsync("/hang");
        clients[5].Reset();
        await server.DisposeAsync();
        inMemory.Dispose();
        await Task.WhenAll(asking.Select(task => task.ContinueWith(ended => ended.Exception, TaskScheduler.Default)));
        Array.ForEach(clients, client => client.Dispose());
    }

    private static async Task CollectAsync()
    {
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await Task.Yield();
        }
    }

    private static (int Descriptors, int Threads, int Ours) Figures() =>
        (ProcessFigures.ServerDescriptors(Environment.ProcessId), ProcessFigures.Threads(Environment.ProcessId), OurThreads());

    // The names that threads give themselves; the kernel keeps fifteen characters of them.
    private static int OurThreads() => Directory.GetDirectories("/proc/self/task").Count(IsOurs);

    private static bool IsOurs(string task)
    {
        try
        {
            return File.ReadAllText(Path.Combine(task, "comm")).StartsWith("PWB ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false; // gone between being listed and being looked at
        }
    }
}

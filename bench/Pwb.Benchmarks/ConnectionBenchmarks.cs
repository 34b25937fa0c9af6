using System.Diagnostics;
using System.Diagnostics.Metrics;
using BenchmarkDotNet.Attributes;
using Pwb.Tests.Infrastructure;

namespace Pwb.Benchmarks;

/// <summary>One request on a connection over memory that is kept alive: everything but the system.</summary>
public class ConnectionBenchmarks
{
    private const int Requests = 1000;

    private static readonly byte[] Piece = new byte[1024];

    private readonly List<PwbServer> _servers = [];
    private readonly List<IDisposable> _listeners = [];
    private readonly string _folder = Directory.CreateTempSubdirectory("pwb-benchmarks").FullName;
    private LoopingStream _fixed = null!;
    private LoopingStream _browser = null!;
    private LoopingStream _cachedFile = null!;
    private LoopingStream _chunkedIn = null!;
    private LoopingStream _chunkedOut = null!;

    [GlobalSetup]
    public void Open()
    {
        File.WriteAllText(Path.Combine(_folder, "index.html"), new string('x', 4096));
        _fixed = Serve(new FixedResponseHandler(), Samples.Curl);
        _browser = Serve(new FixedResponseHandler(), Samples.Browser);
        _cachedFile = Serve(new StaticFileHandler(_folder), Samples.Browser);
        _chunkedIn = Serve(new FixedResponseHandler(), Samples.Chunked);
        _chunkedOut = Serve(
            RequestHandler.From(_ => new HttpResponse(200, ResponseBody.Push(async (output, cancellationToken) =>
            {
                for (int i = 0; i < 4; i++) await output.WriteAsync(Piece, cancellationToken);
            }))),
            Samples.Curl);
    }

    /// <summary>With a listener that takes every duration, and does nothing with it.</summary>
    [GlobalSetup(Target = nameof(FixedForCurlMeasured))]
    public void OpenMeasured()
    {
        Open();
        MeterListener listener = new()
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == PwbTelemetry.MeterName) listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((_, _, _, _) => { });
        listener.Start();
        _listeners.Add(listener);
    }

    /// <summary>With a listener that wants every span.</summary>
    [GlobalSetup(Target = nameof(FixedForCurlTraced))]
    public void OpenTraced()
    {
        Open();
        ActivityListener listener = new()
        {
            ShouldListenTo = source => source.Name == PwbTelemetry.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        _listeners.Add(listener);
    }

    [GlobalCleanup]
    public async Task CloseAsync()
    {
        _listeners.ForEach(listener => listener.Dispose());
        foreach (PwbServer server in _servers) await server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Benchmark(OperationsPerInvoke = Requests)]
    public Task FixedForCurl() => _fixed.RunAsync(Requests);

    [Benchmark(OperationsPerInvoke = Requests)]
    public Task FixedForCurlMeasured() => _fixed.RunAsync(Requests);

    [Benchmark(OperationsPerInvoke = Requests)]
    public Task FixedForCurlTraced() => _fixed.RunAsync(Requests);

    [Benchmark(OperationsPerInvoke = Requests)]
    public Task FixedForBrowser() => _browser.RunAsync(Requests);

    [Benchmark(OperationsPerInvoke = Requests)]
    public Task CachedFileForBrowser() => _cachedFile.RunAsync(Requests);

    [Benchmark(OperationsPerInvoke = Requests)]
    public Task ChunkedIn() => _chunkedIn.RunAsync(Requests);

    [Benchmark(OperationsPerInvoke = Requests)]
    public Task ChunkedOut() => _chunkedOut.RunAsync(Requests);

    private LoopingStream Serve(IRequestHandler handler, byte[] request)
    {
        PwbServer server = new(handler);
        _servers.Add(server);
        LoopingStream stream = new(request);
        _ = server.ServeAsync(stream);
        return stream;
    }
}

using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Pwb.OpenTelemetry.Tests.Support;

/// <summary>OpenTelemetry as a program would set it up, with exporters that keep what they get.</summary>
internal sealed class Observer : IDisposable
{
    private readonly SpanExporter _spans = new();
    private readonly MetricExporter _metrics = new();
    private readonly TracerProvider _tracing;
    private readonly MeterProvider _metering;

    public Observer()
    {
        _tracing = Sdk.CreateTracerProviderBuilder().AddSource(PwbTelemetry.ActivitySourceName)
            .AddProcessor(new SimpleActivityExportProcessor(_spans)).Build();
        _metering = Sdk.CreateMeterProviderBuilder().AddMeter(PwbTelemetry.MeterName)
            .AddReader(new BaseExportingMetricReader(_metrics)).Build();
    }

    public IReadOnlyList<Activity> Spans => _spans.All();

    /// <summary>Waits for so many spans to have ended. Durations are recorded before their span ends.</summary>
    public async Task<IReadOnlyList<Activity>> SpansAsync(int count)
    {
        await _spans.UntilAsync(count);
        return Spans;
    }

    public async Task<Activity> SpanAsync() => (await SpansAsync(1)).Should().ContainSingle().Subject;

    /// <summary>All points of a metric as they are now.</summary>
    public IReadOnlyList<Point> Collect(string metric)
    {
        _metering.ForceFlush().Should().BeTrue();
        return [.. _metrics.Points.Where(point => point.Metric == metric)];
    }

    /// <summary>
    /// Collects until a metric is as expected: what a connection does after its last byte is not seen by the client.
    /// </summary>
    public async Task UntilAsync(string metric, Func<IReadOnlyList<Point>, bool> isExpected)
    {
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(30));
        while (!isExpected(Collect(metric))) await Task.Delay(10, patience.Token);
    }

    public void Dispose()
    {
        _tracing.Dispose();
        _metering.Dispose();
    }

    /// <summary>One point of a metric; the value of a histogram is how often something was recorded.</summary>
    internal sealed record Point(
        string Metric, string Unit, MetricType Type, IReadOnlyDictionary<string, object?> Attributes, long Value, double Sum,
        IReadOnlyList<double> Bounds);

    private sealed class SpanExporter : BaseExporter<Activity>
    {
        private readonly List<Activity> _spans = [];
        private readonly SemaphoreSlim _arrived = new(0);

        public List<Activity> All()
        {
            lock (_spans) return [.. _spans];
        }

        public async Task UntilAsync(int count)
        {
            while (All().Count < count) (await _arrived.WaitAsync(TimeSpan.FromSeconds(30))).Should().BeTrue(
                "a span was to come; there are {0}", All().Count);
        }

        public override ExportResult Export(in Batch<Activity> batch)
        {
            foreach (Activity span in batch)
            {
                lock (_spans) _spans.Add(span);
                _arrived.Release();
            }

            return ExportResult.Success;
        }
    }

    private sealed class MetricExporter : BaseExporter<Metric>
    {
        public List<Point> Points { get; private set; } = [];

        public override ExportResult Export(in Batch<Metric> batch)
        {
            List<Point> points = [];
            foreach (Metric metric in batch)
            {
                foreach (ref readonly MetricPoint point in metric.GetMetricPoints()) points.Add(Read(metric, point));
            }

            Points = points;
            return ExportResult.Success;
        }

        private static Point Read(Metric metric, in MetricPoint point)
        {
            Dictionary<string, object?> attributes = [];
            foreach (KeyValuePair<string, object?> tag in point.Tags) attributes.Add(tag.Key, tag.Value);

            bool isHistogram = metric.MetricType == MetricType.Histogram;
            List<double> bounds = [];
            if (isHistogram)
            {
                foreach (HistogramBucket bucket in point.GetHistogramBuckets()) bounds.Add(bucket.ExplicitBound);
            }

            long value = isHistogram ? point.GetHistogramCount() : point.GetSumLong();
            return new Point(
                metric.Name, metric.Unit, metric.MetricType, attributes, value, isHistogram ? point.GetHistogramSum() : 0,
                bounds);
        }
    }
}

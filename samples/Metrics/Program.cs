// What a program counts, in the text that Prometheus fetches: the instruments of the runtime, of PWB and
// of the program itself. Try it:
//   dotnet run --project samples/Metrics
//   curl localhost:8888/work; curl localhost:8888/metrics
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Numerics;
using System.Text;
using Pwb;

using Meter meter = new("Sample");
Counter<int> work = meter.CreateCounter<int>("sample.work.done");
using PrometheusText metrics = new("Sample", "System.Runtime", "Pwb");

IRequestHandler handler = RequestHandler.From(request =>
{
    if (request.Path is "/metrics")
        return HttpResponse.Text(metrics.Render(), contentType: "text/plain; version=0.0.4; charset=utf-8");

    work.Add(1);
    return HttpResponse.Text("Done\n");
});

await using PwbServer server = new(
    handler, new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(args is [string port] ? int.Parse(port) : 8888) });
await server.StartAsync();
Console.WriteLine($"http://localhost:{server.EndPoint.Port}/");
await server.RunUntilStoppedAsync(); // until Ctrl+C or SIGTERM

/// <summary>Listens to meters, and renders what they have measured in the text format 0.0.4 of Prometheus.</summary>
internal sealed class PrometheusText : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly SortedDictionary<string, SortedDictionary<string, double>> _families = new(StringComparer.Ordinal);

    public PrometheusText(params string[] meters)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (meters.Contains(instrument.Meter.Name, StringComparer.Ordinal)) listener.EnableMeasurementEvents(instrument);
        };
        Listen<int>();
        Listen<long>();
        Listen<double>();
        _listener.Start();
    }

    public string Render()
    {
        _listener.RecordObservableInstruments();
        StringBuilder text = new();
        lock (_families)
        {
            foreach ((string family, SortedDictionary<string, double> series) in _families)
            {
                text.Append(CultureInfo.InvariantCulture, $"# TYPE {family}\n");
                foreach ((string name, double value) in series) text.Append(CultureInfo.InvariantCulture, $"{name} {value}\n");
            }
        }

        return text.ToString();
    }

    public void Dispose() => _listener.Dispose();

    private static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        StringBuilder labels = new();
        foreach ((string name, object? value) in tags)
        {
            string text = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
            labels.Append(labels.Length == 0 ? '{' : ',').Append(name.Replace('.', '_'));
            labels.Append("=\"").Append(text.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n")).Append('"');
        }

        return labels.Length == 0 ? "" : labels.Append('}').ToString();
    }

    private void Listen<T>()
        where T : struct, INumber<T>
    {
        _listener.SetMeasurementEventCallback<T>((instrument, measurement, tags, _) =>
        {
            string name = instrument.Name.Replace('.', '_')
                + instrument.Unit switch { "s" => "_seconds", "By" => "_bytes", _ => "" };
            string labels = Labels(tags);
            double value = double.CreateChecked(measurement);
            lock (_families)
            {
                switch (instrument)
                {
                    case Counter<T>: Add($"{name}_total counter", $"{name}_total{labels}", value); break;
                    case ObservableCounter<T>: Set($"{name}_total counter", $"{name}_total{labels}", value); break;
                    case UpDownCounter<T>: Add($"{name} gauge", name + labels, value); break;
                    case Histogram<T>: // as a summary without quantiles: its buckets are left out
                        Add($"{name} summary", $"{name}_count{labels}", 1);
                        Add($"{name} summary", $"{name}_sum{labels}", value);
                        break;
                    default: Set($"{name} gauge", name + labels, value); break;
                }
            }
        });
    }

    private void Add(string family, string series, double value) =>
        Set(family, series, value + Series(family).GetValueOrDefault(series));

    private void Set(string family, string series, double value) => Series(family)[series] = value;

    private SortedDictionary<string, double> Series(string family) =>
        _families.TryGetValue(family, out SortedDictionary<string, double>? series)
            ? series : _families[family] = new(StringComparer.Ordinal);
}

using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.Json;
using Pwb.Protocol;

namespace Pwb.Telemetry;

/// <summary>
/// The measurements of PWB. Only <see cref="Duration"/> and <see cref="Source"/> run listeners' code while a request is answered.
/// Everything else is counted when a listener asks, on the listener's thread. So a listener that comes late sees true numbers
/// too.
/// </summary>
internal static class Instruments
{
    private static readonly Lock Gate = new();
    private static readonly List<ICountable> Servers = [];
    private static readonly long[] RefusalCounts = new long[(int)Rejection.ClientCertificateNotAccepted + 1];
    private static readonly string? Version = typeof(PwbTelemetry).Assembly.GetName().Version?.ToString(3);
    private static readonly Meter Meter = new(PwbTelemetry.MeterName, Version);

    private static long _dropped;

    /// <summary>Makes spans; null if a listener did not let it be made.</summary>
    public static readonly ActivitySource? Source = Publish(() => new ActivitySource(PwbTelemetry.ActivitySourceName, Version));

    /// <summary>The durations of requests; null if a listener's exception kept the instrument from being made.</summary>
    public static readonly Histogram<double>? Duration = Publish(() => Meter.CreateHistogram(
        "http.server.request.duration",
        "s",
        "Duration of HTTP server requests.",
        advice: new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
        }));

    public static readonly ObservableUpDownCounter<long>? ActiveRequests = Publish(() => Meter.CreateObservableUpDownCounter(
        "http.server.active_requests", ObserveRequests, "{request}", "Number of active HTTP server requests."));

    public static readonly ObservableUpDownCounter<long>? Connections = Publish(() => Meter.CreateObservableUpDownCounter(
        "pwb.server.connections", ObserveConnections, "{connection}", "Number of open connections."));

    public static readonly ObservableCounter<long>? Refused = Publish(() => Meter.CreateObservableCounter(
        "pwb.server.refusals", ObserveRefusals, "{refusal}", "Number of requests and connections that were refused."));

    /// <summary>Whether a request is to be observed: asked once for each.</summary>
    public static bool IsRequestObserved => Duration is { Enabled: true } || AreSpansWanted;

    /// <summary>Whether spans have a listener.</summary>
    public static bool AreSpansWanted => Source is not null && Source.HasListeners();

    /// <summary>The name of a reason to refuse, as in "bad_host".</summary>
    public static string NameOf(Rejection rejection) => RefusalNames.Of[(int)rejection];

    /// <summary>A server begins to have connections.</summary>
    public static void Add(ICountable server)
    {
        lock (Gate) Servers.Add(server);
    }

    /// <summary>It has none, and is forgotten.</summary>
    public static void Remove(ICountable server)
    {
        lock (Gate) Servers.Remove(server);
    }

    public static void CountRefusal(Rejection rejection) => Interlocked.Increment(ref RefusalCounts[(int)rejection]);

    /// <summary>A connection was one too many, and did not even get a refusal.</summary>
    public static void CountDropped() => Interlocked.Increment(ref _dropped);

    // Listeners' callbacks run here, inside this type's initializer. An exception would become a permanent
    // TypeInitializationException.
    private static T? Publish<T>(Func<T> make)
        where T : class
    {
        try
        {
            return make();
        }
        catch (Exception)
        {
            return null; // no server exists yet that could log it
        }
    }

    private static List<Measurement<long>> ObserveRequests()
    {
        lock (Gate)
        {
            Census census = Take();
            // ended ones are reported too, as zero: otherwise the last number would seem to stay
            Observed.Requests.UnionWith(census.Requests.Keys);
            return
            [
                .. Observed.Requests.Select(key => new Measurement<long>(
                    census.Requests.GetValueOrDefault(key),
                    new KeyValuePair<string, object?>("http.request.method", key.Method),
                    new KeyValuePair<string, object?>("url.scheme", key.Scheme))),
            ];
        }
    }

    private static Measurement<long>[] ObserveConnections()
    {
        lock (Gate)
        {
            Census census = Take();
            return
            [
                new(census.Active, new KeyValuePair<string, object?>("http.connection.state", "active")),
                new(census.Idle, new KeyValuePair<string, object?>("http.connection.state", "idle")),
                new(census.Upgraded, new KeyValuePair<string, object?>("http.connection.state", "upgraded")),
            ];
        }
    }

    private static List<Measurement<long>> ObserveRefusals()
    {
        List<Measurement<long>> result = [];
        foreach (Rejection rejection in Enum.GetValues<Rejection>())
        {
            long count = Interlocked.Read(ref RefusalCounts[(int)rejection]);
            if (count > 0) result.Add(new(count, Reason(rejection), new("http.response.status_code", rejection.StatusCode())));
        }

        long dropped = Interlocked.Read(ref _dropped);
        if (dropped > 0) result.Add(new(dropped, Reason(Rejection.TooManyConnections)));
        return result;
    }

    private static KeyValuePair<string, object?> Reason(Rejection rejection) => new("error.type", NameOf(rejection));

    private static Census Take()
    {
        Census census = new();
        Servers.ForEach(server => server.AddTo(census));
        return census;
    }

    // These two are classes of their own, since a server starts without them.
    private static class Observed
    {
        public static readonly HashSet<(string Method, string Scheme)> Requests = [];
    }

    private static class RefusalNames
    {
        public static readonly string[] Of = [.. Enum.GetNames<Rejection>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)];
    }
}

using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;

namespace Pwb.Telemetry;

/// <summary>
/// An observed request, from its head to the end of its response: its span and its duration. Listeners are user code, so both
/// methods may throw anything; they do their own work all the same.
/// </summary>
internal sealed class RequestObservation(HttpRequest request, TimeProvider time, QueryMask mask)
{
    /// <summary>
    /// The error of a response that was not sent to its end, for a reason that lies outside of the process or in its stopping.
    /// </summary>
    public const string AbortedError = "aborted";

    private readonly string _method = RequestMethods.NameOf(request.Method);
    private readonly string _scheme = request.Scheme;
    private readonly string _version = SpanAttributes.ProtocolVersion(request);
    private readonly long _startedAt = time.GetTimestamp();

    /// <summary>The span; null if no listener wants it.</summary>
    public Activity? Activity { get; private set; }

    /// <summary>
    /// The error of a response: the type of the exception that caused it, or a status from 500 up. A 4xx is the client's fault,
    /// and no error.
    /// </summary>
    public static string? ErrorOf(int statusCode, Exception? exception)
    {
        if (exception is not null) return exception.GetType().FullName;
        return statusCode >= 500 ? statusCode.ToString(CultureInfo.InvariantCulture) : null;
    }

    /// <summary>Starts the span and makes it the current one. The duration counts from when this was made.</summary>
    public void Start()
    {
        if (!Instruments.AreSpansWanted) return;

        // The parent is the one that the request names: without this it would be the current activity of the caller of
        // ServeAsync.
        if (Activity.Current is not null) Activity.Current = null;
        Activity = Instruments.Source!.CreateActivity(
            MethodInName, ActivityKind.Server, TraceContext.Read(request.Headers), SpanAttributes.Of(request, _method, mask));
        Activity?.Start();
    }

    /// <summary>Records the duration and stops the span.</summary>
    /// <param name="statusCode">The status that was sent; 0 if none was.</param>
    /// <param name="error">The error, or null.</param>
    public void End(int statusCode, string? error)
    {
        TimeSpan duration = time.GetElapsedTime(_startedAt);
        try
        {
            if (Instruments.Duration is { Enabled: true } histogram) Record(histogram, duration, statusCode, error);
        }
        finally
        {
            if (Activity is not null) Stop(Activity, duration, statusCode, error);
        }
    }

    private string MethodInName => _method == RequestMethods.Other ? "HTTP" : _method;

    private void Record(Histogram<double> histogram, TimeSpan duration, int statusCode, string? error)
    {
        TagList tags = new()
        {
            { "http.request.method", _method },
            { "url.scheme", _scheme },
            { "network.protocol.version", _version },
        };
        if (statusCode != 0) tags.Add("http.response.status_code", statusCode);
        if (error is not null) tags.Add("error.type", error);
        if (request.RouteTemplate is { } route) tags.Add("http.route", route);
        histogram.Record(duration.TotalSeconds, tags);
    }

    private void Stop(Activity activity, TimeSpan duration, int statusCode, string? error)
    {
        if (request.RouteTemplate is { } route)
        {
            activity.DisplayName = $"{MethodInName} {route}";
            activity.SetTag("http.route", route);
        }

        if (statusCode != 0) activity.SetTag("http.response.status_code", statusCode);
        if (error is not null) activity.SetTag("error.type", error).SetStatus(ActivityStatusCode.Error);
        activity.SetEndTime(activity.StartTimeUtc + duration); // the metric and the span say the same
        activity.Stop();
    }
}

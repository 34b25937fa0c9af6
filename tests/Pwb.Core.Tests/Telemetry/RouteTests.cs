using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Telemetry;

/// <summary>http.route of OpenTelemetry's conventions for HTTP servers.</summary>
public sealed class RouteTests
{
    [Fact]
    public async Task The_pattern_is_in_the_duration_and_in_the_name_of_the_span()
    {
        ConcurrentQueue<string> routes = [];
        ConcurrentQueue<(string Name, object? Route)> spans = [];
        using MeterListener meters = new()
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == PwbTelemetry.MeterName) listener.EnableMeasurementEvents(instrument);
            },
        };
        meters.SetMeasurementEventCallback<double>((_, _, tags, _) =>
        {
            foreach (KeyValuePair<string, object?> tag in tags)
                if (tag is { Key: "http.route", Value: string route }) routes.Enqueue(route);
        });
        meters.Start();
        using ActivityListener activities = new()
        {
            ShouldListenTo = source => source.Name == PwbTelemetry.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity => spans.Enqueue((activity.DisplayName, activity.GetTagItem("http.route"))),
        };
        ActivitySource.AddActivityListener(activities);

        Router inner = new([new("/inner/{id}", _ => HttpResponse.Text("")), new("/fixed", new FixedResponseHandler())]);
        Router router = new(
            [new("GET /route-tests/{id:int}", _ => HttpResponse.Text("")), Router.Mount("/route-tests-mount", inner)]);
        foreach (string target in (string[])[
            "GET /route-tests/5", "HEAD /route-tests/6", "GET /route-tests-mount/inner/x", "GET /route-tests-mount/none",
            "GET /route-tests-none"])
            await Wire.ExchangeAsync(router, Latin1.Bytes($"{target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
        await Wire.ExchangeAsync(
            inner, Latin1.Bytes(
                "GET /fixed HTTP/1.1\r\nHost: a\r\n\r\nGET /route-tests-none HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));

        string[] ours = [
            .. routes.Where(route => route.StartsWith("/route-tests", StringComparison.Ordinal) || route == "/fixed")];
        ours.Should().Equal(
            "/route-tests/{id:int}", "/route-tests/{id:int}", "/route-tests-mount/inner/{id}", "/route-tests-mount/{path...}",
            "/fixed");
        spans.Where(
            span =>
                span.Route is string route && (route.StartsWith("/route-tests", StringComparison.Ordinal) || route == "/fixed"))
                .Select(span => span.Name)
            .Should().Equal(
                "GET /route-tests/{id:int}", "HEAD /route-tests/{id:int}", "GET /route-tests-mount/inner/{id}",
                "GET /route-tests-mount/{path...}", "GET /fixed");
    }
}

using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using Pwb;
using Pwb.OpenTelemetry.Tests.Support;

namespace Snippets; // outside of Pwb, so that the library is seen as its users see it

/// <summary>The C# of docs/observability.md, between markers.</summary>
public sealed class ObservabilitySnippets
{
    [Fact]
    public async Task OpenTelemetry_listens_by_the_two_names()
    {
        List<Activity> spans = [];
        List<string> metrics = [];
        Exporter<Activity> spanExporter = new(span => spans.Add(span));
        Exporter<Metric> metricExporter = new(metric => metrics.Add(metric.Name));
        {
            // <opentelemetry>
            using TracerProvider tracing = Sdk.CreateTracerProviderBuilder()
                .AddSource(PwbTelemetry.ActivitySourceName)
                .AddProcessor(new SimpleActivityExportProcessor(spanExporter))
                .Build();
            using MeterProvider metering = Sdk.CreateMeterProviderBuilder()
                .AddMeter(PwbTelemetry.MeterName)
                .AddReader(new BaseExportingMetricReader(metricExporter))
                .Build();
            // </opentelemetry>

            await AskAsync(RequestHandler.From(_ => HttpResponse.Text("x")));
        }

        spans.Should().ContainSingle().Which.DisplayName.Should().Be("GET");
        metrics.Should().Contain("http.server.request.duration").And.Contain("pwb.server.connections");
    }

    [Fact]
    public async Task A_handler_adds_to_the_span_of_its_request()
    {
        // <enrich>
        IRequestHandler handler = RequestHandler.From(request =>
        {
            if (Activity.Current is { IsAllDataRequested: true } span)
            {
                span.DisplayName = "GET /orders/{id}";
                span.SetTag("http.route", "/orders/{id}");
            }

            return HttpResponse.Text("one order\n");
        });
        // </enrich>

        using Observer observer = new();
        await AskAsync(handler);

        Activity span = await observer.SpanAsync();
        span.DisplayName.Should().Be("GET /orders/{id}");
        span.Attributes()["http.route"].Should().Be("/orders/{id}");
    }

    private static async Task AskAsync(IRequestHandler handler)
    {
        await using PwbServer server = await TestServer.StartAsync(handler);
        await Client.ExchangeAsync(server, TestServer.GetAndClose);
    }

    private sealed class Exporter<T>(Action<T> take) : BaseExporter<T>
        where T : class
    {
        public override ExportResult Export(in Batch<T> batch)
        {
            foreach (T item in batch) take(item);
            return ExportResult.Success;
        }
    }
}

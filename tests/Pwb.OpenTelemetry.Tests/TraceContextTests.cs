using System.Diagnostics;
using System.Text;
using Pwb.OpenTelemetry.Tests.Support;

namespace Pwb.OpenTelemetry.Tests;

public sealed class TraceContextTests
{
    private const string TraceId = "4bf92f3577b34da6a3ce929d0e0e4736";
    private const string SpanId = "00f067aa0ba902b7";
    private const string Parent = $"traceparent: 00-{TraceId}-{SpanId}-01\r\n";

    [Fact]
    public async Task A_request_belongs_to_the_span_that_it_names()
    {
        using Observer observer = new();
        Activity span = await AskAsync(observer, Parent + "tracestate: a=1\r\nTracestate: b=2\r\nbaggage: user=1\r\n");

        span.TraceId.ToHexString().Should().Be(TraceId);
        span.ParentSpanId.ToHexString().Should().Be(SpanId);
        span.HasRemoteParent.Should().BeTrue();
        span.TraceStateString.Should().Be("a=1, b=2");
        span.Baggage.Should().BeEmpty("baggage is not taken");
    }

    [Theory]
    [InlineData(Parent + Parent)]
    [InlineData($"traceparent: 00-{TraceId}-{SpanId}-0g\r\n")]
    public async Task A_request_that_names_none_or_two_begins_a_trace(string fields)
    {
        using Observer observer = new();
        Activity span = await AskAsync(observer, fields + "tracestate: a=1\r\n");

        span.ParentId.Should().BeNull();
        span.TraceId.ToHexString().Should().NotBe(TraceId);
        span.TraceStateString.Should().BeNull();
    }

    [Fact]
    public async Task A_parent_that_is_not_sampled_is_respected()
    {
        using Observer observer = new();
        await using PwbServer server = await TestServer.StartAsync(
            _ => HttpResponse.Text(Activity.Current?.TraceId.ToHexString() ?? "none"));
        string answer = await Client.ExchangeAsync(
            server, $"GET / HTTP/1.1\r\nHost: a\r\ntraceparent: 00-{TraceId}-{SpanId}-00\r\nConnection: close\r\n\r\n");
        await Client.ExchangeAsync(server, TestServer.GetAndClose);

        answer.Should().EndWith(TraceId, "what the handler calls belongs to the same trace, and is not sampled either");
        (await observer.SpanAsync()).TraceId.ToHexString().Should().NotBe(TraceId, "this is the second request's");
    }

    [Fact]
    public async Task The_handler_and_the_body_run_in_the_span_and_can_add_to_it()
    {
        using Observer observer = new();
        await using PwbServer server = await TestServer.StartAsync(RequestHandler.From(async (_, _) =>
        {
            await Task.Yield();
            string inHandler = Activity.Current?.SpanId.ToHexString() ?? "none";
            Activity.Current?.SetTag("app.user", "7");
            return new HttpResponse(200, ResponseBody.Push(async (output, cancellationToken) =>
            {
                await Task.Yield();
                await output.WriteAsync(
                    Encoding.ASCII.GetBytes($"{inHandler} {Activity.Current?.SpanId.ToHexString()}"), cancellationToken);
            }, 33));
        }));
        string answer = await Client.ExchangeAsync(server, TestServer.GetAndClose);

        Activity span = await observer.SpanAsync();
        string id = span.SpanId.ToHexString();
        answer.Should().EndWith($"\r\n\r\n{id} {id}");
        span.Attributes()["app.user"].Should().Be("7");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_span_never_reaches_the_next_request_even_if_the_handler_leaves_its_own_open(bool pipelined)
    {
        using Observer observer = new();
        using ActivitySource source = new("test");
        using ActivityListener listener = new()
        {
            ShouldListenTo = other => other == source,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
        };
        ActivitySource.AddActivityListener(listener);
        await using PwbServer server = await TestServer.StartAsync(_ =>
        {
            string parent = Activity.Current?.ParentId ?? "none";
            source.StartActivity("left open");
            return HttpResponse.Text($"[{parent}]");
        });
        using Client client = await Client.ConnectAsync(server);
        if (pipelined)
        {
            await client.SendAsync(TestServer.Get + TestServer.GetAndClose);
        }
        else
        {
            await client.SendAsync(TestServer.Get);
            (await client.ReadUntilAsync("[")).Should().EndWith("[none]");
            await client.SendAsync(TestServer.GetAndClose);
        }

        (await client.ReadToEndAsync()).Should().EndWith("[none]");
        IReadOnlyList<Activity> spans = await observer.SpansAsync(2);
        spans.Should().OnlyContain(span => span.ParentId == null);
        spans.Select(span => span.TraceId).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task What_called_ServeAsync_is_not_the_parent_and_stays_current_there()
    {
        using Observer observer = new();
        await using PwbServer server = new(RequestHandler.From(_ => HttpResponse.Text("x")));
        using Activity caller = new Activity("caller").Start();
        using MemoryStream stream = new();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(TestServer.Get));
        stream.Position = 0;
        await server.ServeAsync(stream);

        Activity.Current.Should().BeSameAs(caller);
        (await observer.SpanAsync()).ParentId.Should().BeNull();
    }

    private static async Task<Activity> AskAsync(Observer observer, string fields)
    {
        await using PwbServer server = await TestServer.StartAsync(_ => HttpResponse.Text("x"));
        await Client.ExchangeAsync(server, $"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{fields}\r\n");
        return await observer.SpanAsync();
    }
}

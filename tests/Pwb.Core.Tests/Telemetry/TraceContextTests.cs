using System.Diagnostics;
using Pwb.Telemetry;

namespace Pwb.Tests.Telemetry;

/// <summary>https://www.w3.org/TR/trace-context/: what is not exactly a traceparent or a tracestate is none.</summary>
public sealed class TraceContextTests
{
    private const string TraceId = "4bf92f3577b34da6a3ce929d0e0e4736";
    private const string SpanId = "00f067aa0ba902b7";
    private const string Valid = $"00-{TraceId}-{SpanId}-01";

    [Theory]
    [InlineData(Valid, true)]
    [InlineData($"00-{TraceId}-{SpanId}-00", false)]
    [InlineData($"00-{TraceId}-{SpanId}-ff", true)]
    [InlineData($"00-{TraceId}-{SpanId}-fe", false)]
    [InlineData($"01-{TraceId}-{SpanId}-01", true)]
    [InlineData($"fe-{TraceId}-{SpanId}-01-what-the-future-brings", true)]
    public void Reads_a_traceparent(string value, bool isSampled)
    {
        ActivityContext context = Read(("TraceParent", value));
        context.TraceId.ToHexString().Should().Be(TraceId);
        context.SpanId.ToHexString().Should().Be(SpanId);
        context.TraceFlags.Should().Be(isSampled ? ActivityTraceFlags.Recorded : ActivityTraceFlags.None);
        context.IsRemote.Should().BeTrue();
        context.TraceState.Should().BeNull();
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData($"00-{TraceId}-{SpanId}-0")]
    [InlineData($"00-{TraceId}-{SpanId}-011")]
    [InlineData($"00-{TraceId}-{SpanId}-01-")]
    [InlineData($"01-{TraceId}-{SpanId}-01x")]
    [InlineData($"ff-{TraceId}-{SpanId}-01")]
    [InlineData($"0g-{TraceId}-{SpanId}-01")]
    [InlineData($"0A-{TraceId}-{SpanId}-01")]
    [InlineData($"00_{TraceId}-{SpanId}-01")]
    [InlineData($"00-{TraceId}_{SpanId}-01")]
    [InlineData($"00-{TraceId}-{SpanId}_01")]
    [InlineData($"00-{TraceId}-{SpanId}-0G")]
    [InlineData($"00-{TraceId}-{SpanId}-0A")]
    [InlineData($"00-4BF92F3577B34DA6A3CE929D0E0E4736-{SpanId}-01")]
    [InlineData($"00-{TraceId}-00F067AA0BA902B7-01")]
    [InlineData($"00-00000000000000000000000000000000-{SpanId}-01")]
    [InlineData($"00-{TraceId}-0000000000000000-01")]
    [InlineData($"{Valid}, {Valid}")]
    public void Takes_nothing_else_for_one(string value) =>
    Read(("traceparent", value), ("tracestate", "a=1")).Should().Be(default(ActivityContext));

    [Fact]
    public void Takes_neither_of_two() =>
    Read(("traceparent", Valid), ("traceparent", Valid)).Should().Be(default(ActivityContext));

    [Fact]
    public void Takes_no_tracestate_alone() => Read(("tracestate", "a=1")).Should().Be(default(ActivityContext));

    [Theory]
    [InlineData("a=1")]
    [InlineData("a=1,b=2")]
    [InlineData("a=1 , , b=2")]
    [InlineData("tenant@vendor=!~ x,0_-*/=y")]
    public void Takes_a_tracestate_as_it_is(string state) =>
    Read(("traceparent", Valid), ("tracestate", state)).TraceState.Should().Be(state);

    [Fact]
    public void Joins_the_lines_of_a_tracestate() =>
        Read(("tracestate", "a=1"), ("traceparent", Valid), ("TRACESTATE", "b=2")).TraceState.Should().Be("a=1, b=2");

    [Theory]
    [InlineData("")]
    [InlineData(",")]
    [InlineData("a")]
    [InlineData("a=")]
    [InlineData("=1")]
    [InlineData("A=1")]
    [InlineData("_a=1")]
    [InlineData("a b=1")]
    [InlineData("a=1=2")]
    [InlineData("a=\u0085")]
    [InlineData("a=1\t2")]
    [InlineData("a=1,b")]
    public void Drops_a_tracestate_that_is_not_valid_and_keeps_the_parent(string state)
    {
        ActivityContext context = Read(("traceparent", Valid), ("tracestate", state));
        context.TraceId.ToHexString().Should().Be(TraceId);
        context.TraceState.Should().BeNull();
    }

    [Fact]
    public void Takes_32_members_of_full_length_and_no_more()
    {
        string member = new string('k', 256) + "=" + new string('v', 256);
        string[] members = [.. Enumerable.Repeat(member, 32)];
        StateOf(string.Join(',', members)).Should().NotBeNull();
        StateOf(string.Join(',', [.. members, "a=1"])).Should().BeNull();
        StateOf("k" + member).Should().BeNull();
        StateOf(member + "v").Should().BeNull();

        static string? StateOf(string state) => Read(("traceparent", Valid), ("tracestate", state)).TraceState;
    }

    private static ActivityContext Read(params (string Name, string Value)[] fields) =>
        TraceContext.Read(new HttpRequest("GET", "/", null, fields).Headers);
}

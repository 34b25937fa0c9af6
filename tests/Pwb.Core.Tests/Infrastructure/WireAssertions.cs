using Xunit.Sdk;

namespace Pwb.Tests.Infrastructure;

internal sealed partial class Wire
{
    /// <summary>A request that is sent after another, to see that the connection is still in step.</summary>
    public const string Probe = "GET /probe HTTP/1.1\r\nHost: probe\r\n\r\n";

    // Completes whatever line, head or chunk an offending input may have left open, and adds a
    // request that must never be handled.
    private const string Smuggled = "\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: smuggled\r\n\r\n";

    /// <summary>
    /// Sends the input whole, cut at every byte and byte by byte. The expectation is checked on the
    /// first outcome; every other has
    /// to be identical to it, byte for byte and request for request (the clock stands still, so the Date does too).
    /// </summary>
    public async Task<Outcome> AssertEverySplitAsync(
        string input, Action<Outcome>? expectation = null, InputEnd end = InputEnd.Fin, params int[] interesting)
    {
        byte[] bytes = Latin1.Bytes(input);
        Outcome? first = null;
        foreach (Segmentation segmentation in Segmentation.All(bytes.Length, interesting))
        {
            Outcome outcome;
            try
            {
                outcome = await ExchangeAsync(bytes, segmentation, end);
                if (first is null) expectation?.Invoke(outcome);
            }
            catch (Exception fault)
                when (fault is XunitException or FormatException or TimeoutException or InvalidOperationException)
            {
                throw Failure($"{fault.GetType().Name}: {fault.Message}", input, segmentation, null);
            }

            first ??= outcome;
            if (!IsSame(first, outcome))
                throw Failure($"Not the outcome of the whole input, which was\n{first}", input, segmentation, outcome);
        }

        return first!;
    }

    /// <summary>
    /// Every request in the input is handled and answered with 200, and the connection stays in step and open: a request that
    /// follows is handled too. <paramref name="requests"/> are "GET /target".
    /// </summary>
    public Task<Outcome> AssertServedAsync(string input, params string[] requests) => AssertServedAsync(input, [], requests);

    public Task<Outcome> AssertServedAsync(string input, int[] interesting, params string[] requests) => AssertEverySplitAsync(
        input + Probe,
        outcome =>
        {
            outcome.RequestLines.Should().Equal([.. requests, "GET /probe"]);
            IReadOnlyList<WireResponse> responses = outcome.Responses([.. requests.Select(request => request.Split(' ')[0])]);
            responses.Should().OnlyContain(response => response.Status == 200).And.HaveCount(requests.Length + 1);
            responses[^1].IsLast.Should().BeFalse();
        },
        InputEnd.Fin,
        interesting);

    /// <summary>
    /// The input is refused without another byte, by one complete response, as R15 asks; and nothing that follows is handled.
    /// Returns the refusal.
    /// </summary>
    public async Task<WireResponse> AssertRefusedAsync(
        string input, int status, int earlierResponses = 0, string method = "GET", params int[] interesting)
    {
        string[] methods = [.. Enumerable.Repeat("GET", earlierResponses), method];
        Outcome refused = await AssertEverySplitAsync(
            input,
            outcome =>
            {
                IReadOnlyList<WireResponse> responses = WireResponse.ParseAll(outcome.OutputBeforeFin, methods);
                responses.Select(response => response.Status).Should().HaveCount(earlierResponses + 1).And.EndWith(status);
                CheckRefusal(responses[^1], method);
                outcome.Output.Should().Equal(outcome.OutputBeforeFin, "nothing follows a refusal");
            },
            InputEnd.Wait,
            interesting);

        byte[] longer = Latin1.Bytes(input + Smuggled);
        foreach (Segmentation segmentation in (Segmentation[])[
            Segmentation.Whole, Segmentation.CutAt(input.Length), Segmentation.CutAt(input.Length + 2, true),
            Segmentation.ByteByByte(longer.Length)])
        {
            Outcome outcome = await ExchangeAsync(longer, segmentation);
            if (!IsSame(refused, outcome)) throw Failure(
                $"Not the outcome without what follows, which was\n{refused}", Latin1.Text(longer), segmentation, outcome);
        }

        return WireResponse.ParseAll(refused.Output, methods)[^1];
    }

    /// <summary>
    /// As <see cref="AssertRefusedAsync"/>, and the last byte of the input is the offending one: without
    /// it there is no refusal yet.
    /// </summary>
    public async Task<WireResponse> AssertRefusedAtLastByteAsync(
        string input, int status, int earlierResponses = 0, string method = "GET", params int[] interesting)
    {
        Outcome before = await ExchangeAsync(input[..^1], null, InputEnd.Wait);
        int answered = WireResponse.ParseAll(before.OutputBeforeFin).Count;
        if (answered != earlierResponses) throw Failure(
            $"{answered} responses before the offending byte, not {earlierResponses}", input[..^1], Segmentation.Whole, before);
        return await AssertRefusedAsync(input, status, earlierResponses, method, interesting);
    }

    private static void CheckRefusal(WireResponse refusal, string method)
    {
        refusal["Connection"].Should().Be("close");
        refusal["Date"].Should().Be(ManualClock.StartAsImfFixdate);
        refusal["Content-Length"].Should().NotBeNull();
        refusal["Content-Type"].Should().StartWith("text/plain");
        refusal.IsComplete.Should().BeTrue();
        if (method is "HEAD") return;
        refusal.Content.Should().NotBeEmpty().And.OnlyContain(b => b == '\n' || (b >= ' ' && b <= '~'));
    }

    private static bool IsSame(Outcome one, Outcome other) =>
        one.Output.AsSpan().SequenceEqual(other.Output)
        && one.Requests.Count == other.Requests.Count
        && one.Requests.Zip(other.Requests).All(
            pair => string.Equals(pair.First.ToString(), pair.Second.ToString(), StringComparison.Ordinal));

    private static XunitException Failure(string what, string input, Segmentation segmentation, Outcome? outcome) =>
        new($"{what}\ninput ({segmentation.Name}): {Latin1.Show(input)}\n{outcome}");
}

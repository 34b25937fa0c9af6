using Pwb.Fuzz.Reference;

namespace Pwb.Fuzz.Running;

/// <summary>
/// Runs a case in all its segmentations and holds each outcome against the reference, and against the first one.
/// </summary>
internal sealed class CaseRunner
{
    /// <summary>The case that is running, for the watchdog.</summary>
    public FuzzCase? Current { get; private set; }

    public long Runs { get; private set; }

    /// <returns>The first finding; null when the server did as it must.</returns>
    public async Task<Finding?> RunAsync(FuzzCase fuzzCase)
    {
        Current = fuzzCase;
        List<PredictedExchange> predicted = ReferenceConnection.Predict(
            fuzzCase.Input, fuzzCase.Server.Limits, fuzzCase.FirstBehaviour);
        bool mayVary = predicted.Any(exchange => exchange.DependsOnTiming);
        byte[]? first = null;
        foreach (Segmentation segmentation in fuzzCase.Segmentations)
        {
            Outcome outcome = await fuzzCase.Server.RunAsync(fuzzCase.Input, fuzzCase.FirstBehaviour, segmentation);
            Runs++;
            first ??= outcome.Output;
            string? difference = Comparison.FindDifference(predicted, outcome);
            if (difference is null && !mayVary && !first.AsSpan().SequenceEqual(outcome.Output))
                difference =
                    $"not the same bytes as when the input comes {fuzzCase.Segmentations[0].Name}: {Escaped.Text(first)}";
            if (difference is not null)
                return new Finding(
                    fuzzCase, segmentation, difference, string.Join('\n', predicted.Select(Describe)), outcome.ToString());
        }

        return null;
    }

    private static string Describe(PredictedExchange exchange) =>
        (exchange.Request is { } request
            ? $"handled {request.Behaviour}: {request.Head}\n  content {Escaped.Text(request.Content)}{request.Trailers}\n" : "")
        + string.Join(" or ", exchange.Answers) + (exchange.MayBeSilent ? " or silence" : "");
}

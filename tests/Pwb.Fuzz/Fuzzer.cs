using System.Diagnostics;
using Pwb.Fuzz.Fields;
using Pwb.Fuzz.Forms;
using Pwb.Fuzz.Mutation;
using Pwb.Fuzz.Running;

namespace Pwb.Fuzz;

/// <summary>
/// The loop: first the corpus in every way there is, then mutations of it, each in three ways, and with each a form and some
/// fields, and with some of them connections.
/// </summary>
internal sealed class Fuzzer(
    ServerSet servers, CaseRunner runner, ConnectionFuzzer connections, IReadOnlyList<(string Name, byte[] Content)> corpus)
{
    private readonly byte[][] _inputs = [.. corpus.Select(file => file.Content)];

    /// <summary>How many iterations passed.</summary>
    public long Passed { get; private set; }

    /// <summary>
    /// A form, a field or a connection that was not treated as it should be, which ended the loop; null if there was none.
    /// </summary>
    public string? OtherFinding { get; private set; }

    /// <summary>Tries every file of the corpus on every server, whole, byte by byte and cut once at every place.</summary>
    public async Task<Finding?> RunCorpusAsync()
    {
        foreach (byte[] input in _inputs)
        {
            if (await RunEveryWayAsync(input) is { } finding)
                return finding;
        }

        return null;
    }

    public async Task<Finding?> RunEveryWayAsync(byte[] input)
    {
        List<Segmentation> segmentations = [Segmentation.Whole, Segmentation.ByteByByte];
        for (int position = 1; position < input.Length; position++)
            segmentations.Add(Segmentation.CutAt(position));

        foreach (ServerUnderTest server in servers.All)
        {
            // What is logged does not depend on where the input is cut.
            IReadOnlyList<Segmentation> tried = server == servers.Talkative ? segmentations[..2] : segmentations;
            for (int behaviour = 0; behaviour < Behaviours.Count; behaviour++)
            {
                if (await runner.RunAsync(new FuzzCase(input, server, behaviour, tried)) is { } finding)
                    return finding;
            }
        }

        return null;
    }

    /// <returns>The first finding and its iteration, or null.</returns>
    public async Task<(Finding Finding, long Iteration)?> RunMutationsAsync(FuzzOptions options)
    {
        Stopwatch watch = Stopwatch.StartNew();
        for (long iteration = options.First; iteration < options.End && !(watch.Elapsed >= options.Duration); iteration++)
        {
            FuzzRandom random = new(options.Seed, iteration);
            byte[] input = new Mutator(_inputs, random).Next();
            FuzzCase fuzzCase = new(
                input, servers.Pick(random), random.Below(Behaviours.Count),
                [Segmentation.Whole, Segmentation.ByteByByte, Segmentation.Random(random, input.Length)]);
            if (await runner.RunAsync(fuzzCase) is { } finding)
                return (finding, iteration);

            OtherFinding =
                await FormFuzzer.RunAsync(options.Seed, iteration) ?? await FieldFuzzer.RunAsync(options.Seed, iteration);
            if (iteration % options.Connections == 0)
                OtherFinding ??= await connections.RunAsync(options.Seed, iteration);
            if (OtherFinding is not null)
                return null;

            Passed++;
        }

        return null;
    }
}

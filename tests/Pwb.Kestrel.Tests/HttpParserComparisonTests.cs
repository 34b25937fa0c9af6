using System.Text;
using Pwb.Fuzz;
using Pwb.Fuzz.Mutation;

namespace Pwb.Kestrel.Tests;

/// <summary>
/// PWB beside Kestrel's parser: never laxer, and stricter only for the reasons that <see cref="StricterRules"/> lists.
/// The heads are those of <see cref="HeadTable"/>, the fuzz corpus, and mutations of it.
/// </summary>
public sealed class HttpParserComparisonTests
{
    private const int Mutations = 100_000;
    private const int Seed = 20;

    [Fact]
    public async Task Is_never_laxer_and_stricter_only_by_rule_for_heads_picked_by_hand() =>
        string.Join('\n', await CompareAllAsync(HeadTable.All.Select(Encoding.Latin1.GetBytes))).Should().BeEmpty();

    [Fact]
    public async Task Is_never_laxer_and_stricter_only_by_rule_for_the_fuzz_corpus() =>
        string.Join('\n', await CompareAllAsync(CorpusInputs())).Should().BeEmpty();

    [Fact]
    public async Task Is_never_laxer_and_stricter_only_by_rule_for_mutations_of_the_fuzz_corpus() =>
        string.Join('\n', await CompareAllAsync(MutatedInputs())).Should().BeEmpty();

    [Fact]
    public async Task Every_stricter_rule_is_needed_by_a_head_picked_by_hand()
    {
        HashSet<StricterRule> needed = [];
        await using PwbServerUnderTest pwb = new();
        foreach (byte[] input in HeadTable.All.Select(Encoding.Latin1.GetBytes))
        {
            (Verdict verdict, int length) = KestrelParser.Parse(input);
            if (verdict == Verdict.Accepted && await pwb.ParseAsync(input[..length]) is (Verdict.Refused, int status))
                needed.UnionWith(
                    StricterRules.All.Where(rule => rule.Status == status && rule.Covers(new HeadView(input.AsSpan(0, length)))));
        }

        StricterRules.All.Except(needed).Select(rule => rule.Name).Should().BeEmpty();
    }

    private static byte[][] CorpusInputs() => [.. Corpus.Load(Corpus.DefaultFolder).Select(file => file.Content)];

    private static IEnumerable<byte[]> MutatedInputs()
    {
        byte[][] corpus = CorpusInputs();
        return Enumerable.Range(0, Mutations).Select(i => new Mutator(corpus, new FuzzRandom(Seed, i)).Next());
    }

    private static async Task<List<string>> CompareAllAsync(IEnumerable<byte[]> inputs)
    {
        List<string> differences = [];
        await using PwbServerUnderTest pwb = new();
        foreach (byte[] input in inputs)
        {
            if (await CompareAsync(pwb, input) is { } difference)
                differences.Add(difference);
        }

        return differences;
    }

    /// <returns>What is wrong; null when nothing is.</returns>
    private static async Task<string?> CompareAsync(PwbServerUnderTest pwb, byte[] input)
    {
        (Verdict kestrel, int length) = KestrelParser.Parse(input);

        // Only heads are compared, and Kestrel knows best where the one that it accepts ends.
        byte[] head = kestrel == Verdict.Accepted ? input[..length] : input;
        (Verdict verdict, int status) = await pwb.ParseAsync(head);

        if (kestrel != Verdict.Accepted)
        {
            return verdict == Verdict.Refused || LaxerRules.Covers(input)
                ? null
                : $"Kestrel: {kestrel}, PWB accepts {Escaped.Text(input)}";
        }

        HeadView view = new(head);
        StricterRule[] rules = [.. StricterRules.All.Where(rule => rule.Covers(view))];
        if (verdict == Verdict.Accepted)
            return rules.Length == 0 ? null : $"PWB accepts in spite of [{string.Join("; ", rules)}] {Escaped.Text(head)}";

        return rules.Any(rule => rule.Status == status)
            ? null
            : $"PWB refuses with {status}, but only [{string.Join("; ", rules)}] cover {Escaped.Text(head)}";
    }
}

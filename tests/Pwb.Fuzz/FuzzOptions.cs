using System.Globalization;

namespace Pwb.Fuzz;

internal sealed record FuzzOptions
{
    public const string Usage = """
        Usage: Pwb.Fuzz [options]
          --seed N           where the random numbers start (1)
          --iterations N     how many inputs to try (100000; no end with --seconds)
          --seconds N        stop after this time
          --start N          the first iteration, without trying the corpus itself before: with --iterations 1, runs one again
          --corpus FOLDER    the inputs to start from (the Corpus folder beside the program)
          --connections N    with every Nth input, connections whose TLS records are changed, and connections whose
                             handler misuses its streams (200)
          --repro FILE|HEX   try one input in every way, and show what is expected and what happens
        The last line says how many iterations passed and failed. Exit code: 0 all passed, 1 a finding, 2 wrong options.
        """;

    public long Seed { get; private init; } = 1;

    public long? Start { get; private init; }

    public long? Iterations { get; private init; }

    public TimeSpan? Duration { get; private init; }

    public string Corpus { get; private init; } = Fuzz.Corpus.DefaultFolder;

    /// <summary>With which inputs connections come.</summary>
    public long Connections { get; private init; } = 200;

    public string? Reproduce { get; private init; }

    public long First => Start ?? 0;

    /// <summary>The iteration to stop before.</summary>
    public long End => Iterations is { } count ? First + count : Duration is null ? First + 100_000 : long.MaxValue;

    /// <exception cref="FormatException">An option is unknown or its value is wrong.</exception>
    public static FuzzOptions Parse(string[] arguments)
    {
        if (arguments.Length % 2 != 0)
            throw new FormatException($"No value for {arguments[^1]}.");

        FuzzOptions options = new();
        for (int i = 0; i < arguments.Length; i += 2)
        {
            string value = arguments[i + 1];
            options = arguments[i] switch
            {
                "--seed" => options with { Seed = Number(value) },
                "--iterations" => options with { Iterations = Number(value) },
                "--seconds" => options with { Duration = TimeSpan.FromSeconds(Number(value)) },
                "--start" => options with { Start = Number(value) },
                "--connections" => options with { Connections = Math.Max(1, Number(value)) },
                "--corpus" => options with { Corpus = value },
                "--repro" => options with { Reproduce = value },
                _ => throw new FormatException($"Unknown option {arguments[i]}."),
            };
        }

        return options;
    }

    private static long Number(string text) => long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}

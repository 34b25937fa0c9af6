using System.Globalization;

namespace Pwb.Compare;

/// <summary>What the command line asked for.</summary>
internal sealed record CompareOptions
{
    public const string Usage = """
        bench/compare/run [--rounds 7] [--seconds 3] [--only workload,...] [--servers server,...] [--list]

        --rounds   how often each server is measured; a ratio is the median of as many same-round ratios
        --seconds  how long each measurement takes
        --only     some of the workloads: their names or the beginnings of them, with commas between
        --servers  some of the servers; the one that others are compared with is always there
        --list     names the workloads and the servers, and does nothing else
        """;

    public int Rounds { get; private init; } = 7;

    public int Seconds { get; private init; } = 3;

    public IReadOnlyList<string> Only { get; private init; } = [];

    public IReadOnlyList<string> Servers { get; private init; } = [];

    public bool ListsOnly { get; private init; }

    /// <returns>Null if the arguments make no sense.</returns>
    public static CompareOptions? Parse(IReadOnlyList<string> args)
    {
        CompareOptions options = new();
        for (int i = 0; i < args.Count; i++)
        {
            string value = i + 1 < args.Count ? args[i + 1] : "";
            switch (args[i])
            {
                case "--list":
                    options = options with { ListsOnly = true };
                    continue;
                case "--rounds" when Number(value) is { } rounds:
                    options = options with { Rounds = rounds };
                    break;
                case "--seconds" when Number(value) is { } seconds:
                    options = options with { Seconds = seconds };
                    break;
                case "--only":
                    options = options with { Only = value.Split(',') };
                    break;
                case "--servers":
                    options = options with { Servers = value.Split(',') };
                    break;
                default:
                    return null;
            }

            i++;
        }

        return options;
    }

    public bool Wants(string workload) =>
        Only.Count == 0 || Only.Any(only => workload.StartsWith(only, StringComparison.Ordinal));

    public bool WantsServer(string server) => Servers.Count == 0 || Servers.Contains(server, StringComparer.Ordinal);

    private static int? Number(string text) =>
        int.TryParse(text, CultureInfo.InvariantCulture, out int number) && number > 0 ? number : null;
}

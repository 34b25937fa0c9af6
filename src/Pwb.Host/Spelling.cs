namespace Pwb.Host;

/// <summary>Finds the option that a user may have meant.</summary>
internal static class Spelling
{
    private const int MaxDistance = 2;
    private const int MinPrefix = 3;

    /// <summary>The option whose name begins like this, or differs in at most two characters; null without one.</summary>
    public static string? Nearest(string name)
    {
        string lower = name.ToLowerInvariant();
        if (!lower.StartsWith("--", StringComparison.Ordinal))
            return null;

        var begun = Options.All.FirstOrDefault(option => option.Name.StartsWith(lower, StringComparison.Ordinal));
        if (begun is not null && lower.Length > MinPrefix)
            return begun.Name;
        var nearest = Options.All.MinBy(option => Distance(lower, option.Name))!;
        return Distance(lower, nearest.Name) <= MaxDistance ? nearest.Name : null;
    }

    // The number of characters that have to be added, left out, replaced or exchanged with their neighbour.
    private static int Distance(string a, string b)
    {
        var costs = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
            costs[i, 0] = i;
        for (int j = 0; j <= b.Length; j++)
            costs[0, j] = j;

        for (int i = 1; i <= a.Length; i++)
        {
            for (int j = 1; j <= b.Length; j++)
            {
                int replaced = costs[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                costs[i, j] = Math.Min(replaced, 1 + Math.Min(costs[i - 1, j], costs[i, j - 1]));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    costs[i, j] = Math.Min(costs[i, j], costs[i - 2, j - 2] + 1);
            }
        }

        return costs[a.Length, b.Length];
    }
}

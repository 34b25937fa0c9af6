namespace Pwb.Tests.Routing;

/// <summary>The tree answers as a matcher does that tries every pattern.</summary>
public sealed class RouterPropertyTests
{
    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "OPTIONS"];
    private static readonly string[] Literals = ["a", "b", "7", "ü", ""];
    private static readonly string[] Segments = [
        "a", "%61", "b", "7", "%37", "-1", "x", "%C3%BC", "a%2Fb", "%2F", "", "99999999999"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Every_request_is_answered_as_by_a_matcher_that_tries_every_pattern(int seed)
    {
        Random random = new(seed);
        int answered = 0;
        for (int round = 0; round < 200; round++)
        {
            List<string> patterns = Patterns(random);
            Router router = RouterTests.Of([.. patterns]);
            NaiveRouter naive = new(patterns);
            for (int i = 0; i < 40; i++)
            {
                string method = Methods[random.Next(Methods.Length)], path = Path(random);
                string answer = Sorted(await RouterTests.AskAsync(router, method, path));
                answer.Should().Be(
                    naive.Answer(method, path), "{0} {1} was asked for with {2}", method, path, string.Join("; ", patterns));
                if (answer != "404") answered++;
            }
        }

        answered.Should().BeGreaterThan(2_500, "else little is compared");
    }

    // Taken one after another, in any order; those that do not go with the ones before are left out, by the router's own word.
    private static List<string> Patterns(Random random)
    {
        List<string> patterns = [];
        for (int i = random.Next(1, 25); i > 0; i--)
        {
            string pattern = Pattern(random);
            try
            {
                _ = RouterTests.Of([.. patterns, pattern]);
                patterns.Add(pattern);
            }
            catch (ArgumentException)
            {
                // It crosses one of the others.
            }
        }

        return patterns;
    }

    private static string Pattern(Random random)
    {
        string method = random.Next(3) == 0 ? "" : Methods[random.Next(4)] + " ";
        int length = random.Next(1, 4);
        string path = "";
        for (int i = 0; i < length; i++)
        {
            bool isLast = i == length - 1;
            path += "/" + random.Next(isLast ? 9 : 8) switch
            {
                < 4 => Literals[random.Next(isLast ? 5 : 4)],
                < 6 => $"{{p{i}}}",
                < 8 => $"{{p{i}:int}}",
                _ => "{rest...}",
            };
        }

        return method + path;
    }

    private static string Path(Random random) =>
        string.Concat(Enumerable.Range(0, random.Next(1, 5)).Select(_ => "/" + Segments[random.Next(Segments.Length)]));

    private static string Sorted(string answer) =>
        answer.StartsWith("405", StringComparison.Ordinal) || answer.StartsWith("204", StringComparison.Ordinal)
            ? answer[..4] + string.Join(", ", answer[4..].Split(", ").Order(StringComparer.Ordinal))
            : answer;
}

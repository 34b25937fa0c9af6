using System.Globalization;
using System.Text.RegularExpressions;

namespace Pwb.Compare;

/// <summary>What wrk measured.</summary>
internal sealed partial record Wrk(
    long Requests, double RequestsPerSecond, double BytesPerSecond, double MedianMs, double P99Ms, double P999Ms, string Errors)
{
    /// <summary>Runs wrk, with one thread, against a server.</summary>
    public static Wrk Run(
        RunningServer server, int connections, int seconds, string path, string? script = null, string[]? fields = null)
    {
        List<string> arguments = ["-t1", $"-c{connections}", $"-d{seconds}s", "--latency"];
        if (script is not null) arguments.AddRange(["-s", script]);
        foreach (string field in fields ?? []) arguments.AddRange(["-H", field]);
        arguments.Add($"{(server.IsTls ? "https" : "http")}://127.0.0.1:{server.Port}{path}");
        return Parse(Places.Output("wrk", [.. arguments]));
    }

    public static Wrk Parse(string output) => new(
        (long)Number(RequestsPattern(), output),
        Number(RatePattern(), output),
        Number(TransferPattern(), output),
        Number(MedianPattern(), output),
        Number(P99Pattern(), output),
        Number(P999Pattern(), output),
        string.Join("; ", ErrorsPattern().Matches(output).Select(match => match.Value.Trim())));

    private static double Number(Regex pattern, string output)
    {
        Match match = pattern.Match(output);
        if (!match.Success) return double.NaN;

        double unit = match.Groups["unit"].Value switch
        {
            "us" => 0.001,
            "s" => 1000,
            "m" => 60_000,
            "KB" => 1 << 10,
            "MB" => 1 << 20,
            "GB" => 1 << 30,
            _ => 1,
        };
        return double.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture) * unit;
    }

    [GeneratedRegex(@"^\s*(?<number>\d+) requests in", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex RequestsPattern();

    [GeneratedRegex(@"^Requests/sec:\s+(?<number>[\d.]+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex RatePattern();

    [GeneratedRegex(
        @"^Transfer/sec:\s+(?<number>[\d.]+)(?<unit>B|KB|MB|GB)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex TransferPattern();

    [GeneratedRegex(@"^\s+50%\s+(?<number>[\d.]+)(?<unit>us|ms|s|m)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex MedianPattern();

    [GeneratedRegex(@"^\s+99%\s+(?<number>[\d.]+)(?<unit>us|ms|s|m)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex P99Pattern();

    // Only percentiles.lua prints it.
    [GeneratedRegex(@"^p99\.9 (?<number>[\d.]+)(?<unit>us)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex P999Pattern();

    [GeneratedRegex(@"^\s+(?:Socket errors|Non-2xx).*$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex ErrorsPattern();
}

using System.Diagnostics;
using System.Globalization;
using Pwb.Fuzz;
using Pwb.Fuzz.Running;

FuzzOptions options;
IReadOnlyList<(string Name, byte[] Content)> corpus;
byte[]? reproduced;
try
{
    options = FuzzOptions.Parse(args);
    corpus = Corpus.Load(options.Corpus);
    reproduced =
        options.Reproduce is not { } given ? null : File.Exists(given) ? File.ReadAllBytes(given) : Convert.FromHexString(given);
}
catch (Exception exception) when (exception is FormatException or OverflowException or IOException)
{
    Console.Error.WriteLine(exception.Message);
    Console.Error.WriteLine(FuzzOptions.Usage);
    return 2;
}

string? unobserved = null;
TaskScheduler.UnobservedTaskException += (_, e) => unobserved = e.Exception.ToString();

Stopwatch watch = Stopwatch.StartNew();
CaseRunner runner = new();
await using ServerSet servers = new();
using Watchdog watchdog = new(runner);
await using ConnectionFuzzer connections = await ConnectionFuzzer.StartAsync();
Fuzzer fuzzer = new(servers, runner, connections, corpus);

if (reproduced is not null)
{
    Finding? again = await fuzzer.RunEveryWayAsync(reproduced);
    Console.WriteLine(
        again is null ? $"no finding in {runner.Runs} runs of {Escaped.Text(reproduced)}" : Report.Text(again, "--repro"));
    return again is null ? 0 : 1;
}

string origin = "the corpus itself";
Finding? finding = null;
if (options.Start is null)
{
    finding = await fuzzer.RunCorpusAsync();
    Console.WriteLine(
        string.Create(
            CultureInfo.InvariantCulture,
            $"corpus: {corpus.Count} inputs in {runner.Runs} runs, {watch.Elapsed.TotalSeconds:F1} s"));
}

if (finding is null)
{
    watch.Restart();
    if (await fuzzer.RunMutationsAsync(options) is { } found)
    {
        finding = found.Finding;
        origin = string.Create(CultureInfo.InvariantCulture, $"--seed {options.Seed} --start {found.Iteration} --iterations 1");
    }
}

double seconds = watch.Elapsed.TotalSeconds;
if (finding is not null)
    Console.WriteLine(Report.Text(await new Minimiser(runner).MinimiseAsync(finding), origin));

// A task whose exception nobody looked at says so when it is finalised.
GC.Collect();
GC.WaitForPendingFinalizers();
if (unobserved is not null)
    Console.WriteLine($"FINDING an exception that nobody observed: {unobserved}");

if (fuzzer.OtherFinding is not null)
    Console.WriteLine(fuzzer.OtherFinding);

int failed = finding is null && fuzzer.OtherFinding is null && unobserved is null ? 0 : 1;
Console.WriteLine(string.Create(
    CultureInfo.InvariantCulture,
    $"fuzz: {fuzzer.Passed} passed, {failed} failed "
        + $"(seed {options.Seed}, {seconds:F1} s, {fuzzer.Passed / seconds:F0} iterations/s)"));
return failed;

using System.Diagnostics;
using System.Globalization;
using Pwb;
using Pwb.Testing.Compare;

// Milliseconds of a test: the first in the process, and the median of those after 20 more. See docs/fake-services.md.
string library = args.Length > 0 ? args[0] : "pwb";
int count = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 200;
DirectoryInfo folder = Directory.CreateTempSubdirectory("pwb-compare-");
await using FakeService truth = new();
truth.On("/real", HttpResponse.Text("the truth"));
string address = truth.Listen().ToString().TrimEnd('/');
Dictionary<string, Func<Task>> uses = library switch
{
    "wiremock" => new()
    {
        ["stub"] = WireMockUses.StubAsync,
        ["match"] = WireMockUses.MatchAsync,
        ["scenario"] = WireMockUses.ScenarioAsync,
        ["delay of 1 s"] = WireMockUses.DelayAsync,
        ["record"] = () => WireMockUses.RecordAsync(address, folder.CreateSubdirectory(Guid.NewGuid().ToString("N")).FullName),
    },
    "mockhttp" => new() { ["stub"] = MockHttpUses.StubAsync, ["match"] = MockHttpUses.MatchAsync },
    _ => new()
    {
        ["stub"] = PwbUses.StubAsync,
        ["match"] = PwbUses.MatchAsync,
        ["scenario"] = PwbUses.ScenarioAsync,
        ["delay of 1 s"] = PwbUses.DelayAsync,
        ["record"] = () => PwbUses.RecordAsync(address, folder.FullName),
    },
};
foreach ((string name, Func<Task> use) in uses)
{
    double first = await MeasureAsync(use);
    int times = first > 900 ? 5 : count;
    for (int i = 0; i < times / 10; i++) await use();
    List<double> all = [];
    for (int i = 0; i < times; i++) all.Add(await MeasureAsync(use));
    all.Sort();
    Console.WriteLine(
        string.Create(CultureInfo.InvariantCulture, $"{library} {name}: first {first:F0} ms, then {all[times / 2]:F2} ms"));
}

folder.Delete(recursive: true);

static async Task<double> MeasureAsync(Func<Task> use)
{
    long began = Stopwatch.GetTimestamp();
    await use();
    return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
}

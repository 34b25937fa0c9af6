using System.Text.Json.Nodes;

namespace Pwb.Browser.Support;

/// <summary>A tab of the browser, with what its network panel and its console have.</summary>
internal sealed class BrowserPage : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1); // for a machine that does much else

    private readonly DevTools _devTools;
    private readonly string _target;
    private readonly string _session;
    private readonly CancellationTokenSource _deadline = new(Patience);
    private readonly Journal<string> _complaints = new();
    private readonly Journal<NetworkEntry> _network = new();
    private readonly Dictionary<string, int> _earlyStatuses = new(StringComparer.Ordinal);
    private int _loads;

    private BrowserPage(DevTools devTools, string target, string session)
    {
        _devTools = devTools;
        _target = target;
        _session = session;
        devTools.Listen(session, OnEvent);
    }

    /// <summary>What the console has that is an error or a warning: of scripts, of the network, of security.</summary>
    public IReadOnlyList<string> Complaints => _complaints.Entries;

    /// <summary>Cancelled when nothing that a test waits for will come any more.</summary>
    public CancellationToken Deadline => _deadline.Token;

    /// <summary>The network panel, since the page was last loaded.</summary>
    public IReadOnlyList<NetworkEntry> Network => _network.Entries;

    public static async Task<BrowserPage> OpenAsync(DevTools devTools, CancellationToken cancellationToken)
    {
        JsonObject created = await devTools.SendAsync(
            "Target.createTarget", new JsonObject { ["url"] = "about:blank" }, session: null, cancellationToken);
        string target = (string)created["targetId"]!;
        JsonObject attached = await devTools.SendAsync(
            "Target.attachToTarget", new JsonObject { ["targetId"] = target, ["flatten"] = true }, session: null,
            cancellationToken);
        BrowserPage page = new(devTools, target, (string)attached["sessionId"]!);
        foreach (string domain in (string[])["Page", "Network", "Runtime", "Log"]) await page.SendAsync($"{domain}.enable");
        await page.SendAsync("Page.bringToFront"); // videos wait in pages that nobody sees
        return page;
    }

    public Task<JsonObject> SendAsync(string method, JsonObject? parameters = null) =>
        _devTools.SendAsync(method, parameters, _session, Deadline);

    /// <summary>Goes to an address and waits until all that the page wants is there.</summary>
    public Task NavigateAsync(string address) =>
        LoadAsync(() => SendAsync("Page.navigate", new JsonObject { ["url"] = address }));

    /// <summary>Reloads as the button does: what is cached is asked for again.</summary>
    public Task ReloadAsync() => LoadAsync(() => SendAsync("Page.reload"));

    /// <summary>Clicks on the first element that a selector finds, which leads to another page.</summary>
    public Task FollowAsync(string selector) => LoadAsync(() => EvaluateAsync($"document.querySelector('{selector}').click()"));

    /// <summary>The value of an expression; of a promise, what it comes to.</summary>
    public async Task<JsonNode?> EvaluateAsync(string expression)
    {
        JsonObject result = await SendAsync(
            "Runtime.evaluate",
            new JsonObject { ["expression"] = expression, ["awaitPromise"] = true, ["returnByValue"] = true });
        if (result["exceptionDetails"] is { } details) throw new InvalidOperationException(details.ToJsonString());
        return result["result"]!["value"];
    }

    /// <summary>Makes the window as wide as that of a phone or a desk, and light or dark.</summary>
    public async Task LookLikeAsync(int width, int height, bool isMobile, bool isDark)
    {
        await SendAsync(
            "Emulation.setDeviceMetricsOverride",
            new JsonObject { ["width"] = width, ["height"] = height, ["deviceScaleFactor"] = 1, ["mobile"] = isMobile });
        JsonObject scheme = new() { ["name"] = "prefers-color-scheme", ["value"] = isDark ? "dark" : "light" };
        await SendAsync("Emulation.setEmulatedMedia", new JsonObject { ["features"] = new JsonArray(scheme) });
    }

    public async ValueTask DisposeAsync()
    {
        await _devTools.SendAsync(
            "Target.closeTarget", new JsonObject { ["targetId"] = _target }, session: null, CancellationToken.None);
        _deadline.Dispose();
    }

    // A video is never loaded to its end: the browser takes what it needs to show its first picture. Events have no end.
    // The icon has a time of its own.
    private static bool IsLoaded(NetworkEntry entry) =>
        (entry.IsFinished && (entry.Status != 0 || !entry.HasStatus)) || entry.Kind is "Media" or "EventSource" || entry.IsIcon;

    private async Task LoadAsync(Func<Task> start)
    {
        _network.Clear();
        int loads = Volatile.Read(ref _loads);
        await start();
        try
        {
            await _network.WaitUntilAsync(network => Volatile.Read(ref _loads) > loads && network.All(IsLoaded), Deadline);
        }
        catch (OperationCanceledException exception)
        {
            throw new TimeoutException($"The page is not loaded: {string.Join('\n', Network)}", exception);
        }
    }

    private void OnEvent(string method, JsonObject parameters)
    {
        switch (method)
        {
            case "Page.loadEventFired":
                Interlocked.Increment(ref _loads);
                _network.Touch();
                break;
            case "Runtime.exceptionThrown":
                _complaints.Add(parameters["exceptionDetails"]!.ToJsonString());
                break;
            case "Runtime.consoleAPICalled" when (string)parameters["type"]! is "error" or "warning" or "assert":
                _complaints.Add(parameters["args"]!.ToJsonString());
                break;
            case "Log.entryAdded" when (string)parameters["entry"]!["level"]! is "error" or "warning":
                _complaints.Add($"{parameters["entry"]!["text"]} {parameters["entry"]!["url"]}");
                break;
            case "Network.requestWillBeSent":
                if (parameters["redirectResponse"] is { } redirect) Finish(Find(parameters)!, (int)redirect["status"]!);
                Uri address = new((string)parameters["request"]!["url"]!);
                if (address.Scheme == "data") break; // a part of the page itself
                string id = (string)parameters["requestId"]!;
                _earlyStatuses.Remove(id, out int status);
                _network.Add(new NetworkEntry(id, (string?)parameters["type"] ?? "", address) { Status = status });
                break;
            default:
                if (Find(parameters) is { } entry) Update(entry, method, parameters);
                else if (method == "Network.responseReceivedExtraInfo") // it comes by a way of its own
                    _earlyStatuses[(string)parameters["requestId"]!] = (int)parameters["statusCode"]!;
                break;
        }
    }

    /// <summary>The request that an event is about. What a redirect leads to keeps its id: it is the last of them.</summary>
    private NetworkEntry? Find(JsonObject parameters) =>
        _network.Entries.LastOrDefault(entry => entry.RequestId == (string?)parameters["requestId"]);

    private static void Finish(NetworkEntry entry, int status)
    {
        entry.Status = status;
        entry.IsFinished = true;
    }

    private void Update(NetworkEntry entry, string method, JsonObject parameters)
    {
        switch (method)
        {
            case "Network.responseReceived":
                entry.MediaType = (string)parameters["response"]!["mimeType"]!;
                entry.HasStatus = (bool)parameters["hasExtraInfo"]!;
                break;
            case "Network.responseReceivedExtraInfo":
                entry.Status = (int)parameters["statusCode"]!;
                break;
            case "Network.loadingFinished":
                entry.IsFinished = true;
                break;
            case "Network.loadingFailed":
                entry.IsFinished = true;
                entry.Failure = (string)parameters["errorText"]!;
                break;
        }

        _network.Touch();
    }
}

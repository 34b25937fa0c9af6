using System.Collections.Concurrent;
using Pwb.Threads;

namespace Pwb.Tests.Server;

/// <summary>Which code was run by threads of the pool, and which was not.</summary>
internal sealed class Places
{
    private readonly ConcurrentDictionary<(string What, bool OnPool), int> _seen = new();

    // A watched thread may be blocked as one of the pool may.
    public void Note(string what) =>
        _seen[(what, Thread.CurrentThread.IsThreadPoolThread || WatchedThread.Current is not null)] = 1;

    public bool HasInline(string what) => _seen.ContainsKey((what, false));

    public IRequestHandler Handler(string name, Func<HttpRequest, HttpResponse> answer) => RequestHandler.From(
        request =>
        {
            Note(name);
            return answer(request);
        },
        neverBlocks: true);

    public void ShouldAllBeOnThePool(params string[] what)
    {
        foreach (string each in what) _seen.Keys.Where(key => key.What == each).Should().Equal((each, true));
    }
}

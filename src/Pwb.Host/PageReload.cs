using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;

namespace Pwb.Host;

/// <summary>
/// Tells pages when files have changed: a script, and the event stream that it listens to. Their names begin with a dot, so no
/// file that is served has them.
/// </summary>
internal sealed class PageReload : IRequestHandler
{
    private const string ScriptName = ".pwb/reload.js";
    private const string EventsName = ".pwb/reload";

    private readonly FolderWatch _watch;
    private readonly string _script;
    private readonly string _events;
    private readonly IRequestHandler _files;

    /// <param name="watch">Knows when files change.</param>
    /// <param name="basePath">Where they are served, with a slash at both ends.</param>
    /// <param name="makeFiles">Makes the handler of the files, from the text that is added to each page.</param>
    public PageReload(FolderWatch watch, string basePath, Func<byte[], IRequestHandler> makeFiles)
    {
        _watch = watch;
        _script = basePath + ScriptName;
        _events = basePath + EventsName;
        Suffix = Encoding.UTF8.GetBytes($"<script src=\"{new Uri("http://localhost" + _script).AbsolutePath}\"></script>\n");
        _files = makeFiles(Suffix);
    }

    /// <summary>The text that is added behind each page: browsers put it into the page's body.</summary>
    private byte[] Suffix { get; }

    public bool NeverBlocks => false;

    public ValueTask<HttpResponse> HandleAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.Method == "GET" && request.Path == _script)
            return new ValueTask<HttpResponse>(Script());
        if (request.Method == "GET" && request.Path == _events)
            return new ValueTask<HttpResponse>(ServerSentEvents.From(request, VersionsAsync(CancellationToken.None)));
        return AnswerAsync(request, cancellationToken);
    }

    // A listing is not a file, and has its own policy for scripts.
    private async ValueTask<HttpResponse> AnswerAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        const string Policy = "Content-Security-Policy", Nothing = "default-src 'none'; img-src data:;";
        var response = await _files.HandleAsync(request, cancellationToken);
        if (response.Headers[Policy] is not { } policy || !policy.StartsWith(Nothing, StringComparison.Ordinal)
            || response.Headers["ETag"] is not null || !response.Body.TryGetMemory(out ReadOnlyMemory<byte> page))
            return response;
        return response.WithBody(ResponseBody.From((byte[])[.. page.Span, .. Suffix]))
            .With(Policy, $"script-src 'self'; connect-src 'self'; {policy}");
    }

    // A hidden page does not listen: a browser has six connections to one server.
    private HttpResponse Script() => new(
        200,
        ResponseBody.From($$"""
            (() => {
              const version = "{{_watch.Version}}";
              const address = document.currentScript.src.replace(/\.js$/, "");
              let events;
              const listen = () => {
                if (document.hidden) {
                  events?.close();
                  events = undefined;
                } else if (!events) {
                  events = new EventSource(address);
                  events.onmessage = event => { if (event.data !== version) location.reload(); };
                }
              };
              document.addEventListener("visibilitychange", listen);
              listen();
            })();

            """),
        ("Content-Type", "text/javascript; charset=utf-8"),
        ("Cache-Control", "no-store"));

    private async IAsyncEnumerable<SseItem<string>> VersionsAsync([EnumeratorCancellation] CancellationToken token = default)
    {
        while (true)
        {
            Task next = _watch.NextAsync(); // before the version is read: no change is between the two
            yield return new SseItem<string>(_watch.Version);
            await next.WaitAsync(token);
        }
    }
}

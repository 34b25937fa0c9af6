using Microsoft.Extensions.Logging;

namespace Pwb.Host;

/// <summary>Makes the handler for the settings, from handlers of the library.</summary>
internal static class HostHandler
{
    private const string Realm = "pwb";

    /// <exception cref="IOException">The folder is gone, or cannot be watched.</exception>
    public static IRequestHandler Make(HostSettings settings, ILoggerFactory loggerFactory)
    {
        var handler = Content(settings, loggerFactory);
        var proxies = new ProxyOptions { Logger = loggerFactory.CreateLogger("Pwb.Proxy") };
        foreach ((string path, Uri target) in settings.Proxies.Select(OptionValues.ProxyOf).OrderBy(proxy => proxy.Path.Length))
            handler = new ProxyHandler(path, target, handler, proxies); // the longest path is asked first
        if (settings.Users.Count > 0)
            handler = new BasicAuthenticationHandler(Realm, new Users(settings.Users).IsLetInAsync, handler);
        if (settings.CorsOrigin is { } origin)
            handler = new CorsHandler(CorsFor(origin, settings.Proxies.Count > 0), handler); // preflights carry no password
        return handler;
    }

    // A wildcard does not stand for passwords.
    private static CorsOptions CorsFor(string origin, bool hasProxies) => new()
    {
        Origins = [origin],
        Methods = hasProxies ? ["*"] : ["GET", "HEAD"],
        RequestHeaders = ["*", "Authorization"],
        ExposedHeaders = ["*"],
    };

    private static IRequestHandler Content(HostSettings settings, ILoggerFactory loggerFactory)
    {
        if (settings.Directory is null)
            return new FixedResponseHandler();
        var options = settings.Files with { Logger = loggerFactory.CreateLogger("Pwb.Files") };
        IRequestHandler files = settings.Watch
            ? Watched(settings.Directory, options)
            : new StaticFileHandler(settings.Directory, options);
        return settings.Compress ? new CompressionHandler(files) : files;
    }

    // Nothing is kept in memory, where it would be as it was a moment ago, and no neighbour takes the place of a page.
    private static PageReload Watched(string directory, StaticFileOptions options)
    {
        var folder = new FolderSource(directory, options.FollowLinksOutside);
        options = options with { MaxCacheLength = 0, PrecompressedCodings = [] };
        bool IsPage(string path) => OptionValues.IsPage(path, options.ContentTypes);
        return new PageReload(
            new FolderWatch(directory),
            options.BasePath,
            suffix => new StaticFileHandler(new PageSource(folder, IsPage, suffix), options));
    }
}

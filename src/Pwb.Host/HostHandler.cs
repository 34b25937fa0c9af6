using Microsoft.Extensions.Logging;

namespace Pwb.Host;

/// <summary>Makes the handler that the settings ask for, of those that the library has.</summary>
internal static class HostHandler
{
    private const string Realm = "pwb";

    public static IRequestHandler Make(HostSettings settings, ILoggerFactory loggerFactory)
    {
        var handler = Content(settings, loggerFactory);
        if (settings.Users.Count > 0)
            handler = new BasicAuthenticationHandler(Realm, new Users(settings.Users).IsLetInAsync, handler);
        if (settings.CorsOrigin is { } origin)
            handler = new CorsHandler(CorsFor(origin), handler); // outside, since preflights carry no password
        return handler;
    }

    /// <summary>A file may be read by whatever its readers send, passwords too: a wildcard does not stand for those.</summary>
    public static CorsOptions CorsFor(string origin) => new()
    {
        Origins = [origin],
        Methods = ["GET", "HEAD"],
        RequestHeaders = ["*", "Authorization"],
        ExposedHeaders = ["*"],
    };

    private static IRequestHandler Content(HostSettings settings, ILoggerFactory loggerFactory)
    {
        if (settings.Directory is null)
            return new FixedResponseHandler();
        var options = settings.Files with { Logger = loggerFactory.CreateLogger("Pwb.Files") };
        var files = new StaticFileHandler(settings.Directory, options);
        return settings.Compress ? new CompressionHandler(files) : files;
    }
}

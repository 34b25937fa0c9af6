using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging;

namespace Pwb.Host;

/// <summary>The allowed values of options and their meaning. Words are read in any case of letters.</summary>
internal static class OptionValues
{
    private const string Unix = "unix:";

    public static IReadOnlyList<string> LogLevels { get; } =
        ["trace", "debug", "information", "warning", "error", "critical", "none"];

    public static IReadOnlyList<string> LogFormats { get; } = ["text", "json"];

    public static IReadOnlyList<string> SocketEngines { get; } = ["runtime", "epoll"];

    public static IReadOnlyList<string> AccessLogs { get; } = ["short", "combined", "json"];

    public static IReadOnlyList<string> Shells { get; } = ["bash", "zsh", "fish", "powershell"];

    public static bool IsPort(string value) => ushort.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    public static bool IsHost(string value) => IsWord(value, "localhost") || IsAny(value) || AddressOf(value) is not null;

    public static bool IsPath(string value) =>
        !string.IsNullOrWhiteSpace(value) && !value.Contains('\0', StringComparison.Ordinal);

    public static bool IsBoolean(string value) => IsTrue(value) || IsWord(value, "false");

    public static bool IsTrue(string value) => IsWord(value, "true");

    // Browsers compare the origin that they send with this text, so it has to be written as they write it: RFC 6454 §6.2.
    public static bool IsOrigin(string value) =>
        value == "*"
        || (IsValid(new CorsOptions { Origins = [value] })
            && Uri.TryCreate(value, UriKind.Absolute, out var uri) && uri.Host.Length > 0
            && $"{uri.Scheme}://{HostOf(uri)}{PortOf(uri)}" == value);

    public static bool IsUser(string value) => value.IndexOf(':', StringComparison.Ordinal) > 0 && UserOf(value).Hash is not null;

    /// <summary>The user, and the hash of the password; null without one.</summary>
    public static (string User, PasswordHash? Hash) UserOf(string value)
    {
        (string user, string hash) = Split(value, ':');
        return (user, PasswordHash.Parse(hash));
    }

    public static bool IsProxy(string value) =>
        value.Contains('=', StringComparison.Ordinal) && Succeeds(() =>
        {
            (string path, Uri target) = ProxyOf(value);
            new ProxyHandler(path, target, new FixedResponseHandler()).Dispose();
        });

    public static (string Path, Uri Target) ProxyOf(string value)
    {
        (string path, string target) = Split(value, '=');
        return (path.Length > 1 ? path.TrimEnd('/') : path, new Uri(target, UriKind.RelativeOrAbsolute));
    }

    /// <summary>Whether a file is a page, by the types that the library and its user know.</summary>
    public static bool IsPage(string path, IReadOnlyDictionary<string, string> types)
    {
        string extension = Path.GetExtension(path).ToLowerInvariant();
        return types.TryGetValue(extension, out string? type)
            ? type.StartsWith("text/html", StringComparison.OrdinalIgnoreCase)
            : extension is ".html" or ".htm";
    }

    public static bool IsHeader(string value) =>
        value.Contains(':', StringComparison.Ordinal)
        && IsValid(new StaticFileOptions { Headers = HeadersOf([value]), PathHeaders = PathHeadersOf([value]) });

    public static bool IsCacheControl(string value) =>
        value.Contains('=', StringComparison.Ordinal)
        && IsValid(new StaticFileOptions { CacheControl = [CacheControlOf(value)] });

    public static bool IsMime(string value) =>
        value.Split('=', 2) is [_, var type] && type.Contains('/', StringComparison.Ordinal)
        && IsValid(new StaticFileOptions { ContentTypes = ContentTypesOf([value]) });

    public static bool IsIndex(string value) => IsPath(value) && IsValid(new StaticFileOptions { IndexFiles = [value] });

    public static bool IsFallback(string value) => IsPath(value) && IsValid(new StaticFileOptions { Fallback = value });

    public static bool IsNotFoundPage(string value) => IsPath(value) && IsValid(new StaticFileOptions { NotFoundPage = value });

    public static bool IsBase(string value) => IsPath(value) && IsValid(new StaticFileOptions { BasePath = BaseOf(value) });

    public static bool IsLogLevel(string value) => LogLevels.Contains(NameOfLevel(value), StringComparer.OrdinalIgnoreCase);

    public static bool IsSocketEngine(string value) => SocketEngines.Contains(value, StringComparer.OrdinalIgnoreCase);

    public static bool IsAccessLog(string value) => AccessLogs.Contains(value, StringComparer.OrdinalIgnoreCase);

    public static bool IsLogFormat(string value) => LogFormats.Contains(value, StringComparer.OrdinalIgnoreCase);

    public static bool IsShell(string value) => Shells.Contains(value, StringComparer.OrdinalIgnoreCase);

    public static bool IsAllowedHost(string value) => IsValid(new PwbServerOptions { AllowedHosts = [value] });

    public static IReadOnlyList<ServerEndPoint> EndPointsOf(string host, int port, TlsOptions? tls)
    {
        if (IsWord(host, "localhost"))
            return ServerEndPoint.Loopback(port, tls);
        if (IsAny(host))
            return ServerEndPoint.Any(port, tls);
        return [new ServerEndPoint(new IPEndPoint(AddressOf(host)!, port)) { Tls = tls }];
    }

    /// <returns>The file of a Unix domain socket; null if the place has none.</returns>
    public static string? SocketFileOf(string place) =>
        place.StartsWith(Unix, StringComparison.Ordinal) && place[Unix.Length] != '@' ? place[Unix.Length..] : null;

    // A supervisor that was asked for its sockets may have given none.
    public static bool IsPlace(string value)
    {
        try
        {
            return ServerEndPoint.Parse(value).Count > 0;
        }
        catch (Exception exception)
            when (exception is FormatException or ArgumentException or IOException or PlatformNotSupportedException)
        {
            return false;
        }
    }

    public static bool IsMode(string value) => value.Length == 3 && value.All(digit => digit is >= '0' and <= '7');

    public static UnixFileMode ModeOf(string value) => (UnixFileMode)Convert.ToInt32(value, fromBase: 8);

    public static bool IsProxyNetwork(string value) => NetworkOf(value) is { PrefixLength: > 0 };

    /// <returns>Null if the text is not such a value.</returns>
    public static IPNetwork? NetworkOf(string value)
    {
        if (AddressOf(value) is { } address)
            return new IPNetwork(address, address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? 32 : 128);
        return AddressOf(value.Split('/')[0]) is not null && IPNetwork.TryParse(value, out var network) ? network : null;
    }

    /// <summary>The lines without a pattern, for every answer.</summary>
    public static IReadOnlyList<(string Name, string Value)> HeadersOf(IEnumerable<string> values) =>
        [.. values.Where(value => !HasPattern(value)).Select(value => Split(value, ':'))];

    /// <summary>The lines with a pattern.</summary>
    public static IReadOnlyList<(string Pattern, string Name, string Value)> PathHeadersOf(IEnumerable<string> values) =>
    [
        .. from value in values
           where HasPattern(value)
           let parts = Split(value, '=')
           let line = Split(parts.After, ':')
           select (parts.Before, line.Before, line.After),
    ];

    public static (string Pattern, string Value) CacheControlOf(string value) => Split(value, '=');

    /// <summary>Media types by extension; of two for one extension, the last.</summary>
    public static IReadOnlyDictionary<string, string> ContentTypesOf(IEnumerable<string> values)
    {
        var types = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach ((string extension, string type) in values.Select(value => Split(value, '=')))
            types[extension] = type;
        return types;
    }

    /// <summary>
    /// With the slashes that it begins and ends with, which may be left out. (Git's shell for Windows makes a path of that system
    /// of the first.)
    /// </summary>
    public static string BaseOf(string value) => value.Trim('/') is { Length: > 0 } inner ? $"/{inner}/" : "/";

    public static LogLevel LogLevelOf(string value) => Enum.Parse<LogLevel>(NameOfLevel(value), ignoreCase: true);

    public static SocketEngine SocketEngineOf(string value) => Enum.Parse<SocketEngine>(value, ignoreCase: true);

    public static AccessLogFormat AccessLogOf(string value) => Enum.Parse<AccessLogFormat>(value, ignoreCase: true);

    public static bool IsWord(string value, string word) => value.Equals(word, StringComparison.OrdinalIgnoreCase);

    // As other programs call them.
    private static string NameOfLevel(string value)
    {
        if (IsWord(value, "info"))
            return "information";
        return IsWord(value, "warn") ? "warning" : value;
    }

    // No name of a field has a slash or an equals sign in it: RFC 9110 §5.6.2.
    private static bool HasPattern(string value)
    {
        int equals = value.IndexOf('=', StringComparison.Ordinal), colon = value.IndexOf(':', StringComparison.Ordinal);
        return equals > 0 && value.LastIndexOf(':') > equals && (value[0] == '/' || (value[0] == '*' && equals < colon));
    }

    // Other programs take this for every network, so IPv4 is included.
    private static bool IsAny(string value) => IsWord(value, "any") || value is "::" or "[::]";

    private static (string Before, string After) Split(string value, char separator)
    {
        int index = value.IndexOf(separator, StringComparison.Ordinal);
        return (value[..index], value[(index + 1)..].Trim(' ', '\t'));
    }

    // IPAddress also accepts "1", "0x7f.1" and "[::1]:80", which are mistakes here.
    private static IPAddress? AddressOf(string value)
    {
        string text = value is ['[', .. var inner, ']'] && inner.Contains(':', StringComparison.Ordinal) ? inner : value;
        if (!IPAddress.TryParse(text, out var address))
            return null;
        if (text.Contains(':', StringComparison.Ordinal))
            return text[0] == '[' ? null : address;
        return address.ToString() == text ? address : null;
    }

    // One has brackets, the other no Chinese.
    private static string HostOf(Uri uri) => uri.HostNameType == UriHostNameType.IPv6 ? uri.Host : uri.IdnHost;

    private static string PortOf(Uri uri) => uri.IsDefaultPort ? "" : string.Create(CultureInfo.InvariantCulture, $":{uri.Port}");

    // Handler and server know what their options may be, and say so when they are made. These serve nothing.
    private static bool IsValid(StaticFileOptions options) =>
        Succeeds(() => _ = new StaticFileHandler(AppContext.BaseDirectory, options));

    private static bool IsValid(CorsOptions options) => Succeeds(() => _ = new CorsHandler(options, new FixedResponseHandler()));

    private static bool IsValid(PwbServerOptions options) => Succeeds(() => _ = new PwbServer(options: options));

    private static bool Succeeds(Action make)
    {
        try
        {
            make();
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}

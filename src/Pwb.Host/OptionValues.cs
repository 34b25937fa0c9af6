using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging;

namespace Pwb.Host;

/// <summary>What the values of options may be.</summary>
internal static class OptionValues
{
    private static readonly string[] LogLevels = ["trace", "debug", "information", "warning", "error", "critical", "none"]; // in LogLevel's order

    public static bool IsPort(string value) => ushort.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    public static bool IsHost(string value) => value is "localhost" or "any" || IsAddress(value);

    public static bool IsPath(string value) => !string.IsNullOrWhiteSpace(value) && !value.Contains('\0', StringComparison.Ordinal);

    public static bool IsBoolean(string value) => value is "true" or "false";

    // Browsers compare the origin that they send with this text, so it has to be written as they write it: RFC 6454 §6.2.
    public static bool IsOrigin(string value) =>
        value == "*" || (Uri.TryCreate(value, UriKind.Absolute, out var uri) && uri.Host.Length > 0 && $"{uri.Scheme}://{HostOf(uri)}{PortOf(uri)}" == value);

    public static bool IsHeader(string value) => value.Contains(':', StringComparison.Ordinal) && IsValid(new StaticFileOptions { Headers = [HeaderOf(value)] });

    public static bool IsCacheControl(string value) => value.Contains('=', StringComparison.Ordinal) && IsValid(new StaticFileOptions { CacheControl = [CacheControlOf(value)] });

    public static bool IsLogLevel(string value) => LogLevels.Contains(value, StringComparer.Ordinal);

    public static bool IsAccessLog(string value) => value is "short" or "combined" or "json";

    public static bool IsLogFormat(string value) => value is "text" or "json";

    public static bool IsAllowedHost(string value) => IsValid(new PwbServerOptions { AllowedHosts = [value] });

    public static (string Name, string Value) HeaderOf(string value) => Split(value, ':');

    public static (string Pattern, string Value) CacheControlOf(string value) => Split(value, '=');

    public static LogLevel LogLevelOf(string value) => (LogLevel)Array.IndexOf(LogLevels, value);

    public static AccessLogFormat AccessLogOf(string value) => Enum.Parse<AccessLogFormat>(value, ignoreCase: true);

    private static (string Before, string After) Split(string value, char separator)
    {
        int index = value.IndexOf(separator, StringComparison.Ordinal);
        return (value[..index], value[(index + 1)..].Trim(' ', '\t'));
    }

    // IPAddress also takes "1", "0x7f.1" and "[::1]:80", none of which is what somebody meant here.
    private static bool IsAddress(string value) =>
        IPAddress.TryParse(value, out var address)
        && (value.Contains(':', StringComparison.Ordinal) ? value[0] != '[' : string.Equals(address.ToString(), value, StringComparison.Ordinal));

    private static string HostOf(Uri uri) => uri.HostNameType == UriHostNameType.IPv6 ? uri.Host : uri.IdnHost; // one has brackets, the other no Chinese

    private static string PortOf(Uri uri) => uri.IsDefaultPort ? "" : string.Create(CultureInfo.InvariantCulture, $":{uri.Port}");

    // Handler and server know what their options may be, and say so when they are made; of these, which serve nothing, nothing else is asked.
    private static bool IsValid(StaticFileOptions options) => Succeeds(() => _ = new StaticFileHandler(AppContext.BaseDirectory, options));

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

using System.Collections.Frozen;

namespace Pwb.Telemetry;

/// <summary>
/// The methods that measurements tell apart; others are "_OTHER", so that clients cannot make as many series as there are
/// methods.
/// </summary>
internal static class RequestMethods
{
    public const string Other = "_OTHER";

    // OpenTelemetry's variable, which replaces the list.
    private const string Variable = "OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS";

    private static readonly FrozenSet<string> Known =
        Parse(Environment.GetEnvironmentVariable(Variable)).ToFrozenSet(StringComparer.Ordinal);

    public static string NameOf(string method) => Known.Contains(method) ? method : Other;

    /// <summary>
    /// A list with commas between its methods; without one, those of RFC 9110 §9, PATCH and QUERY, as the conventions have it.
    /// </summary>
    internal static string[] Parse(string? list) => string.IsNullOrWhiteSpace(list)
        ? ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "QUERY"]
        : list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}

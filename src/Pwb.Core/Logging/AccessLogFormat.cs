namespace Pwb;

/// <summary>The formats of the access log, category "Pwb.Access". docs/observability.md has an example of each.</summary>
public enum AccessLogFormat
{
    /// <summary>
    /// Client, request line, status, bytes of content, milliseconds, for each response to a request; for a refusal the reason
    /// stands in place of the milliseconds.
    /// </summary>
#pragma warning disable CA1720 // here this is a word, and no type
    Short,
#pragma warning restore CA1720

    /// <summary>The combined log format of Apache and nginx, for each answer, refusals included. The times are UTC.</summary>
    Combined,

    /// <summary>A JSON object, for each answer, refusals included. The names are OpenTelemetry's.</summary>
    Json,
}

namespace Pwb;

/// <summary>
/// The names under which PWB is observed, with whatever listens to <see cref="System.Diagnostics.Metrics.Meter"/> and
/// <see cref="System.Diagnostics.ActivitySource"/>, such as OpenTelemetry. The names and attributes of what is measured are
/// OpenTelemetry's semantic conventions for HTTP; docs/observability.md lists them. There is one meter and one source in a
/// process, for all its servers together. While nobody listens, nothing is measured.
/// </summary>
/// <example><code>
/// metrics.AddMeter(PwbTelemetry.MeterName); // OpenTelemetry's MeterProviderBuilder
/// </code></example>
public static class PwbTelemetry
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "Pwb";

    /// <summary>The name of the activity source.</summary>
    public const string ActivitySourceName = "Pwb";
}

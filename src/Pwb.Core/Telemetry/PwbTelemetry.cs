namespace Pwb;

/// <summary>
/// The names under which PWB is observed, by listeners of <see cref="System.Diagnostics.Metrics.Meter"/> and
/// <see cref="System.Diagnostics.ActivitySource"/> such as OpenTelemetry. The names and attributes of measurements are
/// OpenTelemetry's semantic conventions for HTTP; docs/observability.md lists them. A process has one meter and one source for
/// all its servers. Without listeners, nothing is measured.
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

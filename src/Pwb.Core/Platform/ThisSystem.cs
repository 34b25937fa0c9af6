using System.Runtime.Versioning;

namespace Pwb.Platform;

/// <summary>The system that this process runs on, as far as PWB takes other ways there.</summary>
internal static class ThisSystem
{
    /// <summary>
    /// The AppContext switch that has Linux take the ways of systems that PWB knows nothing of, so that tests on Linux walk them
    /// too.
    /// </summary>
    public const string PortablePaths = "Pwb.PortablePaths";

    private static readonly bool IsPortable = AppContext.TryGetSwitch(PortablePaths, out bool isOn) && isOn;

    /// <summary>Whether Linux's own calls may be used.</summary>
    [SupportedOSPlatformGuard("linux")]
    public static bool IsLinux { get; } = OperatingSystem.IsLinux() && !IsPortable;

    /// <summary>Whether it is a Unix whose own calls may be used: any system but Windows.</summary>
    [UnsupportedOSPlatformGuard("windows")]
    public static bool IsUnix { get; } = !OperatingSystem.IsWindows() && !IsPortable;
}

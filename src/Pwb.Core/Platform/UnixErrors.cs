using System.Runtime.InteropServices;

namespace Pwb.Platform;

/// <summary>The meaning of Unix errors for a caller.</summary>
internal static class UnixErrors
{
    // <errno.h>: these are the same on every system and architecture that .NET runs on, those are not.
    private const int NotPermitted = 1, NoEntry = 2, AccessDenied = 13, NotDirectory = 20;
    private static readonly int NameTooLong =
        OperatingSystem.IsLinux() ? 36 : 63, TooManyLinks = OperatingSystem.IsLinux() ? 40 : 62;

    /// <summary>The meaning of the last call's error for a caller.</summary>
    /// <returns>Null if the file does not exist.</returns>
    public static Exception? GetLast(string path)
    {
        int error = Marshal.GetLastPInvokeError();
        if (error is NoEntry or NotDirectory || error == NameTooLong || error == TooManyLinks) return null;

        string message = $"{Marshal.GetPInvokeErrorMessage(error)}: '{path}'";
        return error is NotPermitted or AccessDenied ? new UnauthorizedAccessException(message) : new IOException(message, error);
    }
}

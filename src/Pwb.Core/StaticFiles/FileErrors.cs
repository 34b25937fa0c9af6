namespace Pwb.StaticFiles;

/// <summary>What an error of a file means to the client that asked for it.</summary>
internal static class FileErrors
{
    private const int TooManyInSystem = 23, TooMany = 24; // ENFILE and EMFILE, on Linux, macOS and the BSDs alike
    private const int TooManyOnWindows = unchecked((int)0x80070004); // ERROR_TOO_MANY_OPEN_FILES
    private const int InvalidNameOnWindows = unchecked((int)0x8007007B); // ERROR_INVALID_NAME

    /// <summary>Whether the process, or the system, has no descriptor left: the file may be fine, so it is a 503.</summary>
    public static bool IsOutOfDescriptors(IOException exception) =>
        OperatingSystem.IsWindows() ? exception.HResult == TooManyOnWindows : exception.HResult is TooMany or TooManyInSystem;

    /// <summary>Whether there is no such file, and cannot be one by that name.</summary>
    public static bool IsAbsent(IOException exception) =>
        exception is FileNotFoundException or DirectoryNotFoundException or DriveNotFoundException or PathTooLongException
        || (OperatingSystem.IsWindows() && exception.HResult == InvalidNameOnWindows);

    /// <summary>Looks up what a listing has found. What may not be looked at is left out of it.</summary>
    public static ContentInfo? FindListed(ContentSource folder, string path)
    {
        try
        {
            return folder.Find(path);
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
        catch (IOException exception) when (!IsOutOfDescriptors(exception))
        {
            return null;
        }
    }
}

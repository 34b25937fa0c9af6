namespace Pwb.StaticFiles;

/// <summary>The meaning of a file error for the client that asked for the file.</summary>
internal static class FileErrors
{
    private const int TooManyInSystem = 23, TooMany = 24; // ENFILE and EMFILE, on Linux, macOS and the BSDs alike
    private const int BusyOnLinux = 11, BusyElsewhere = 35; // EAGAIN, which is EWOULDBLOCK: another program has a lease or a lock
    private const int TooManyOnWindows = unchecked((int)0x80070004); // ERROR_TOO_MANY_OPEN_FILES
    // ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION
    private const int SharingOnWindows = unchecked((int)0x80070020), LockOnWindows = unchecked((int)0x80070021);
    private const int InvalidNameOnWindows = unchecked((int)0x8007007B); // ERROR_INVALID_NAME

    /// <summary>
    /// Whether it may be over soon, so that it is a 503: no descriptor is left, or another program has the file to itself.
    /// </summary>
    public static bool IsTemporary(IOException exception) => exception.HResult switch
    {
        TooManyOnWindows or SharingOnWindows or LockOnWindows => OperatingSystem.IsWindows(),
        TooMany or TooManyInSystem => !OperatingSystem.IsWindows(),
        BusyOnLinux => OperatingSystem.IsLinux(),
        BusyElsewhere => !OperatingSystem.IsLinux() && !OperatingSystem.IsWindows(),
        _ => false,
    };

    /// <summary>Whether the error means that there is no such file, or cannot be one by that name.</summary>
    public static bool IsAbsent(IOException exception) =>
        exception is FileNotFoundException or DirectoryNotFoundException or DriveNotFoundException or PathTooLongException
        || (OperatingSystem.IsWindows() && exception.HResult == InvalidNameOnWindows);

    /// <summary>Looks up an entry that a listing has found. Entries that may not be read are left out.</summary>
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
        catch (IOException exception) when (!IsTemporary(exception))
        {
            return null;
        }
    }
}

namespace Pwb.Host;

/// <summary>The directory of the command line or of PWB_DIRECTORY.</summary>
internal static class ServedDirectory
{
    /// <summary>Finds the fault of the directory.</summary>
    /// <param name="value">The path that was given.</param>
    /// <param name="path">The full path.</param>
    /// <returns>One sentence; null if it is a directory that can be read.</returns>
    /// <exception cref="IOException">The path is relative, and the working directory is gone.</exception>
    public static string? WhatIsWrongWith(string value, out string path)
    {
        path = "";
        if (!OptionValues.IsPath(value))
            return $"The directory is a path, such as . (this one), not '{value}'.";

        path = FullPath(value);
        if (!Directory.Exists(path))
            return File.Exists(path) ? $"'{path}' is a file, not a directory." : $"There is no directory '{path}'.";
        try
        {
            // Asks for a name in it, whether there is one or not: a directory that cannot be listed can still be served.
            File.GetAttributes(Path.Combine(path, ".pwb"));
            return null;
        }
        catch (FileNotFoundException)
        {
            return null; // as expected
        }
        catch (UnauthorizedAccessException)
        {
            return $"The directory '{path}' may not be read.";
        }
    }

    private static string FullPath(string value)
    {
        try
        {
            return Path.GetFullPath(value);
        }
        catch (IOException exception)
        {
            throw new IOException($"'{value}' cannot be found, since the working directory is gone.", exception);
        }
    }
}

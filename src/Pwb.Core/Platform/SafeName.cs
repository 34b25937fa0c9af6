namespace Pwb.Platform;

/// <summary>The names of users' objects, whose own code makes them.</summary>
internal static class SafeName
{
    /// <summary>The object's own name, or its type's if its <see cref="object.ToString"/> throws.</summary>
    public static string Of(object named)
    {
        try
        {
            return named.ToString() ?? "";
        }
        catch (Exception)
        {
            return named.GetType().Name;
        }
    }
}

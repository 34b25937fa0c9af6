namespace Pwb;

/// <summary>
/// The limits of a form. A form that exceeds one gets 413, before it is held in memory. <see
/// cref="PwbServerLimits.MaxContentLength"/> limits the whole form.
/// </summary>
/// <example><code>
/// MultipartReader parts = request.ReadMultipart(new FormLimits { MaxParts = 10 });
/// </code></example>
public sealed record FormLimits
{
    private const int Kibi = 1024;

    /// <summary>The limits of a form that is not read otherwise.</summary>
    public static FormLimits Default { get; } = new();

    /// <summary>The number of fields and files. Default 1,024, as in ASP.NET Core.</summary>
    public int MaxParts { get; init; } = 1024;

    /// <summary>The number of bytes above a part, with all its header lines. From 128 to 1 MiB; default 8 KiB.</summary>
    public int MaxPartHeaderLength { get; init; } = 8 * Kibi;

    /// <summary>The number of bytes of a field's name. Default 2 KiB, as in ASP.NET Core.</summary>
    public int MaxNameLength { get; init; } = 2 * Kibi;

    /// <summary>
    /// The number of bytes of a field's value, which is held in memory. Default 1 MiB. Files are streams, and have no such limit.
    /// </summary>
    public int MaxValueLength { get; init; } = 1024 * Kibi;

    /// <summary>The number of bytes of all names and values that are held in memory together. Default 4 MiB.</summary>
    public int MaxFieldsLength { get; init; } = 4 * 1024 * Kibi;

    internal void Validate()
    {
        Check(nameof(MaxParts), MaxParts, 1, int.MaxValue);
        Check(nameof(MaxPartHeaderLength), MaxPartHeaderLength, 128, 1024 * Kibi);
        Check(nameof(MaxNameLength), MaxNameLength, 1, int.MaxValue);
        Check(nameof(MaxValueLength), MaxValueLength, 0, Array.MaxLength - 1);
        Check(nameof(MaxFieldsLength), MaxFieldsLength, 0, Array.MaxLength - 1);
    }

    private static void Check(string name, int value, int least, int most)
    {
        if (value < least || value > most) throw new ArgumentOutOfRangeException(name, value, $"It is from {least} to {most}.");
    }
}

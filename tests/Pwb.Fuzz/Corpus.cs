namespace Pwb.Fuzz;

/// <summary>The inputs that mutation starts from: files of raw bytes, one connection each.</summary>
internal static class Corpus
{
    public static string DefaultFolder => Path.Combine(AppContext.BaseDirectory, "Corpus");

    /// <returns>Name and content of every file, in an order that is the same everywhere.</returns>
    public static IReadOnlyList<(string Name, byte[] Content)> Load(string folder)
    {
        string[] files = Directory.GetFiles(folder, "*.http");
        Array.Sort(files, StringComparer.Ordinal);
        return [.. files.Select(file => (Path.GetFileNameWithoutExtension(file), File.ReadAllBytes(file)))];
    }
}

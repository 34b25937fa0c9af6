using System.Runtime.CompilerServices;

namespace Pwb.Tests.Docs;

/// <summary>The files of the repository that these tests are compiled from.</summary>
internal static class Repository
{
    private static readonly string[] Generated = [
        "bin", "obj", "artifacts", "BenchmarkDotNet.Artifacts", "TestResults", "node_modules"];

    public static string Root { get; } = FindRoot();

    /// <summary>All files that somebody wrote, as paths below the root, with slashes.</summary>
    public static IReadOnlyList<string> Files { get; } = [
        .. FilesIn(Root).Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path)).ReplaceLineEndings("\n");

    private static IEnumerable<string> FilesIn(string folder) =>
        Directory.EnumerateFiles(folder).Concat(Directory.EnumerateDirectories(folder).Where(IsWritten).SelectMany(FilesIn));

    private static bool IsWritten(string folder) =>
        Path.GetFileName(folder) is { } name && name is not ".git" && !Generated.Contains(name, StringComparer.Ordinal);

    private static string FindRoot([CallerFilePath] string path = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", "..", ".."));
}

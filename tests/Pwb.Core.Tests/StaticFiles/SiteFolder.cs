using System.Diagnostics;

namespace Pwb.Tests.StaticFiles;

/// <summary>
/// A folder "root" to be served, and others beside it that must not be. Files outside hold <see cref="Outside"/>.
/// </summary>
public sealed class SiteFolder : IDisposable
{
    public const string Outside = "OUTSIDE";

    private readonly string _base = Directory.CreateTempSubdirectory("pwb-site-").FullName;

    public SiteFolder()
    {
        Directory.CreateDirectory(Root);
        foreach (string path in (string[])[
            "secret.txt", "root-evil/secret.txt", "other/sub/secret.txt", "other/index.html", ".git/config"])
            Write($"../{path}", Outside);
    }

    public string Root => At("root", ofBase: true);

    public string At(string path, bool ofBase = false) => Path.Combine(ofBase ? _base : Root, path);

    public void Write(string path, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
        File.WriteAllText(At(path), content);
    }

    public void Link(string path, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
        File.CreateSymbolicLink(At(path), target);
    }

    /// <summary>Nobody ever writes into it: to open it is to wait for ever.</summary>
    public void MakeFifo(string path) => Run("mkfifo", At(path));

    public static void Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(program, arguments);
        process.WaitForExit();
        process.ExitCode.Should().Be(0);
    }

    public void Dispose() => Directory.Delete(_base, recursive: true);
}

using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Pwb.StaticFiles;

namespace Pwb;

/// <summary>
/// The content of an assembly's embedded resources: for a program that carries its pages inside. Works trimmed, as a single file
/// and compiled ahead of time.
/// </summary>
/// <remarks>
/// Names of resources are taken as paths, so give them such in the project file; what MSBuild makes up by itself has dots for the
/// separators, and changes some names:
/// <code>&lt;EmbeddedResource Include="wwwroot/**" LogicalName="wwwroot/%(RecursiveDir)%(Filename)%(Extension)" /&gt;</code>
/// <para>
/// Names compare by case. Directories follow from the names. <see cref="ContentInfo.Identity"/> is a hash of the content.
/// <see cref="ContentInfo.LastModified"/> is the time of the assembly's file; of the program's, if it is a part of that; or else
/// the time at which the source was made.
/// </para>
/// </remarks>
/// <example><code>
/// StaticFileHandler handler = new(new EmbeddedSource(typeof(Program).Assembly, "wwwroot/"));
/// </code></example>
public sealed class EmbeddedSource : ContentSource
{
    private readonly Assembly _assembly;
    private readonly DateTimeOffset _lastModified;
    private readonly FrozenDictionary<string, EmbeddedEntry> _entries;

    /// <param name="assembly">Whose resources.</param>
    /// <param name="prefix">
    /// The prefix of the resources' names up to the root, such as <c>wwwroot/</c>. It ends with a slash or a dot, or a slash
    /// follows it. Not empty: an assembly has resources that are not meant for clients.
    /// </param>
    /// <exception cref="ArgumentException">The prefix is empty, or the assembly has no resource with it.</exception>
    public EmbeddedSource(Assembly assembly, string prefix)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        ArgumentException.ThrowIfNullOrEmpty(prefix);

        _assembly = assembly;
        var entries = new Dictionary<string, EmbeddedEntry>(StringComparer.Ordinal) { [""] = new("", resource: null) };
        foreach (string resource in assembly.GetManifestResourceNames())
        {
            if (GetPath(resource, prefix.Replace('\\', '/')) is { } path) Add(entries, path, resource);
        }

        if (entries.Count == 1)
            throw new ArgumentException(
                $"{assembly.GetName().Name} has no embedded resource whose name begins with '{prefix}'.", nameof(prefix));
        _entries = entries.ToFrozenDictionary(StringComparer.Ordinal);
        _lastModified = GetTime(assembly);
    }

    /// <inheritdoc/>
    public override ContentInfo? Find(string path) => _entries.GetValueOrDefault(path)?.Describe(_assembly, _lastModified);

    /// <inheritdoc/>
    public override Stream? Open(string path, out ContentInfo info)
    {
        info = default;
        if (_entries.GetValueOrDefault(path) is not { IsDirectory: false } entry) return null;
        info = entry.Describe(_assembly, _lastModified);
        return entry.Open(_assembly);
    }

    /// <inheritdoc/>
    public override IEnumerable<ContentInfo> List(string path) =>
        _entries.GetValueOrDefault(path)?.Children.Select(child => child.Describe(_assembly, _lastModified)) ?? [];

    // Where a project is built on Windows, %(RecursiveDir) has backslashes.
    private static string? GetPath(string resource, string prefix)
    {
        string name = resource.Replace('\\', '/');
        if (!name.StartsWith(prefix, StringComparison.Ordinal)) return null;

        string path = name[prefix.Length..];
        if (prefix is not [.., '/' or '.'])
        {
            if (path is not ['/', ..]) return null; // "wwwroot-old/a" is not in "wwwroot"
            path = path[1..];
        }

        return path.Split('/').Any(segment => segment is "" or "." or "..") ? null : path;
    }

    private static void Add(Dictionary<string, EmbeddedEntry> entries, string path, string resource)
    {
        if (entries.ContainsKey(path)) return;

        var entry = new EmbeddedEntry(path[(path.LastIndexOf('/') + 1)..], resource);
        entries.Add(path, entry);
        while (path.Length > 0)
        {
            path = path[..Math.Max(path.LastIndexOf('/'), 0)];
            bool isKnown = entries.TryGetValue(path, out EmbeddedEntry? directory);
            directory ??= new EmbeddedEntry(path[(path.LastIndexOf('/') + 1)..], resource: null);
            directory.Children.Add(entry);
            if (isKnown) return;

            entries.Add(path, directory);
            entry = directory;
        }
    }

    [UnconditionalSuppressMessage(
        "SingleFile", "IL3000:Avoid accessing Assembly file path when publishing as a single file",
        Justification = "Empty is expected, and handled.")]
    private static DateTimeOffset GetTime(Assembly assembly)
    {
        foreach (string? file in (string?[])[assembly.Location, Environment.ProcessPath])
        {
            if (File.Exists(file)) return new DateTimeOffset(File.GetLastWriteTimeUtc(file), TimeSpan.Zero);
        }

        return DateTimeOffset.UtcNow;
    }
}

using System.Reflection;

namespace Pwb.StaticFiles;

/// <summary>A file or a directory among the resources of an assembly.</summary>
/// <param name="name">Its own name.</param>
/// <param name="resource">The name of the resource; null for a directory.</param>
internal sealed class EmbeddedEntry(string name, string? resource)
{
    private long _length;
    private long _identity;

    public string Name => name;

    public bool IsDirectory => resource is null;

    /// <summary>The entries of a directory.</summary>
    public List<EmbeddedEntry> Children { get; } = [];

    public Stream Open(Assembly assembly) =>
        assembly.GetManifestResourceStream(resource!)
            ?? throw new IOException($"The resource '{resource}' of {assembly.GetName().Name} cannot be opened.");

    // When it is first asked for, not at the start of a program that may be waited for. Two at once find out the same.
    public ContentInfo Describe(Assembly assembly, DateTimeOffset lastModified)
    {
        if (IsDirectory) return new ContentInfo(name, IsDirectory: true, Length: 0, lastModified);

        if (Volatile.Read(ref _identity) == 0)
        {
            using Stream content = Open(assembly);
            Volatile.Write(ref _length, content.Length);
            Volatile.Write(ref _identity, ContentHash.Create(content));
        }

        return new ContentInfo(name, IsDirectory: false, Volatile.Read(ref _length), lastModified)
        {
            Identity = Volatile.Read(ref _identity),
        };
    }
}

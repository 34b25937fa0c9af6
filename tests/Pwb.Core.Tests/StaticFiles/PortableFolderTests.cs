using Pwb.StaticFiles;

namespace Pwb.Tests.StaticFiles;

/// <summary>The folder of systems other than Linux, on whatever this is.</summary>
public sealed class PortableFolderTests : FolderTests
{
    protected override ContentSource Create(string root, bool followLinksOutside = false) =>
        new PortableFolder(root, followLinksOutside);
}

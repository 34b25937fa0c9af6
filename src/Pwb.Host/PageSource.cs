namespace Pwb.Host;

/// <summary>
/// A folder whose pages get a suffix that is in no file. The handler takes length, tag and ranges from here, so all of them
/// describe the page with its suffix.
/// </summary>
/// <param name="folder">The folder.</param>
/// <param name="isPage">Whether a path is that of a page.</param>
/// <param name="suffix">The suffix of each page.</param>
internal sealed class PageSource(ContentSource folder, Func<string, bool> isPage, byte[] suffix) : ContentSource
{
    public override ContentInfo? Find(string path) =>
        folder.Find(path) is { } info ? (HasSuffix(path, info) ? Longer(info) : info) : null;

    public override Stream? Open(string path, out ContentInfo info)
    {
        var content = folder.Open(path, out info);
        if (content is null || !HasSuffix(path, info))
            return content;
        var page = new SuffixedStream(content, info.Length, suffix);
        info = Longer(info);
        return page;
    }

    public override IEnumerable<ContentInfo> List(string path) => folder.List(path);

    private bool HasSuffix(string path, in ContentInfo info) => !info.IsDirectory && isPage(path);

    private ContentInfo Longer(in ContentInfo info) => info with { Length = info.Length + suffix.Length };
}

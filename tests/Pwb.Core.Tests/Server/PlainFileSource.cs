namespace Pwb.Tests.Server;

/// <summary>One file, opened as anybody would: a FileStream that is not asynchronous, which no socket sends.</summary>
internal sealed class PlainFileSource(string file) : ContentSource
{
    public override ContentInfo? Find(string path) =>
        path == Path.GetFileName(file)
            ? new ContentInfo(path, IsDirectory: false, new FileInfo(file).Length, DateTimeOffset.UnixEpoch) : null;

    public override Stream? Open(string path, out ContentInfo info)
    {
        info = Find(path) ?? default;
        return info.Name is null ? null : File.OpenRead(file);
    }

    public override IEnumerable<ContentInfo> List(string path) => [];
}

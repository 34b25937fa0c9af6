using System.Text;
using Pwb.StaticFiles;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.StaticFiles;

/// <summary>Invariant 12: whatever a target is, it names a file inside the root, or nothing.</summary>
public sealed class RandomTargetTests : IDisposable
{
    private const string Inside = "INSIDE!";

    private static readonly byte[][] Files = Bytes(
        "a.txt", "index.html", "sub/index.html", "sub/deep/b.txt", "sub/deep/%E4%BD%A0%E5%A5%BD.txt", "%2541", ".well-known/x",
        ".git/config", "sub/.git/config", "x/a.txt", "in", "subl/deep/b.txt",
        "back/in", "sub/up/x/a.txt", "sub/up/subl/up/back/deep/b.txt", "out", "outd/sub/secret.txt", "evil/secret.txt",
        "up/secret.txt", "sub/out", "sub/away/secret.txt", "sub/deep/up/secret.txt",
        "absolute/secret.txt", "absolute/root/a.txt", "system/etc/passwd", "zero", "fifo", "sub/fifo");

    private static readonly byte[][] Names = Bytes(
        "a.txt", "sub", "deep", "b.txt", "index.html", "%E4%BD%A0%E5%A5%BD.txt", ".well-known", "x", "in", "subl", "%41", "%2541",
        "out", "outd", "up", "back", "evil", "away", "absolute", "system", "fifo",
        "root", "root-evil", "secret.txt", "other", ".git", "config", "etc", "passwd", "proc", "self", "environ", "dev", "zero",
        "loop", "CON", "nul.txt", "GIT~1", "a.txt::$DATA", "C:", "missing");

    private static readonly byte[][] Climbs = Bytes(
        "..", ".", "...", "....", "%2e%2e", "%2E.", ".%2e", "%2e", "%252e%252e", "%25%32%65", "%c0%ae%c0%ae", "%e0%80%ae.",
        "%ef%bc%8e%ef%bc%8e", "..%00", "..%20", "..;", "..;x=y", "..%09", "..%0a",
        "%u002e%u002e", "..%c0%af", "..%5c", "..%255c", "..\\", "..%2f", "..%252f", "..%2f..%2f", "\u202e..", "%e2%80%8b..",
        "..:", "~", "..%e2%80%8d", "", "%", "%2", "%zz");

    private static readonly byte[][] Separators = Bytes(
        "/", "/", "/", "/", "/", "/", "/", "//", "%2f", "%2F", "\\", "%5c", "%5C", "%c0%af", "%252f", "%e2%88%95", ";/", "/./",
        "/../", "?", "#", ":", "%00", "%0d%0a");

    private readonly SiteFolder _site = new();

    public RandomTargetTests()
    {
        foreach (string path in (string[])[
            "a.txt", "index.html", "sub/index.html", "sub/deep/b.txt", "sub/deep/你好.txt", "%41", ".well-known/x", ".git/config",
            "sub/.git/config", "x/a.txt"]) _site.Write(path, Inside);
        foreach ((
            string path, string target) in ((string, string)[])[
                ("in", "a.txt"), ("subl", "sub"), ("sub/up", ".."), ("sub/in", "../in"), ("loop", "loop"),
                ("back", "../root/sub")]) _site.Link(path, target);

        _site.Link("out", "../secret.txt");
        _site.Link("outd", "../other");
        _site.Link("evil", "../root-evil");
        _site.Link("up", "..");
        _site.Link("sub/out", "../out");
        _site.Link("sub/away", "../outd/sub");
        _site.Link("sub/deep/up", "../../..");
        _site.Link("absolute", Path.GetDirectoryName(_site.Root)!);
        _site.Link("system", "/");
        _site.Link("zero", "/dev/zero");
        _site.MakeFifo("fifo");
        _site.MakeFifo("sub/fifo");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void No_target_of_very_many_opens_anything_outside(bool isPortable) =>
    AssertNoneOpensAnythingOutside(isPortable, count: 50_000);

    [LongFact]
    public void No_target_of_a_million_opens_anything_outside() =>
    AssertNoneOpensAnythingOutside(isPortable: false, count: 1_000_000);

    public void Dispose() => _site.Dispose();

    private void AssertNoneOpensAnythingOutside(bool isPortable, int count)
    {
        ContentSource folder =
            isPortable ? new PortableFolder(_site.Root, followLinksOutside: false) : new FolderSource(_site.Root);
        Random random = new(20260501);
        Span<byte> target = new byte[4096];
        byte[] inside = Encoding.ASCII.GetBytes(Inside);
        Span<byte> content = new byte[Inside.Length];
        int resolved = 0, opened = 0;
        for (int i = 0; i < count; i++)
        {
            int length = MakeTarget(random, target);
            if (!PathResolver.TryResolve(target[..length], serveHiddenNames: random.Next(2) == 0, out string path, out _, out _))
                continue;

            resolved++;
            if (!IsPlain(path)) Assert.Fail($"{Encoding.Latin1.GetString(target[..length])} became {path}");

            using Stream? stream = folder.Open(path, out ContentInfo info);
            if (stream is null || stream == Stream.Null) continue; // on the portable path, a FIFO is an empty file

            opened++;
            int read = stream.Read(content);
            if (info.Length != Inside.Length || !content[..read].SequenceEqual(inside))
                Assert.Fail($"{Encoding.Latin1.GetString(target[..length])} opened {path}");
        }

        // Else it would prove nothing.
        resolved.Should().BeInRange(count / 4, count * 3 / 4);
        opened.Should().BeGreaterThan(count / 20);
    }

    private static bool IsPlain(ReadOnlySpan<char> path)
    {
        if (path.IsEmpty) return true;
        foreach (Range range in path.Split('/'))
        {
            if (path[range] is "" or "." or ".." || path[range].ContainsAny(OperatingSystem.IsWindows() ? "\\:\0" : "\0"))
                return false;
        }

        return true;
    }

    private static int MakeTarget(Random random, Span<byte> target)
    {
        target[0] = (byte)'/';
        int length = 1;
        int spelling = random.Next(3) == 0 ? 4 : int.MaxValue;
        if (random.Next(3) == 0)
        {
            length = Append(random, Files[random.Next(Files.Length)], spelling, target, length);
        }
        else
        {
            for (int left = random.Next(1, 6); left > 0; left--)
            {
                length = Append(
                    random, random.Next(3) > 0 ? Names[random.Next(Names.Length)] : Climbs[random.Next(Climbs.Length)], spelling,
                    target, length);
                if (left > 1) length = Append(random, Separators[random.Next(Separators.Length)], int.MaxValue, target, length);
            }
        }

        // Any bytes at all, or an escape of any byte.
        switch (random.Next(20))
        {
            case 0:
                target[random.Next(1, length + 1)] = (byte)random.Next(0x100);
                break;
            case 1:
                length = Append(random, [(byte)random.Next(0x100)], escapeOneOf: 1, target, length);
                break;
        }

        return length;
    }

    // Some bytes in another spelling, or none.
    private static int Append(Random random, ReadOnlySpan<byte> token, int escapeOneOf, Span<byte> target, int length)
    {
        foreach (byte value in token)
        {
            if (escapeOneOf == int.MaxValue || value == '/' || random.Next(escapeOneOf) > 0)
            {
                target[length++] = value;
                continue;
            }

            target[length++] = (byte)'%';
            value.TryFormat(target[length..], out int written, random.Next(2) == 0 ? "X2" : "x2");
            length += written;
        }

        return length;
    }

    private static byte[][] Bytes(params string[] tokens) => [.. tokens.Select(Encoding.UTF8.GetBytes)];
}

using System.Net.Sockets;
using Pwb.StaticFiles;

namespace Pwb.Tests.StaticFiles;

/// <summary>What each kind of folder keeps: S5 and S7. The tests of one kind are run for the others too.</summary>
public abstract partial class FolderTests : IDisposable
{
    private readonly SiteFolder _site = new();

    protected FolderTests()
    {
        _site.Write("a.txt", "content of a");
        _site.Write("sub/deep/b.txt", "b");
        _site.Write("empty", "");
    }

    protected string Root => _site.Root;

    protected abstract ContentSource Create(string root, bool followLinksOutside = false);

    [Fact]
    public void Finds_and_opens_files()
    {
        DateTimeOffset modified = new(2024, 2, 29, 12, 0, 0, 123, TimeSpan.Zero);
        File.SetLastWriteTimeUtc(_site.At("sub/deep/b.txt"), modified.UtcDateTime);

        ContentInfo info = Create(Root).Find("sub/deep/b.txt")!.Value;
        (info with { Revision = 0 }).Should().Be(new ContentInfo("b.txt", IsDirectory: false, Length: 1, modified));
        Read("sub/deep/b.txt").Should().Be("b");
        Read("a.txt").Should().Be("content of a");
    }

    [Fact]
    public void What_it_opens_can_be_sent_by_a_socket()
    {
        using Stream stream = Create(Root).Open("a.txt", out _)!;
        FluentActions.Invoking(() => new SendPacketsElement((FileStream)stream, offset: 1, count: 2)).Should().NotThrow();
        stream.Position.Should().Be(0);
    }

    [Fact]
    public async Task What_it_opens_can_be_read_at_any_place_and_asynchronously()
    {
        await using Stream stream = Create(Root).Open("a.txt", out _)!;
        stream.Position = 8;
        byte[] bytes = new byte[10];
        (await stream.ReadAsync(bytes)).Should().Be(4);
        bytes[..4].Should().Equal("of a"u8.ToArray());
        (await stream.ReadAsync(bytes)).Should().Be(0);
        stream.Seek(-1, SeekOrigin.End);
        stream.ReadByte().Should().Be('a');
    }

    [Fact]
    public void Finds_directories_and_opens_none()
    {
        ContentSource folder = Create(Root);
        folder.Find("").Should().Match<ContentInfo?>(info => info!.Value.Name == "" && info.Value.IsDirectory);
        folder.Find("sub/deep").Should().Match<ContentInfo?>(
            info => info!.Value.Name == "deep" && info.Value.IsDirectory && info.Value.Length == 0);
        foreach (string path in (string[])["", "sub", "sub/deep"]) folder.Open(path, out _).Should().BeNull(path);
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("missing/a.txt")]
    [InlineData("a.txt/a.txt")]
    [InlineData("sub/a.txt")]
    [InlineData("A.TXT")]
    public void Has_nothing_where_nothing_is(string path) => HasNothing(path);

    [Fact]
    public void Has_nothing_by_a_name_that_is_too_long()
    {
        HasNothing(new string('a', 256));
        HasNothing(string.Join('/', Enumerable.Repeat(new string('a', 255), 20)));
    }

    [Fact]
    public void Serves_names_with_every_character_that_a_request_can_have()
    {
        string[] names =
        [
            "你好.html", "naïve", "nai\u0308ve", "😀", "a b", " a", "%41", "a%2Fb", "a+b", "a&b=c", "a;b", "a?b", "a#b", "a*b",
            "\"", "'", "<img src=x>", "|", "`$(id)`", "~", "-rf", "a\u202Eb",
            "a\u2028b", "\uFFFD", "12:00:11", "a\\b", "Mr.", "a ", "aux.c", "GIT~1", new string('长', 85),
        ];
        foreach (string name in names) _site.Write($"odd/{name}/{name}", name);

        foreach (string name in names)
        {
            string target = PathResolver.ToTarget($"odd/{name}/{name}");
            PathResolver.TryResolve(System.Text.Encoding.ASCII.GetBytes(target), serveHiddenNames: false, out string path, out _,
                out _).Should().BeTrue(name);
            Read(path).Should().Be(name);
        }

        Create(Root).List("odd").Select(entry => entry.Name).Should().BeEquivalentTo(names);
    }

    [Fact]
    public void An_empty_file_has_an_empty_stream()
    {
        using Stream stream = Create(Root).Open("empty", out ContentInfo info)!;
        info.Should().Match<ContentInfo>(file => file.Name == "empty" && file.Length == 0 && !file.IsDirectory);
        stream.Length.Should().Be(0);
        stream.CanSeek.Should().BeTrue();
        stream.ReadByte().Should().Be(-1);
    }

    [Fact]
    public void Tells_the_length_of_a_file_of_more_than_4_GiB()
    {
        const long length = (5L << 30) + 1;
        using (FileStream file = File.Create(_site.At("large"))) file.SetLength(length); // sparse: it takes no space

        using Stream stream = Create(Root).Open("large", out ContentInfo info)!;
        info.Length.Should().Be(length);
        stream.Position = length - 1;
        stream.ReadByte().Should().Be(0);
        stream.ReadByte().Should().Be(-1);
    }

    [Fact]
    public void Opens_no_fifo_no_socket_and_no_device()
    {
        _site.MakeFifo("fifo");
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(_site.At("socket")));
        foreach (string device in (string[])["null", "zero", "random", "tty"]) _site.Link(device, $"/dev/{device}");

        ContentSource folder = Create(Root, followLinksOutside: true);
        foreach (string path in (string[])["fifo", "socket", "null", "zero", "random", "tty"])
        {
            folder.Find(path).Should().BeNull(path);
            folder.Open(path, out _).Should().BeNull(path);
        }

        folder.List("").Select(entry => entry.Name).Should().BeEquivalentTo(["a.txt", "sub", "empty"]);
    }

    [SkippableFact]
    public void A_path_that_is_longer_than_the_system_takes_is_no_error()
    {
        Skip.If(OperatingSystem.IsWindows(), "it takes a shell to make one");
        string half = string.Join('/', Enumerable.Repeat(new string('d', 250), 9)), whole = $"{half}/{half}/{half}";
        SiteFolder.Run(
            "sh", "-c",
            $"cd '{Root}' && for i in 1 2 3; do mkdir -p '{half}' && cd -P '{half}' || exit 1; ln -s '{half}' on; done && echo "
                + $"deep > file");
        try
        {
            ContentSource folder = Create(Root);
            foreach (string path in (string[])[whole + "/file", $"{half}/on/on/file", $"{half}/on/on", $"{half}/{half}/file"])
            {
                folder.Invoking(source => source.Find(path)).Should().NotThrow();
                folder.Invoking(source => source.Open(path, out _)?.Dispose()).Should().NotThrow();
                folder.Invoking(source => source.List(path).Count()).Should().NotThrow();
            }
        }
        finally
        {
            SiteFolder.Run("rm", "-rf", _site.At(new string('d', 250)));
        }
    }

    [Fact]
    public void Lists_what_it_would_serve()
    {
        _site.Link("in", "a.txt");
        _site.Link("out", "../secret.txt");
        _site.Link("dangling", "missing");
        _site.Write(".hidden", "served if the handler likes");

        ContentSource folder = Create(Root);
        ContentInfo[] entries = [.. folder.List("")];
        entries.Select(entry => entry.Name).Should().BeEquivalentTo(["a.txt", "sub", "empty", "in", ".hidden"]);
        entries.Should().OnlyContain(entry => entry == folder.Find(entry.Name));
        folder.List("sub/deep").Should().Equal(folder.Find("sub/deep/b.txt")!.Value);
        folder.List("a.txt").Should().BeEmpty();
        folder.List("missing").Should().BeEmpty();
    }

    [SkippableFact]
    public void What_may_not_be_read_is_there_but_denied()
    {
        Skip.If(Environment.IsPrivilegedProcess, "root may read everything");
        if (OperatingSystem.IsWindows()) return; // where modes are not what decides
        _site.Write("locked/c.txt", "c");
        File.SetUnixFileMode(_site.At("a.txt"), UnixFileMode.None);
        File.SetUnixFileMode(_site.At("locked"), UnixFileMode.None);

        ContentSource folder = Create(Root);
        folder.Invoking(source => source.Open("a.txt", out _)).Should().Throw<UnauthorizedAccessException>();
        folder.Invoking(source => source.Find("locked/c.txt")).Should().Throw<UnauthorizedAccessException>();
        folder.Invoking(source => source.List("locked").Count()).Should().Throw<UnauthorizedAccessException>();
        folder.List("").Should().Contain(entry => entry.Name == "locked");

        // Behind a link that leaves the root, nothing is told apart.
        _site.Link("out", "..");
        Directory.CreateDirectory(_site.At("denied", ofBase: true), UnixFileMode.None);
        _site.Link("into", "../denied/a");
        HasNothing("out/denied/a");
        HasNothing("into");
        HasNothing("out/missing/a");
        Directory.Delete(_site.At("denied", ofBase: true));
        File.SetUnixFileMode(_site.At("locked"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public void Dispose()
    {
        _site.Dispose();
        GC.SuppressFinalize(this);
    }

    private static string Read(ContentSource folder, string path)
    {
        using Stream? stream = folder.Open(path, out ContentInfo info);
        stream.Should().NotBeNull(path);
        stream!.Length.Should().Be(info.Length);
        info.Should().Be(folder.Find(path));
        return new StreamReader(stream).ReadToEnd();
    }

    private string Read(string path) => Read(Create(Root), path);

    private void HasNothing(string path)
    {
        ContentSource folder = Create(Root);
        folder.Find(path).Should().BeNull(path);
        folder.Open(path, out _).Should().BeNull(path);
    }
}

using System.Net.Sockets;
using Pwb.StaticFiles;

namespace Pwb.Tests.StaticFiles;

/// <summary>What each kind of folder keeps: S5 and S7. The tests of one kind are run for the others too.</summary>
public abstract class FolderTests : IDisposable
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

    [Theory]
    [InlineData("a.txt")]
    [InlineData("./a.txt")]
    [InlineData("sub/../a.txt")]
    [InlineData("sub/deep/../../a.txt")]
    [InlineData("../root/a.txt")]
    [InlineData("links/chain")]
    [InlineData("ROOT/a.txt")]
    public void Follows_links_that_end_inside(string target)
    {
        _site.Link("links/chain", "../links/chained");
        _site.Link("links/chained", "../a.txt");
        _site.Link("link", target.Replace("ROOT", Root));
        Read("link").Should().Be("content of a");
        Create(Root).Find("link")!.Value.Name.Should().Be("link");
    }

    [Fact]
    public void Follows_links_to_directories_inside()
    {
        _site.Link("link", "sub");
        _site.Link("links/up", "..");
        Read("link/deep/b.txt").Should().Be("b");
        Read("links/up/link/deep/b.txt").Should().Be("b");
        Create(Root).Find("link").Should().Match<ContentInfo?>(info => info!.Value.Name == "link" && info.Value.IsDirectory);
    }

    [Theory]
    [InlineData("../secret.txt", "")]
    [InlineData("BASE/secret.txt", "")]
    [InlineData("../root-evil/secret.txt", "")]
    [InlineData("../root-evil", "/secret.txt")]
    [InlineData("..", "/secret.txt")]
    [InlineData("BASE", "/secret.txt")]
    [InlineData("../other", "/sub/secret.txt")]
    [InlineData("../other/sub", "/secret.txt")]
    [InlineData("away/sub/secret.txt", "")]
    [InlineData("away/../secret.txt", "")]
    [InlineData("chain", "")]
    [InlineData("/", "/etc/passwd")]
    [InlineData("/etc/passwd", "")]
    [InlineData("/dev/zero", "")]
    [InlineData("/dev/stdin", "")]
    [InlineData("/proc/self/environ", "")]
    [InlineData("/proc/self/root/etc/passwd", "")]
    [InlineData("/proc/self/cwd", "")]
    public void Has_nothing_behind_a_link_that_leaves_the_root(string target, string rest)
    {
        _site.Link("away", "../other");
        _site.Link("chain", "sub/chained");
        _site.Link("sub/chained", "../../secret.txt");
        _site.Link("link", target.Replace("BASE", Path.GetDirectoryName(Root)));

        HasNothing("link" + rest);
        HasNothing("link");
        Create(Root).List("link").Should().BeEmpty();
        Create(Root).List("").Select(entry => entry.Name).Should().BeEquivalentTo(["a.txt", "sub", "empty"]);
    }

    [Fact]
    public void A_link_may_go_out_and_come_back()
    {
        _site.Link("../other/back", "../root/sub");
        _site.Link("link", "../other/back/deep/b.txt");
        Read("link").Should().Be("b");
    }

    [Theory]
    [InlineData("../secret.txt", "link")]
    [InlineData("../root-evil", "link/secret.txt")]
    public void Serves_what_is_outside_by_link_if_told_to(string target, string path)
    {
        _site.Link("link", target);
        using Stream stream = Create(Root, followLinksOutside: true).Open(path, out _)!;
        new StreamReader(stream).ReadToEnd().Should().Be(SiteFolder.Outside);
        Create(Root, followLinksOutside: true).List("").Should().Contain(entry => entry.Name == "link");
    }

    [Theory]
    [InlineData("loop", "loop")]
    [InlineData("one", "two")]
    [InlineData("a.txt/loop", "")]
    [InlineData("dangling", "missing")]
    public void Has_nothing_at_the_end_of_a_loop(string path, string target)
    {
        if (target.Length > 0) _site.Link(path, target);
        if (target == "two") _site.Link("two", path);
        HasNothing(path);
        Create(Root).List("").Should().HaveCount(3);
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
    public void Somebody_who_swaps_a_file_and_a_link_gets_nothing_outside()
    {
        Skip.If(OperatingSystem.IsWindows(), "links take a privilege there");
        ContentSource folder = Create(Root);
        using CancellationTokenSource over = new();
        Thread swapping = new(() =>
        {
            for (int i = 0; !over.IsCancellationRequested; i++)
            {
                if (i % 2 == 0) _site.Link("new", "../secret.txt");
                else File.WriteAllText(_site.At("new"), "inside");
                File.Move(_site.At("new"), _site.At("swapped"), overwrite: true);
            }
        });
        swapping.Start();

        HashSet<string> seen = [];
        for (int i = 0; i < 5000; i++)
        {
            using Stream? stream = folder.Open("swapped", out _);
            if (stream is not null) seen.Add(new StreamReader(stream).ReadToEnd());
        }

        over.Cancel();
        swapping.Join();
        seen.Should().NotContain(SiteFolder.Outside);
    }

    [Fact]
    public void A_file_that_is_replaced_is_read_whole()
    {
        ContentSource folder = Create(Root);
        using Stream old = folder.Open("a.txt", out _)!;
        _site.Write("new", "another content");
        File.Move(_site.At("new"), _site.At("a.txt"), overwrite: true);

        new StreamReader(old).ReadToEnd().Should().Be("content of a");
        Read("a.txt").Should().Be("another content");
    }

    [Fact]
    public void A_file_may_be_written_deleted_and_locked_by_others_while_it_is_read()
    {
        using (Stream stream = Create(Root).Open("a.txt", out _)!)
        {
            File.AppendAllText(_site.At("a.txt"), "!");
            File.Delete(_site.At("a.txt"));
            new StreamReader(stream).ReadToEnd().Should().Be("content of a!");
        }

        HasNothing("a.txt");
    }

    [Fact]
    public void The_root_may_be_deleted_and_made_again()
    {
        ContentSource folder = Create(Root);
        Directory.Delete(Root, recursive: true);
        folder.Find("").Should().BeNull();
        folder.Find("a.txt").Should().BeNull();
        folder.List("").Should().BeEmpty();

        _site.Write("a.txt", "new");
        folder.Find("a.txt")!.Value.Length.Should().Be(3);
    }

    [Fact]
    public void The_root_may_be_a_link_that_is_switched()
    {
        _site.Write("../releases/1/a.txt", "one");
        _site.Write("../releases/2/a.txt", "two");
        _site.Link("../releases/2/old.txt", "../1/a.txt");
        _site.Link("../current", "releases/1");
        ContentSource folder = Create(_site.At("current", ofBase: true));
        Read(folder, "a.txt").Should().Be("one");

        File.Delete(_site.At("current", ofBase: true));
        _site.Link("../current", "releases/2");
        folder.Find("old.txt").Should().BeNull("the boundary has moved with it");
        Read(folder, "a.txt").Should().Be("two");
    }

    [Fact]
    public void The_root_may_be_a_link_that_is_switched_to_a_folder_inside_the_old_one()
    {
        _site.Write("../releases/secret.txt", SiteFolder.Outside);
        _site.Write("../releases/1/a.txt", "one");
        _site.Link("../releases/1/up.txt", "../secret.txt");
        _site.Link("../current", "releases");
        ContentSource folder = Create(_site.At("current", ofBase: true));
        Read(folder, "1/up.txt").Should().Be(SiteFolder.Outside);

        File.Delete(_site.At("current", ofBase: true));
        _site.Link("../current", "releases/1");
        Read(folder, "a.txt").Should().Be("one");
        folder.Find("up.txt").Should().BeNull();
        folder.Open("up.txt", out _).Should().BeNull();
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

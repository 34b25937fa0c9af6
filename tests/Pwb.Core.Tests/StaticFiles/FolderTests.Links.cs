namespace Pwb.Tests.StaticFiles;

/// <content>Links, and what changes under way.</content>
public abstract partial class FolderTests
{
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
}

using System.Globalization;
using System.Runtime.InteropServices;
using Pwb.Platform;
using Pwb.StaticFiles;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.StaticFiles;

/// <summary>The public folder: on Linux, by descriptors.</summary>
public sealed class FolderSourceTests : FolderTests
{
    protected override ContentSource Create(string root, bool followLinksOutside = false) =>
        new FolderSource(root, followLinksOutside);

    [Theory]
    [InlineData("..")]
    [InlineData("../secret.txt")]
    [InlineData("sub/../a.txt")]
    [InlineData("sub/../../secret.txt")]
    [InlineData("a.txt\0")]
    [InlineData("a.txt\0.html")]
    public void Has_nothing_by_a_path_that_no_handler_asks_for(string path)
    {
        foreach (bool followLinksOutside in (bool[])[false, true])
        {
            ContentSource folder = Create(Root, followLinksOutside);
            folder.Find(path).Should().BeNull();
            folder.Open(path, out _).Should().BeNull();
            folder.List(path).Should().BeEmpty();
        }
    }

    [Fact]
    public void Takes_a_relative_root_and_one_with_a_slash_at_its_end()
    {
        Create(Path.GetRelativePath(Environment.CurrentDirectory, Root)).Find("a.txt").Should().NotBeNull();
        Create(Root + "/").Find("a.txt").Should().NotBeNull();
        Create(Root + "/sub/..").Find("a.txt").Should().NotBeNull();
    }

    [Fact]
    public void The_root_of_the_system_can_be_the_root()
    {
        ContentSource folder = Create(Path.GetPathRoot(Root)!);
        folder.Find(Path.Combine(Root, "a.txt")[1..]).Should().NotBeNull();
        folder.Find("")!.Value.IsDirectory.Should().BeTrue();
    }

    [Fact]
    public void Refuses_a_root_that_is_no_directory()
    {
        FluentActions.Invoking(() => Create(Path.Combine(Root, "missing")))
            .Should().Throw<DirectoryNotFoundException>().WithMessage($"There is no directory '{Root}/missing'.");
        FluentActions.Invoking(() => Create(Path.Combine(Root, "a.txt"))).Should().Throw<ArgumentException>()
            .WithMessage($"It is not a directory: '{Root}/a.txt'*").And.ParamName.Should().Be("root");
        FluentActions.Invoking(() => Create("")).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => Create(null!)).Should().Throw<ArgumentNullException>();
    }

    [SkippableFact]
    public void On_Linux_a_file_has_its_inode_and_its_nanoseconds()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "other systems have no such calls");
        ContentSource folder = Create(Root);
        ContentInfo before = folder.Find("a.txt")!.Value;
        File.Copy(Path.Combine(Root, "a.txt"), Path.Combine(Root, "new"));
        File.Move(Path.Combine(Root, "new"), Path.Combine(Root, "a.txt"), overwrite: true);
        File.SetLastWriteTimeUtc(Path.Combine(Root, "a.txt"), before.LastModified.UtcDateTime);

        ContentInfo after = folder.Find("a.txt")!.Value;
        after.Revision.Should().NotBe(before.Revision).And.NotBe(0);
        (after with { Revision = 0 }).Should().Be(before with { Revision = 0 }, "clients are told nothing about inodes");
    }

    [SkippableFact]
    public void On_Linux_a_change_that_keeps_length_and_time_shows()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "other systems have no such calls");
        string path = Path.Combine(Root, "a.txt");
        ContentSource folder = Create(Root);
        ContentInfo before = folder.Find("a.txt")!.Value;
        File.WriteAllText(path, "CONTENT OF A");
        File.SetLastWriteTimeUtc(path, before.LastModified.UtcDateTime);
        ContentInfo edited = folder.Find("a.txt")!.Value;
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead);
        ContentInfo denied = folder.Find("a.txt")!.Value;

        edited.Should().NotBe(before);
        denied.Should().NotBe(edited);
        (edited with { Revision = 0 }).Should().Be(before with { Revision = 0 });
    }

    [Fact]
    public async Task Replicas_have_equal_tags_and_files_of_one_length_and_time_have_not()
    {
        foreach ((string path, string content) in new[] { ("one/a", "same"), ("two/a", "same"), ("other/a", "else") })
        {
            Directory.CreateDirectory(Path.Combine(Root, Path.GetDirectoryName(path)!));
            foreach ((string name, int length) in new[] { ("", 1), (".bin", 50_000) })
            {
                string file = Path.Combine(Root, path + name);
                await File.WriteAllTextAsync(file, string.Concat(Enumerable.Repeat(content, length)));
                File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch.AddSeconds(1));
            }
        }

        var site = new Site(source: Create(Root));
        foreach (string name in (string[])["a", "a.bin"])
        {
            string? one = (await site.GetAsync("/one/" + name))["ETag"];
            (await site.GetAsync("/two/" + name))["ETag"].Should().Be(one);
            (await site.GetAsync("/other/" + name))["ETag"].Should().NotBe(one);
        }
    }

    [SkippableFact]
    public void On_Linux_two_file_systems_with_equal_files_are_told_apart()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "other systems have no such calls");
        byte[] status = new byte[256];
        BitConverter.TryWriteBytes(status.AsSpan(28), (ushort)0x8000);
        long[] revisions = [.. new[] { 32, 96, 104, 136, 140 }.Select(offset =>
        {
            byte[] other = [.. status];
            BitConverter.TryWriteBytes(other.AsSpan(offset), 1);
            return LinuxFolder.Describe(MemoryMarshal.Read<LinuxStatus>(other), "a")!.Value.Revision;
        })];

        revisions.Append(LinuxFolder.Describe(MemoryMarshal.Read<LinuxStatus>(status), "a")!.Value.Revision)
            .Should().OnlyHaveUniqueItems("inode, time of change and both numbers of the device count");
    }

    [SkippableFact]
    public void On_Linux_a_magic_link_of_proc_is_never_followed()
    {
        Skip.IfNot(ThisSystem.IsLinux, "other systems have no /proc");

        // Through it, the path of another mount namespace's file reads as if the file were ours.
        File.CreateSymbolicLink(Path.Combine(Root, "link"), $"/proc/self/root{Root}/a.txt");
        foreach (bool followLinksOutside in (bool[])[false, true])
        {
            ContentSource folder = Create(Root, followLinksOutside);
            folder.Find("link").Should().BeNull();
            folder.Open("link", out _).Should().BeNull();
            folder.List("").Should().NotContain(entry => entry.Name == "link");
        }
    }

    [SkippableFact]
    public async Task On_Linux_a_file_that_another_program_has_leased_is_busy_at_once_and_others_are_not()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "other systems have no leases");
        using LeasedFile lease = new(Path.Combine(Root, "a.txt"));
        Skip.IfNot(lease.IsHeld, "this file system has no leases");
        ContentSource folder = Create(Root);

        folder.Find("a.txt")!.Value.Length.Should().Be(12);
        Exception busy =
            await Task.Run(() => folder.Invoking(source => source.Open("a.txt", out _)).Should().Throw<IOException>().Which)
                .WaitAsync(Wire.SafetyTimeout);
        FileErrors.IsTemporary((IOException)busy).Should().BeTrue();

        WireResponse response = await new Site(source: folder).GetAsync("/a.txt");
        response.Status.Should().Be(503);
        response["Retry-After"].Should().Be("1");
        (await new Site(source: folder).GetAsync("/sub/deep/b.txt")).ContentText.Should().Be("b");
    }

    [SkippableFact]
    public void On_Linux_one_that_is_made_without_a_descriptor_left_is_an_error()
    {
        Skip.IfNot(ThisSystem.IsLinux, "other systems have no such calls");
        Exception? exception = null;
        bool isWithout = false;

        // A thread with descriptors of its own, so that nobody else runs out of them.
        Thread thread = new(() =>
        {
            isWithout = OwnDescriptors.TryExhaust();
            exception = isWithout ? Record.Exception(() => Create(Root)) : null;
        });
        thread.Start();
        thread.Join();

        Skip.IfNot(isWithout, "the limit is too high, or a thread cannot have descriptors of its own");
        exception.Should().BeOfType<IOException>().Which.Should().Match<IOException>(error => FileErrors.IsTemporary(error));
    }

    [Theory]
    [InlineData(0x8000, false)]
    [InlineData(0x4000, true)]
    [InlineData(0x1000, null)]
    [InlineData(0x2000, null)]
    [InlineData(0x6000, null)]
    [InlineData(0xA000, null)]
    [InlineData(0xC000, null)]
    public void A_status_of_Linux_is_a_file_or_a_directory_or_nothing(ushort type, bool? isDirectory)
    {
        byte[] status = new byte[256];
        BitConverter.TryWriteBytes(status.AsSpan(28), (ushort)(type | 0x1FF));
        bool? actual = LinuxFolder.Describe(MemoryMarshal.Read<LinuxStatus>(status), "a")?.IsDirectory;
        actual.Should().Be(isDirectory);
    }

    [Theory]
    [InlineData(long.MinValue, "0001-01-01 00:00:00Z")]
    [InlineData(-1, "1969-12-31 23:59:59Z")]
    [InlineData(0, "1970-01-01 00:00:00Z")]
    [InlineData(long.MaxValue, "9999-12-31 23:59:59Z")]
    public void A_time_that_a_file_cannot_have_is_the_nearest_that_it_can(long seconds, string expected)
    {
        byte[] status = new byte[256];
        BitConverter.TryWriteBytes(status.AsSpan(28), (ushort)0x8000);
        BitConverter.TryWriteBytes(status.AsSpan(112), seconds);
        LinuxFolder.Describe(MemoryMarshal.Read<LinuxStatus>(status), "a")!.Value.LastModified
            .ToString("u", CultureInfo.InvariantCulture).Should().Be(expected);
    }

    [SkippableTheory]
    [InlineData(24, true)]
    [InlineData(23, true)]
    [InlineData(11, true)]
    [InlineData(35, false)]
    [InlineData(5, false)]
    [InlineData(2, false)]
    public void Knows_what_may_be_over_soon(int error, bool isTemporary)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "other systems have other numbers");
        FileErrors.IsTemporary(new IOException("open", error)).Should().Be(isTemporary);
    }
}

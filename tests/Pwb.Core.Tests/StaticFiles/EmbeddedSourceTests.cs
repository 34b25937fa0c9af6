using System.Reflection;

namespace Pwb.Tests.StaticFiles;

/// <summary>Resources of an assembly, as files. Those of the tests are in the folder Embedded.</summary>
public sealed class EmbeddedSourceTests
{
    private static readonly Assembly Assembly = typeof(EmbeddedSourceTests).Assembly;

    private readonly EmbeddedSource _source = new(Assembly, "embedded/");

    [Theory]
    [InlineData("index.html", "index.html", "<!doctype html>")]
    [InlineData("sub/deeper/a.b.txt", "a.b.txt", "deep")]
    [InlineData("sub/empty.txt", "empty.txt", "")]
    [InlineData("sub/你好 %41.txt", "你好 %41.txt", "你好")]
    public void Has_the_files(string path, string name, string content)
    {
        using Stream stream = _source.Open(path, out ContentInfo info)!;
        stream.CanSeek.Should().BeTrue();
        stream.Length.Should().Be(info.Length);
        new StreamReader(stream).ReadToEnd().Should().Be(content);
        info.Name.Should().Be(name);
        info.IsDirectory.Should().BeFalse();
        info.Identity.Should().NotBe(0);
        _source.Find(path).Should().Be(info);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("sub", "sub")]
    [InlineData("sub/deeper", "deeper")]
    public void Has_the_directories(string path, string name)
    {
        _source.Find(path).Should().Match<ContentInfo?>(
            info => info!.Value.Name == name && info.Value.IsDirectory && info.Value.Length == 0);
        _source.Open(path, out _).Should().BeNull();
    }

    [Theory]
    [InlineData("INDEX.html")]
    [InlineData("index.html/")]
    [InlineData("index.html/a")]
    [InlineData("/index.html")]
    [InlineData("sub/")]
    [InlineData("sub/..")]
    [InlineData("../outside.html")]
    [InlineData("outside.html")]
    [InlineData("embedded/index.html")]
    [InlineData("..")]
    [InlineData("-not/index.html")]
    public void Has_nothing_else(string path)
    {
        _source.Find(path).Should().BeNull();
        _source.Open(path, out _).Should().BeNull();
        _source.List(path).Should().BeEmpty();
    }

    [Fact]
    public void Lists_each_directory_once()
    {
        _source.List("").Select(entry => (entry.Name, entry.IsDirectory)).Should().BeEquivalentTo(
            [("index.html", false), ("sub", true)]);
        _source.List("sub").Should().BeEquivalentTo(
            [_source.Find("sub/deeper"), _source.Find("sub/empty.txt"), _source.Find("sub/你好 %41.txt")]);
        _source.List("index.html").Should().BeEmpty();
    }

    [Fact]
    public void Takes_a_prefix_with_or_without_its_slash_but_no_half_segment()
    {
        new EmbeddedSource(Assembly, "embedded").List("").Should().BeEquivalentTo(_source.List(""));
        new EmbeddedSource(Assembly, "embedded-not").Find("index.html").Should().NotBeNull();
        FluentActions.Invoking(() => new EmbeddedSource(Assembly, "embed")).Should().Throw<ArgumentException>().WithMessage(
            "Pwb.Core.Tests has no embedded resource whose name begins with 'embed'.*");
    }

    [Theory]
    [InlineData("windows/")]
    [InlineData("windows\\")]
    [InlineData("windows")]
    public void Takes_backslashes_for_separators(string prefix)
    {
        var source = new EmbeddedSource(Assembly, prefix);
        source.Find("sub/index.html").Should().NotBeNull();
        source.List("").Should().ContainSingle().Which.Name.Should().Be("sub");
    }

    [Fact]
    public void The_identity_is_that_of_the_content_and_the_time_that_of_the_assembly()
    {
        ContentInfo info = _source.Find("index.html")!.Value;
        new EmbeddedSource(Assembly, "windows").Find("sub/index.html")!.Value.Identity.Should().Be(info.Identity);
        _source.Find("sub/empty.txt")!.Value.Identity.Should().NotBe(info.Identity);
        info.LastModified.UtcDateTime.Should().Be(File.GetLastWriteTimeUtc(Assembly.Location));
    }

    [Fact]
    public void Needs_an_assembly_and_a_prefix()
    {
        FluentActions.Invoking(() => new EmbeddedSource(null!, "embedded")).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => new EmbeddedSource(Assembly, null!)).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => new EmbeddedSource(Assembly, "")).Should().Throw<ArgumentException>(
            "it would show every resource");
    }
}

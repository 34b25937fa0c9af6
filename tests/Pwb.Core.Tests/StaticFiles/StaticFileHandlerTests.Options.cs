namespace Pwb.Tests.StaticFiles;

/// <content>Options that are not valid.</content>
public sealed partial class StaticFileHandlerTests
{
    public static TheoryData<StaticFileOptions, string> BadOptions => new()
    {
        { new StaticFileOptions { Headers = [("bad name", "x")] }, "token" },
        { new StaticFileOptions { Headers = [("ETag", "x")] }, "ETag" },
        { new StaticFileOptions { CacheControl = [("assets", "x")] }, "assets" },
        { new StaticFileOptions { CacheControl = [("*", "a\r\nb")] }, "Cache-Control" },
        { new StaticFileOptions { ContentTypes =
            new Dictionary<string, string>(StringComparer.Ordinal) { ["txt"] = "text/plain" } }, "txt" },
        { new StaticFileOptions { IndexFiles = ["/index.html"] }, "/index.html" },
        { new StaticFileOptions { IndexFiles = [".."] }, ".." },
        { new StaticFileOptions { IndexFiles = ["a/b"] }, "a/b" },
        { new StaticFileOptions { Fallback = "" }, "relative" },
        { new StaticFileOptions { Fallback = "../x" }, "../x" },
        { new StaticFileOptions { NotFoundPage = "a/../../x" }, "a/../../x" },
        { new StaticFileOptions { PrecompressedCodings = ["deflate"] }, "deflate" },
        { new StaticFileOptions { PrecompressedCodings = ["identity"] }, "identity" },
        { new StaticFileOptions { MaxRanges = 0 }, "MaxRanges" },
        { new StaticFileOptions { MaxCachedFileLength = -1 }, "MaxCachedFileLength" },
        { new StaticFileOptions { MaxCacheLength = -1 }, "MaxCacheLength" },
    };

    [Theory]
    [MemberData(nameof(BadOptions))]
    public void Refuses_options_that_are_not_valid(StaticFileOptions options, string named)
    {
        FluentActions.Invoking(() => new StaticFileHandler(new MemorySource(), options))
            .Should().Throw<ArgumentException>().WithMessage($"*{named}*");
    }

    [Fact]
    public void Refuses_a_root_that_is_no_folder()
    {
        FluentActions.Invoking(() => new StaticFileHandler("/no/such/folder")).Should().Throw<DirectoryNotFoundException>();
    }
}

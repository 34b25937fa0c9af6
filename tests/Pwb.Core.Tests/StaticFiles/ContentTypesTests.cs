using System.Collections.Frozen;
using System.Net.Http.Headers;
using Pwb.StaticFiles;

namespace Pwb.Tests.StaticFiles;

/// <summary>R19: Content-Type, from the table or the caller.</summary>
public sealed class ContentTypesTests
{
    private static readonly ContentTypes BuiltIn = new(FrozenDictionary<string, string>.Empty);

    [Theory]
    [InlineData("index.html", "text/html; charset=utf-8")]
    [InlineData("index.htm", "text/html; charset=utf-8")]
    [InlineData("a.xhtml", "application/xhtml+xml")]
    [InlineData("style.css", "text/css; charset=utf-8")]
    [InlineData("app.js", "text/javascript; charset=utf-8")]
    [InlineData("app.mjs", "text/javascript; charset=utf-8")]
    [InlineData("app.js.map", "application/json")]
    [InlineData("a.json", "application/json")]
    [InlineData("a.jsonld", "application/ld+json")]
    [InlineData("a.geojson", "application/geo+json")]
    [InlineData("site.webmanifest", "application/manifest+json")]
    [InlineData("a.wasm", "application/wasm")]
    [InlineData("a.txt", "text/plain; charset=utf-8")]
    [InlineData("a.log", "text/plain; charset=utf-8")]
    [InlineData("a.md", "text/markdown; charset=utf-8")]
    [InlineData("a.csv", "text/csv; charset=utf-8")]
    [InlineData("a.ics", "text/calendar; charset=utf-8")]
    [InlineData("a.vtt", "text/vtt; charset=utf-8")]
    [InlineData("a.xml", "application/xml")]
    [InlineData("a.xsl", "application/xslt+xml")]
    [InlineData("a.rss", "application/rss+xml")]
    [InlineData("a.atom", "application/atom+xml")]
    [InlineData("a.yaml", "application/yaml")]
    [InlineData("a.toml", "application/toml")]
    [InlineData("a.rtf", "application/rtf")]
    [InlineData("a.pdf", "application/pdf")]
    [InlineData("a.epub", "application/epub+zip")]
    [InlineData("a.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document")]
    [InlineData("a.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")]
    [InlineData("a.odt", "application/vnd.oasis.opendocument.text")]
    [InlineData("favicon.ico", "image/vnd.microsoft.icon")]
    [InlineData("a.png", "image/png")]
    [InlineData("a.apng", "image/apng")]
    [InlineData("a.jpg", "image/jpeg")]
    [InlineData("a.jpeg", "image/jpeg")]
    [InlineData("a.gif", "image/gif")]
    [InlineData("a.bmp", "image/bmp")]
    [InlineData("a.tiff", "image/tiff")]
    [InlineData("a.webp", "image/webp")]
    [InlineData("a.avif", "image/avif")]
    [InlineData("a.jxl", "image/jxl")]
    [InlineData("a.heic", "image/heic")]
    [InlineData("a.svg", "image/svg+xml")]
    [InlineData("a.svgz", "application/gzip")]
    [InlineData("a.woff", "font/woff")]
    [InlineData("a.woff2", "font/woff2")]
    [InlineData("a.ttf", "font/ttf")]
    [InlineData("a.otf", "font/otf")]
    [InlineData("a.eot", "application/vnd.ms-fontobject")]
    [InlineData("a.mp3", "audio/mpeg")]
    [InlineData("a.m4a", "audio/mp4")]
    [InlineData("a.aac", "audio/aac")]
    [InlineData("a.ogg", "audio/ogg")]
    [InlineData("a.opus", "audio/ogg")]
    [InlineData("a.flac", "audio/flac")]
    [InlineData("a.wav", "audio/wav")]
    [InlineData("a.weba", "audio/webm")]
    [InlineData("a.mid", "audio/midi")]
    [InlineData("a.mp4", "video/mp4")]
    [InlineData("a.webm", "video/webm")]
    [InlineData("a.ogv", "video/ogg")]
    [InlineData("a.mkv", "video/matroska")]
    [InlineData("a.mov", "video/quicktime")]
    [InlineData("a.avi", "video/x-msvideo")]
    [InlineData("a.3gp", "video/3gpp")]
    [InlineData("a.ts", "video/mp2t")]
    [InlineData("a.m3u8", "application/vnd.apple.mpegurl")]
    [InlineData("a.mpd", "application/dash+xml")]
    [InlineData("a.glb", "model/gltf-binary")]
    [InlineData("a.gltf", "model/gltf+json")]
    [InlineData("a.stl", "model/stl")]
    [InlineData("a.obj", "model/obj")]
    [InlineData("a.usdz", "model/vnd.usdz+zip")]
    [InlineData("a.zip", "application/zip")]
    [InlineData("a.tar", "application/x-tar")]
    [InlineData("a.tar.gz", "application/gzip")]
    [InlineData("a.tgz", "application/gzip")]
    [InlineData("a.zst", "application/zstd")]
    [InlineData("a.7z", "application/x-7z-compressed")]
    [InlineData("a.rar", "application/vnd.rar")]
    [InlineData("a.deb", "application/vnd.debian.binary-package")]
    [InlineData("a.apk", "application/vnd.android.package-archive")]
    [InlineData("a.jar", "application/java-archive")]
    [InlineData("a.sqlite", "application/vnd.sqlite3")]
    [InlineData("a.parquet", "application/vnd.apache.parquet")]
    [InlineData("Program.cs", "text/plain; charset=utf-8")]
    [InlineData("a.py", "text/x-python; charset=utf-8")]
    [InlineData("a.exe", "application/octet-stream")]
    [InlineData("a.iso", "application/octet-stream")]
    [InlineData("a.bin", "application/octet-stream")]
    public void Knows_the_types_of_the_web(string fileName, string expected) => BuiltIn.Get(fileName).Should().Be(expected);

    [Theory]
    [InlineData("INDEX.HTML", "text/html; charset=utf-8")]
    [InlineData("a.JpEg", "image/jpeg")]
    [InlineData("a.b.c.css", "text/css; charset=utf-8")]
    [InlineData("你好.html", "text/html; charset=utf-8")]
    [InlineData("a b.html", "text/html; charset=utf-8")]
    [InlineData(".html", "text/html; charset=utf-8")]
    [InlineData("html", "application/octet-stream")]
    [InlineData("README", "application/octet-stream")]
    [InlineData("a.", "application/octet-stream")]
    [InlineData("a.html.", "application/octet-stream")]
    [InlineData("a.html ", "application/octet-stream")]
    [InlineData("a.unknown", "application/octet-stream")]
    [InlineData("a.html~", "application/octet-stream")]
    [InlineData("a.#", "application/octet-stream")]
    [InlineData("a.ＨＴＭＬ", "application/octet-stream")]
    [InlineData("", "application/octet-stream")]
    [InlineData("deep/in/a/tree.css/page.html", "text/html; charset=utf-8")]
    [InlineData("tree.css/README", "application/octet-stream")]
    public void Goes_by_what_follows_the_last_dot_in_any_case(string fileName, string expected) =>
    BuiltIn.Get(fileName).Should().Be(expected);

    [Fact]
    public void The_callers_types_come_first_and_stay_as_they_are()
    {
        ContentTypes types = new(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [".ts"] = "text/typescript",
            [".HTML"] = "text/html; charset=gb18030",
            [".mine"] = "application/vnd.mine",
        });
        types.Get("a.ts").Should().Be("text/typescript");
        types.Get("a.html").Should().Be("text/html; charset=gb18030");
        types.Get("a.MINE").Should().Be("application/vnd.mine");
        types.Get("a.htm").Should().Be("text/html; charset=utf-8");
        BuiltIn.Get("a.ts").Should().Be("video/mp2t");
    }

    [Fact]
    public void Every_line_of_the_table_is_a_type_with_extensions_of_its_own()
    {
        using StreamReader reader = new(typeof(ContentTypes).Assembly.GetManifestResourceStream("content-types.txt")!);
        string[] lines = [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] != '#')];
        lines.Should().HaveCountGreaterThan(1300).And.OnlyHaveUniqueItems().And.BeInAscendingOrder(StringComparer.Ordinal);
        lines.Should().OnlyContain(
            line => System.Text.RegularExpressions.Regex.IsMatch(line, "^[a-z-]+/[a-z0-9][a-z0-9.+_-]*( [a-z0-9_+-]+)+$"));

        string[] extensions = [.. lines.SelectMany(line => line.Split(' ').Skip(1))];
        extensions.Should().HaveCountGreaterThan(1700).And.OnlyHaveUniqueItems();
        foreach (string extension in extensions)
            MediaTypeHeaderValue.TryParse(BuiltIn.Get("a." + extension), out _).Should().BeTrue(extension);
    }
}

using System.Text;
using Pwb.StaticFiles;

namespace Pwb.Tests.StaticFiles;

/// <summary>
/// S5: what the path of a request names, and what it can never name. Without isWindows, the rules of other systems hold.
/// </summary>
public sealed partial class PathResolverTests
{
    [Theory]
    [InlineData("/", "", true)]
    [InlineData("/a", "a", false)]
    [InlineData("/a.txt", "a.txt", false)]
    [InlineData("/a/", "a", true)]
    [InlineData("/a/b.txt", "a/b.txt", false)]
    [InlineData("/a/b/", "a/b", true)]
    [InlineData("/%61", "a", false)]
    [InlineData("/a%20b", "a b", false)]
    [InlineData("/%20a", " a", false)]
    [InlineData("/a+b", "a+b", false)]
    [InlineData("/a;b=c", "a;b=c", false)]
    [InlineData("/a%3Fb", "a?b", false)]
    [InlineData("/a%23b", "a#b", false)]
    [InlineData("/a*b%22%3C%3E%7C", "a*b\"<>|", false)]
    [InlineData("/a%2541", "a%41", false)]
    [InlineData("/%252e%252e/a", "%2e%2e/a", false)]
    [InlineData("/%E4%BD%A0%E5%A5%BD.html", "你好.html", false)]
    [InlineData("/%e4%bd%a0", "你", false)]
    [InlineData("/%F0%9F%98%80", "😀", false)]
    [InlineData("/a%E2%80%8Db", "a\u200Db", false)]
    [InlineData("/%EF%BC%8E%EF%BC%8E/a", "．．/a", false)]
    [InlineData("/a..b", "a..b", false)]
    [InlineData("/a...b/~c", "a...b/~c", false)]
    [InlineData("/.well-known/acme-challenge/x", ".well-known/acme-challenge/x", false)]
    [InlineData("/.well-known", ".well-known", false)]
    [InlineData("/.well-known/", ".well-known", true)]
    [InlineData("/%2Ewell-known/x", ".well-known/x", false)]
    [InlineData("/console/auxiliary/null", "console/auxiliary/null", false)]
    [InlineData("/COM/LPT/COMA/LPTX/COM10/COM%C2%B4", "COM/LPT/COMA/LPTX/COM10/COM´", false)]
    [InlineData("/CONIN/CONOUT/xCON/CON-/CON$", "CONIN/CONOUT/xCON/CON-/CON$", false)]
    [InlineData("/git~1", "git~1", false)]
    public void Resolves(string target, string path, bool isDirectoryForm)
    {
        Resolve(target).Should().Be((path, isDirectoryForm));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("*")]
    [InlineData("\\a")]
    public void Refuses_what_does_not_begin_with_a_slash(string target) => Resolve(target).Should().BeNull();

    [Theory]
    [InlineData("//", "", true)]
    [InlineData("///", "", true)]
    [InlineData("//a", "a", false)]
    [InlineData("//evil.example/a", "evil.example/a", false)]
    [InlineData("/a//b", "a/b", false)]
    [InlineData("/a///b//", "a/b", true)]
    public void Leaves_empty_segments_out_and_says_so(string target, string path, bool isDirectoryForm)
    {
        PathResolver.TryResolve(Encoding.ASCII.GetBytes(target), false, out string resolved, out bool isDirectory,
            out bool hasEmptySegments).Should().BeTrue();

        (resolved, isDirectory, hasEmptySegments).Should().Be((path, isDirectoryForm, true));
    }

    [Theory]
    [InlineData("//..")]
    [InlineData("/a//%2e%2e")]
    [InlineData("//.git")]
    [InlineData("//%2Fa")]
    public void Checks_what_an_empty_segment_stands_before(string target) => Resolve(target).Should().BeNull();

    [Theory]
    [InlineData("/.")]
    [InlineData("/..")]
    [InlineData("/./")]
    [InlineData("/../")]
    [InlineData("/../a")]
    [InlineData("/a/..")]
    [InlineData("/a/../b")]
    [InlineData("/a/./b")]
    [InlineData("/%2e%2e/a")]
    [InlineData("/%2E./a")]
    [InlineData("/.%2e/a")]
    [InlineData("/%2e")]
    public void Refuses_dot_segments_in_every_spelling(string target)
    {
        Resolve(target).Should().BeNull();
        Resolve(target, serveHiddenNames: true).Should().BeNull();
    }

    [Theory]
    [InlineData("/a%2Fb")]
    [InlineData("/a%2fb")]
    [InlineData("/..%2F..%2Fa")]
    [InlineData("/%2F")]
    [InlineData("/%2Fetc%2Fpasswd")]
    public void Refuses_an_escaped_slash(string target) => Resolve(target, serveHiddenNames: true).Should().BeNull();

    [Fact]
    public void Refuses_what_the_server_does_not_let_a_request_spell()
    {
        for (int value = 0; value <= 0xFF; value++)
        {
            string escaped = string.Concat(Encoding.UTF8.GetBytes(((char)value).ToString()).Select(octet => $"%{octet:X2}"));
            if (value != '/') (Resolve($"/a{escaped}b") is null).Should().Be(value is < 0x20 or 0x7F, $"of U+{value:X4}");
        }
    }

    [Theory]
    [InlineData("/%C0%AE%C0%AE/a")]
    [InlineData("/%C0%AF")]
    [InlineData("/%E0%80%AE")]
    [InlineData("/%E0%80%AF")]
    [InlineData("/%F0%80%80%AF")]
    [InlineData("/%F8%80%80%80%AF")]
    [InlineData("/%80")]
    [InlineData("/%E4%BD")]
    [InlineData("/%E4%BD/%A0")]
    [InlineData("/%ED%A0%80")]
    [InlineData("/%ED%A0%BD%ED%B8%80")]
    [InlineData("/%F4%90%80%80")]
    [InlineData("/a%E9")]
    public void Refuses_what_is_not_UTF_8(string target) => Resolve(target, serveHiddenNames: true).Should().BeNull();

    [Theory]
    [InlineData("/%")]
    [InlineData("/%4")]
    [InlineData("/a%zz")]
    [InlineData("/a%4g")]
    [InlineData("/a%+1")]
    [InlineData("/%u002e%u002e/a")]
    [InlineData("/%%35%63")]
    public void Refuses_a_broken_escape(string target) => Resolve(target, serveHiddenNames: true).Should().BeNull();

    [Fact]
    public void Refuses_a_name_of_more_than_255_octets()
    {
        Resolve("/" + new string('a', 255)).Should().NotBeNull();
        Resolve("/" + new string('a', 256)).Should().BeNull();
        Resolve("/a/" + string.Concat(Enumerable.Repeat("%E4%BD%A0", 85))).Should().NotBeNull();
        Resolve("/a/" + string.Concat(Enumerable.Repeat("%E4%BD%A0", 86))).Should().BeNull();
    }

    [Fact]
    public void Resolves_a_path_as_long_as_a_request_line_may_be()
    {
        string path = string.Join('/', Enumerable.Repeat("segment", 1000));
        Resolve("/" + path).Should().Be((path, false));
    }

    [Theory]
    [InlineData("", "/")]
    [InlineData("a", "/a")]
    [InlineData("a/你", "/a/%E4%BD%A0")]
    [InlineData("/evil.example", "/evil.example")]
    [InlineData("//evil.example//", "/evil.example")]
    [InlineData("a b/c%41?d#e", "/a%20b/c%2541%3Fd%23e")]
    [InlineData("\\a\"b'<c>", "/%5Ca%22b%27%3Cc%3E")]
    [InlineData("a\r\nb", "/a%0D%0Ab")]
    [InlineData("javascript:alert(1)", "/javascript:alert(1)")]
    public void Makes_a_target_of_a_path(string path, string target) => PathResolver.ToTarget(path).Should().Be(target);

    [Fact]
    public void A_target_that_was_made_resolves_to_its_path()
    {
        string path = "a b/"
            + string.Concat(
                Enumerable.Range(0x20, 0x2000).Select(value => (char)value).Where(
                    character => character is not '/' and not '\x7F').Chunk(60).Select(chunk => "x" + new string(chunk) + "x/"));
        Resolve(PathResolver.ToTarget(path)).Should().Be((path.TrimEnd('/'), false));
    }

    [Theory]
    [InlineData("a.txt", true)]
    [InlineData("你好", true)]
    [InlineData(".well-known", true)]
    [InlineData(".git", false)]
    [InlineData("a\nb", false)]
    [InlineData("a/b", false)]
    [InlineData("", false)]
    public void Knows_of_a_name_whether_a_request_can_name_it(string name, bool isServed)
    {
        PathResolver.IsNameServed(name, isInRoot: true, serveHiddenNames: false).Should().Be(isServed);
        PathResolver.IsNameServed(".well-known", isInRoot: false, serveHiddenNames: false).Should().BeFalse();
    }

    private static (string Path, bool IsDirectoryForm)? Resolve(
        string target, bool serveHiddenNames = false, bool isWindows = false) =>
        PathResolver.TryResolve(
            Encoding.UTF8.GetBytes(target), serveHiddenNames, isWindows, out string path, out bool isDirectoryForm,
            out _) ? (path, isDirectoryForm) : null;
}

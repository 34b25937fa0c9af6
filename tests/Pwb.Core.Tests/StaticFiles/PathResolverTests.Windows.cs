namespace Pwb.Tests.StaticFiles;

/// <content>What Windows reads differently, and hidden names.</content>
public sealed partial class PathResolverTests
{
    [Theory]
    [InlineData("/...")]
    [InlineData("/..../a")]
    [InlineData("/..%20/a")]
    [InlineData("/.%20")]
    public void Refuses_what_Windows_takes_for_a_dot_segment(string target)
    {
        Resolve(target).Should().BeNull();
        Resolve(target, serveHiddenNames: true).Should().NotBeNull();
        Resolve(target, serveHiddenNames: true, isWindows: true).Should().BeNull();
    }

    [Theory]
    [InlineData("/a%5Cb", "a\\b")]
    [InlineData("/x..%5C..%5Ca", "x..\\..\\a")]
    [InlineData("/%5C%5Cserver%5Cshare", "\\\\server\\share")]
    [InlineData("/C:", "C:")]
    [InlineData("/C%3A/Windows", "C:/Windows")]
    [InlineData("/a.txt::$DATA", "a.txt::$DATA")]
    [InlineData("/a.txt:stream", "a.txt:stream")]
    [InlineData("/a%3Fb", "a?b")]
    [InlineData("/a*b", "a*b")]
    [InlineData("/%3Ca%22%7C%3E", "<a\"|>")]
    [InlineData("/a.", "a.")]
    [InlineData("/a./b", "a./b")]
    [InlineData("/a%20", "a ")]
    [InlineData("/a%20/b", "a /b")]
    [InlineData("/a%20.", "a .")]
    [InlineData("/%20", " ")]
    public void Refuses_what_Windows_reads_differently_there_alone(string target, string path)
    {
        Resolve(target).Should().Be((path, false));
        Resolve(target, isWindows: true).Should().BeNull();
    }

    [Theory]
    [InlineData("/.git/config")]
    [InlineData("/a/.env")]
    [InlineData("/..;/a")]
    [InlineData("/.a/b")]
    [InlineData("/%2egit")]
    [InlineData("/.well-knownx")]
    [InlineData("/.WELL-KNOWN")]
    [InlineData("/a/.well-known")]
    [InlineData("/.well-known/.htaccess")]
    [InlineData("/.well-known/.well-known")]
    public void Refuses_hidden_names_unless_they_are_to_be_served(string target)
    {
        Resolve(target).Should().BeNull();
        Resolve(target, serveHiddenNames: true).Should().NotBeNull();
    }

    [Theory]
    [InlineData("/%E2%80%8C.git", "U+200C")]
    [InlineData("/%E2%80%8D.git", "U+200D")]
    [InlineData("/%E2%80%AE.git", "U+202E")]
    [InlineData("/%E2%81%AA.git", "U+206A")]
    [InlineData("/%EF%BB%BF.git", "U+FEFF")]
    [InlineData("/%C2%AD.git", "U+00AD")]
    [InlineData("/a/%E2%80%8B%E2%80%8C..", "two")]
    public void Takes_a_name_for_hidden_behind_invisible_characters(string target, string which) =>
    Resolve(target).Should().BeNull(which);

    [Theory]
    [InlineData("/%E2%80%8F%D7%A9", "\u200F\u05E9")]
    [InlineData("/%EF%BB%BFa.txt", "\uFEFFa.txt")]
    public void Takes_an_invisible_character_in_front_of_another_name(string target, string path) =>
    Resolve(target).Should().Be((path, false));

    [Theory]
    [InlineData("CON")]
    [InlineData("con")]
    [InlineData("PRN")]
    [InlineData("AUX")]
    [InlineData("NUL")]
    [InlineData("COM0")]
    [InlineData("com1")]
    [InlineData("COM9")]
    [InlineData("COM%C2%B9")]
    [InlineData("COM%C2%B2")]
    [InlineData("lpt%C2%B3")]
    [InlineData("LPT0")]
    [InlineData("LPT9")]
    [InlineData("CONIN$")]
    [InlineData("ConOut$")]
    public void Refuses_the_devices_of_Windows_there_alone(string name)
    {
        foreach (string spelling in (string[])[
            name, $"{name}.txt", $"{name}.tar.gz", $"{name}%20.txt", $"{name}%20%20.a", $"%{(int)name[0]:X2}{name[1..]}"])
        {
            Resolve($"/{spelling}", isWindows: true).Should().BeNull(spelling);
            Resolve($"/a/{spelling}/b", isWindows: true).Should().BeNull(spelling);
            Resolve($"/a/{spelling}/b").Should().NotBeNull(spelling);
        }
    }

    [Theory]
    [InlineData("/GIT~1")]
    [InlineData("/git~1/config")]
    [InlineData("/SECRET~1.CON")]
    [InlineData("/A1B2~12.TXT")]
    public void Refuses_short_names_where_there_are_such(string target)
    {
        Resolve(target, isWindows: true).Should().BeNull();
        Resolve(target).Should().NotBeNull();
    }

    [Theory]
    [InlineData("/~1a")]
    [InlineData("/a~b")]
    [InlineData("/a~")]
    [InlineData("/photograph~1.jpg")]
    public void Takes_a_tilde_for_what_it_is_elsewhere(string target) => Resolve(target, isWindows: true).Should().NotBeNull();
}

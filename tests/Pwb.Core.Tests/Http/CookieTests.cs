namespace Pwb.Tests.Http;

/// <summary>RFC 6265bis: what a client sends, and what it is sent.</summary>
public sealed class CookieTests
{
    [Theory]
    [InlineData("a=1; b=2", "a=1|b=2")]
    [InlineData("a=1;b=2", "a=1|b=2")]
    [InlineData("a=1;\tb=2 ;  c=3 ", "a=1|b=2|c=3")]
    [InlineData("a=1;; ;b=2;", "a=1|b=2")]
    [InlineData("a=1; a=2", "a=1|a=2")]
    [InlineData("a = 1", "a=1")]
    [InlineData("a=", "a=")]
    [InlineData("a=b=c==", "a=b=c==")]
    [InlineData("flag", "=flag")]
    [InlineData("=v", "=v")]
    [InlineData("a=\"x y\"", "a=\"x y\"")]
    [InlineData("a=%20+,x", "a=%20+,x")]
    [InlineData("a=\u00E4\u00BD\u00A0", "a=你")]
    public void Reads_every_cookie_whatever_the_blanks(string line, string expected)
    {
        List<string> cookies = [];
        foreach ((string name, string value) in Request(line).Cookies) cookies.Add($"{name}={value}");

        string.Join('|', cookies).Should().Be(expected);
    }

    [Fact]
    public void Reads_them_from_however_many_lines_and_the_first_of_a_name_counts()
    {
        RequestCookies cookies = Request("a=1; b=2", "", "c=3", "a=4").Cookies;

        cookies["a"].Should().Be("1");
        cookies["c"].Should().Be("3");
        cookies["A"].Should().BeNull("names are compared by case");
        cookies["d"].Should().BeNull();
        cookies.GetAll("a").Should().Equal("1", "4");
        cookies.GetAll("d").Should().BeEmpty();
        new HttpRequest("GET", "/").Cookies["a"].Should().BeNull();
        default(RequestCookies)["a"].Should().BeNull();
    }

    [Fact]
    public void Is_written_with_safe_defaults()
    {
        new SetCookie("id", "42").ToString().Should().Be("id=42; Path=/; HttpOnly; SameSite=Lax");
        new SetCookie("id", "", maxAge: TimeSpan.Zero).ToString().Should().Be("id=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
        new SetCookie("__Host-id", "a=b", secure: true, sameSite: SameSite.Strict).ToString().Should().Be(
            "__Host-id=a=b; Path=/; Secure; HttpOnly; SameSite=Strict");
        new SetCookie(
            "x", "1", "/app", "example.com", TimeSpan.FromDays(1.5), SameSite.None, httpOnly: false, secure: true).ToString()
            .Should().Be("x=1; Path=/app; Domain=example.com; Max-Age=129600; Secure; SameSite=None");
    }

    [Fact]
    public void Several_are_lines_of_their_own()
    {
        HttpResponse response = new HttpResponse(204).WithCookie(new SetCookie("a", "1")).WithCookie(new SetCookie("b", "2"));

        List<string> lines = [];
        foreach (FieldLine line in response.Headers) lines.Add(line.ToString());
        lines.Should().Equal(
            "Set-Cookie: a=1; Path=/; HttpOnly; SameSite=Lax", "Set-Cookie: b=2; Path=/; HttpOnly; SameSite=Lax");
        ((Action)(() => response.WithCookie(null!))).Should().Throw<ArgumentNullException>();
    }

    [Theory]
    [InlineData("", "1", "/", null, false, SameSite.Lax, "name")]
    [InlineData("a b", "1", "/", null, false, SameSite.Lax, "name")]
    [InlineData("a=b", "1", "/", null, false, SameSite.Lax, "name")]
    [InlineData("\u00FC", "1", "/", null, false, SameSite.Lax, "name")]
    [InlineData("a", "x;y", "/", null, false, SameSite.Lax, "value")]
    [InlineData("a", "x y", "/", null, false, SameSite.Lax, "value")]
    [InlineData("a", "\"x\"", "/", null, false, SameSite.Lax, "value")]
    [InlineData("a", "x\r\nSet-Cookie: b=1", "/", null, false, SameSite.Lax, "value")]
    [InlineData("a", "1", "app", null, false, SameSite.Lax, "path")]
    [InlineData("a", "1", "/a;b", null, false, SameSite.Lax, "path")]
    [InlineData("a", "1", "/ü", null, false, SameSite.Lax, "path")]
    [InlineData("a", "1", "/", ".example.com", false, SameSite.Lax, "domain")]
    [InlineData("a", "1", "/", "", false, SameSite.Lax, "domain")]
    [InlineData("a", "1", "/", "a b", false, SameSite.Lax, "domain")]
    [InlineData("__Host-a", "1", "/", null, false, SameSite.Lax, "secure")]
    [InlineData("__host-a", "1", "/", "example.com", true, SameSite.Lax, "domain")]
    [InlineData("__Host-a", "1", "/app", null, true, SameSite.Lax, "path")]
    [InlineData("__SECURE-a", "1", "/", null, false, SameSite.Lax, "secure")]
    [InlineData("a", "1", "/", null, false, SameSite.None, "secure")]
    [InlineData("a", "1", "/", null, false, (SameSite)3, "sameSite")]
    public void What_a_browser_would_drop_or_misread_throws_where_it_is_made(
        string name, string value, string path, string? domain, bool secure, SameSite sameSite, string parameter)
    {
        Action making = () => _ = new SetCookie(name, value, path, domain, secure: secure, sameSite: sameSite);

        making.Should().Throw<ArgumentException>().WithParameterName(parameter);
    }

    [Fact]
    public void Has_at_most_4096_characters_and_no_negative_age()
    {
        _ = new SetCookie("a", new string('x', 4095));
        ((Action)(() => _ = new SetCookie("a", new string('x', 4096)))).Should().Throw<ArgumentException>()
            .WithParameterName("value");
        ((Action)(() => _ = new SetCookie("a", "1", maxAge: TimeSpan.FromSeconds(-1))))
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName("maxAge");
    }

    private static HttpRequest Request(params string[] lines) =>
        new("GET", "/", null, [.. lines.Select(line => ("Cookie", line))]);
}

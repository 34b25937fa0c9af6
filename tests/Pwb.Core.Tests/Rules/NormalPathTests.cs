using System.Text;
using System.Text.RegularExpressions;
using Pwb.Tests.Infrastructure;
using Pwb.Tests.StaticFiles;

namespace Pwb.Tests.Rules;

/// <summary>R4a: the one normal path, for routing, guarding and serving alike. RFC 3986 §5.2.4.</summary>
public sealed class NormalPathTests
{
    [Theory]
    [InlineData("/a/b", "/a/b")]
    [InlineData("/.", "/")]
    [InlineData("/./", "/")]
    [InlineData("/./a", "/a")]
    [InlineData("/a/.", "/a/")]
    [InlineData("/a/./b", "/a/b")]
    [InlineData("/a/..", "/")]
    [InlineData("/a/../", "/")]
    [InlineData("/a/../b", "/b")]
    [InlineData("/a/b/..", "/a/")]
    [InlineData("/a/b/../..", "/")]
    [InlineData("/a/b/c/./../../g", "/a/g")] // the example of RFC 3986 §5.2.4
    [InlineData("/a/%2e%2E/b", "/b")]
    [InlineData("/a/.%2e/b", "/b")]
    [InlineData("/a/%2e/b", "/a/b")]
    [InlineData("/a/%2E%2e", "/")]
    [InlineData("http://h/a/../b", "/b")]
    [InlineData("/a/../b?/../../..", "/b")]
    [InlineData("/...", "/...")]
    [InlineData("/..a", "/..a")]
    [InlineData("/a..", "/a..")]
    [InlineData("/.a/..b/", "/.a/..b/")]
    [InlineData("/..%20/..;", "/.. /..;")]
    [InlineData("/a/..%2Fb", "/a/..%2Fb")]
    [InlineData("/a/..%5Cb", "/a/..\\b")]
    [InlineData("/%252e%252e/a", "/%2e%2e/a")] // decoded once
    public Task Has_no_dot_segments(string target, string path) => AssertPathAsync(target, path);

    [Theory]
    [InlineData("//", "//")]
    [InlineData("//a", "//a")]
    [InlineData("/a//b", "/a//b")]
    [InlineData("/a//", "/a//")]
    [InlineData("/a//../b", "/a/b")]
    [InlineData("//..", "/")]
    [InlineData("//../a", "/a")]
    [InlineData("/a/..//b", "//b")]
    public Task Keeps_empty_segments(string target, string path) => AssertPathAsync(target, path);

    [Theory]
    [InlineData("/a%20b%C3%A9", "/a b\u00E9")]
    [InlineData("/%e4%bd%a0/%F0%9F%98%80", "/\u4F60/\U0001F600")]
    [InlineData("/a%2Fb", "/a%2Fb")]
    [InlineData("/a%2fb", "/a%2Fb")] // one spelling of it
    [InlineData("/%2F%2f", "/%2F%2F")]
    [InlineData("/a%25", "/a%")]
    [InlineData("/a%2541", "/a%41")]
    [InlineData("/%3F%23", "/?#")]
    public Task Is_decoded_once_but_for_slashes(string target, string path) => AssertPathAsync(target, path);

    [Theory]
    [InlineData("/..")]
    [InlineData("/../")]
    [InlineData("/../a")]
    [InlineData("/./..")]
    [InlineData("/a/../..")]
    [InlineData("/a/../../a")]
    [InlineData("/a/b/../../../a/b")]
    [InlineData("/%2e%2e")]
    [InlineData("/%2E./a")]
    [InlineData("/.%2e/a")]
    [InlineData("/a/%2e%2e/%2e%2e/b")]
    [InlineData("/..?a")]
    [InlineData("http://h/..")]
    [InlineData("http://h/../a")]
    public Task Never_leads_above_the_root(string target) => Wire.Echo.AssertRefusedAsync($"GET {target} HTTP/1.1\r\n", 400);

    [Theory]
    [InlineData("/../")]
    [InlineData("/a/../../")]
    [InlineData("/%2e%2e/")]
    [InlineData("/..?")]
    [InlineData("/.. ")]
    [InlineData("http://h/../")]
    [InlineData("/%80")]
    [InlineData("/%C3a")]
    [InlineData("/%C3/")]
    [InlineData("/%C3?")]
    [InlineData("/%C3 ")]
    [InlineData("/%E0%80")]
    public Task Is_refused_at_the_byte_that_makes_it_wrong(string start) =>
    Wire.Echo.AssertRefusedAtLastByteAsync($"GET {start}", 400);

    [Theory]
    [InlineData("%80")]
    [InlineData("%ff")]
    [InlineData("%E9")] // Latin-1
    [InlineData("%C3")]
    [InlineData("%C3%28")]
    [InlineData("%C3%C3%A9")]
    [InlineData("%C0%AF")] // a slash, in too many bytes
    [InlineData("%C0%AE%C0%AE")]
    [InlineData("%E0%80%AE")]
    [InlineData("%F0%80%80%AF")]
    [InlineData("%ED%A0%80")] // a surrogate
    [InlineData("%F4%90%80%80")] // above U+10FFFF
    [InlineData("%F8%88%80%80%80")]
    [InlineData("%E4%BD")]
    public async Task Is_refused_where_it_is_not_UTF_8(string escapes)
    {
        await Wire.Echo.AssertRefusedAsync($"GET /{escapes} HTTP/1.1\r\n", 400);
        await Wire.Echo.AssertRefusedAsync($"GET /a{escapes}b/c?d HTTP/1.1\r\n", 400);
        // A query is only data.
        await Wire.Echo.AssertServedAsync($"GET /?{escapes} HTTP/1.1\r\nHost: a\r\n\r\n", $"GET /?{escapes}");
    }

    [Fact]
    public void Is_made_without_another_array_where_there_is_nothing_to_remove()
    {
        foreach (string target in (string[])["/", "/a/b.txt?c", "/%E4%BD%A0", "/a//b"])
        {
            var request = new HttpRequest("GET", target);
            request.EscapedPath.Overlaps(request.Target).Should().BeTrue();
        }
    }

    /// <summary>
    /// A guard that looks at <see cref="HttpRequest.Path"/> and the handler behind it never see two things in one request.
    /// </summary>
    [Fact]
    public async Task Names_the_file_that_is_served_whatever_the_spelling()
    {
        string[] files = [
            "a.txt", "index.html", "private/a.txt", "private/index.html", "public/a.txt", "public/private/a.txt", "a%2Fb",
            "%2e%2e", "..a", "你.txt"];
        var source = new MemorySource();
        foreach (string file in files) source.Add(file, Encoding.UTF8.GetBytes(file));
        var handler = new StaticFileHandler(source);
        var random = new Random(20261127);
        string[] tokens = [
            "a.txt", "index.html", "private", "public", "%70rivate", "priv%61te", "a%2Fb", "a%252Fb", "%252e%252e", ".", "..",
            "%2e", "%2E%2e", ".%2e", "..a", "", "%E4%BD%A0.txt", "%2F", "..%2F", "..%5c", "%C0%AE", "x"];
        int served = 0, refused = 0;
        for (int i = 0; i < 20_000; i++)
        {
            string target = string.Concat(
                Enumerable.Range(0, random.Next(1, 6)).Select(_ => "/" + tokens[random.Next(tokens.Length)]));
            string? path = NormalPathOf(target);
            if (path is null)
            {
                FluentActions.Invoking(() => new HttpRequest("GET", target)).Should().Throw<ArgumentException>(target);
                refused++;
                continue;
            }

            var request = new HttpRequest("GET", target);
            request.Path.Should().Be(path, target);
            HttpResponse response = await handler.HandleAsync(request, CancellationToken.None);
            if (response.StatusCode != 200) continue;

            served++;
            response.Body.TryGetMemory(out ReadOnlyMemory<byte> content).Should().BeTrue();
            string file = Encoding.UTF8.GetString(content.Span);
            (path.EndsWith('/') ? path + "index.html" : path).Should().Be("/" + file, target);
        }

        served.Should().BeGreaterThan(1000);
        refused.Should().BeGreaterThan(1000);
    }

    // The rule again, in another way: all at once and on text.
    private static string? NormalPathOf(string target)
    {
        if (target.Contains("%C0", StringComparison.Ordinal)) return null;
        List<string> segments = [];
        string[] parts = [.. target.Split('/').Skip(1).Select(part => Regex.Replace(part, "%2[eE]", "."))];
        foreach (string part in parts)
        {
            if (part is ".." && segments.Count == 0) return null;
            if (part is "..") segments.RemoveAt(segments.Count - 1);
            else if (part is not ".") segments.Add(Uri.UnescapeDataString(Regex.Replace(part, "%2[fF]", "%252F")));
        }

        return "/" + string.Concat(segments.SkipLast(1).Select(segment => segment + "/")) + segments.LastOrDefault()
            + (parts[^1] is "." or ".." && segments.Count > 0 ? "/" : "");
    }

    private static async Task AssertPathAsync(string target, string path)
    {
        Outcome outcome = await Wire.Echo.AssertServedAsync($"GET {target} HTTP/1.1\r\nHost: h\r\n\r\n", $"GET {target}");

        outcome.Requests[0].Path.Should().Be(path);
        new HttpRequest("GET", target).Path.Should().Be(path);
    }
}

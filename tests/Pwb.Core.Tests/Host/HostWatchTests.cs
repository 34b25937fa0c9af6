using System.Net;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Host;

/// <summary>--watch: pages are told when a file changes, and nothing is written into a file.</summary>
public sealed class HostWatchTests : IDisposable
{
    private const string Script = "<script src=\"/.pwb/reload.js\"></script>\n";

    private readonly string _directory = Directory.CreateTempSubdirectory("pwb-watch-").FullName;
    private readonly HttpClient _client = new();

    public HostWatchTests()
    {
        Write("index.html", "<h1>one</h1>");
        Write("style.css", "a{}");
        Write("404.html", "gone");
        Directory.CreateDirectory(Path.Combine(_directory, "sub"));
    }

    public void Dispose()
    {
        _client.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task A_page_has_the_script_behind_it_and_no_file_and_no_other_answer_does()
    {
        using var host = await HostProcess.ServeAsync(_directory, "--watch", "--listing");

        (await TextAsync(host, "/")).Should().Be("<h1>one</h1>" + Script);
        (await TextAsync(host, "/nothing")).Should().Be("gone" + Script);
        (await TextAsync(host, "/style.css")).Should().Be("a{}");
        (await TextAsync(host, "/sub/")).Should().EndWith("</html>\n" + Script);
        (await TextAsync(host, "/.pwb/reload.js")).Should().Contain("EventSource");
        (await File.ReadAllTextAsync(Path.Combine(_directory, "index.html"))).Should().Be("<h1>one</h1>");
    }

    [Fact]
    public async Task Length_ranges_and_tag_are_those_of_what_is_sent()
    {
        using var host = await HostProcess.ServeAsync(_directory, "--watch");
        using var page = await _client.GetAsync(host.Url);
        int length = "<h1>one</h1>".Length + Script.Length;
        page.Content.Headers.ContentLength.Should().Be(length);

        using var end = new HttpRequestMessage(HttpMethod.Get, host.Url) { Headers = { { "Range", "bytes=-10" } } };
        using var part = await _client.SendAsync(end);
        (await part.Content.ReadAsStringAsync()).Should().Be(Script[^10..]);
        part.Content.Headers.ContentRange!.ToString().Should().Be($"bytes {length - 10}-{length - 1}/{length}");

        using (var plain = await HostProcess.ServeAsync(_directory))
        {
            using var other = await _client.GetAsync(plain.Url);
            other.Headers.ETag.Should().NotBe(page.Headers.ETag);
        }

        using var again = new HttpRequestMessage(
            HttpMethod.Get, host.Url)
        { Headers = { { "If-None-Match", page.Headers.ETag!.Tag } } };
        using var unchanged = await _client.SendAsync(again);
        unchanged.StatusCode.Should().Be(HttpStatusCode.NotModified);
    }

    [Fact]
    public async Task The_event_stream_tells_of_a_change_and_then_the_page_is_the_new_one()
    {
        using var host = await HostProcess.ServeAsync(_directory, "--watch");
        (await TextAsync(host, "/")).Should().Contain("one");
        using Stream stream = await _client.GetStreamAsync(new Uri(host.Url, "/.pwb/reload"));
        using var events = new StreamReader(stream);
        string before = await DataAsync(events);
        (await TextAsync(host, "/.pwb/reload.js")).Should().Contain($"\"{before["data: ".Length..]}\"");

        Write(".git/index", "no news");
        Write("index.html", "<h1>two</h1>");

        (await DataAsync(events)).Should().NotBe(before);
        (await TextAsync(host, "/")).Should().Be("<h1>two</h1>" + Script);
        (await host.StopAsync()).ExitCode.Should().Be(0, "a page that listens holds nothing up");
    }

    [Fact]
    public async Task Below_a_base_path_the_script_is_there_too()
    {
        using var host = await HostProcess.ServeAsync(_directory, "--watch", "--base", "/my app/");

        (await TextAsync(host, "/my%20app/")).Should().EndWith("<script src=\"/my%20app/.pwb/reload.js\"></script>\n");
        (await TextAsync(host, "/my%20app/.pwb/reload.js")).Should().Contain("EventSource");
    }

    private static async Task<string> DataAsync(StreamReader events)
    {
        while (true)
        {
            string line = (await events.ReadLineAsync().WaitAsync(Wire.SafetyTimeout))!;
            if (line.StartsWith("data:", StringComparison.Ordinal))
                return line;
        }
    }

    private async Task<string> TextAsync(HostProcess host, string path)
    {
        using var response = await _client.GetAsync(new Uri(host.Url, path));
        return await response.Content.ReadAsStringAsync();
    }

    private void Write(string name, string content)
    {
        string file = Path.Combine(_directory, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, content);
    }
}

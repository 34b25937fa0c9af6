using System.Net;
using Pwb.Host;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Host;

/// <summary>--proxy in a process. What goes through is in ProxyTests.</summary>
public sealed class HostProxyTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("pwb-proxy-").FullName;
    private readonly HttpClient _client = new();

    public HostProxyTests() => File.WriteAllText(Path.Combine(_directory, "a.txt"), "file");

    public void Dispose()
    {
        _client.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Each_path_goes_to_its_server_the_longest_first_and_the_rest_is_files()
    {
        await using PwbServer one = await StartAsync("one"), two = await StartAsync("two");
        using var host = await HostProcess.ServeAsync(
            _directory, "--proxy", $"/api=http://localhost:{one.EndPoint.Port}", "--proxy",
            $"/api/v2/=http://localhost:{two.EndPoint.Port}/");

        (await TextAsync(host, "/api/a?b")).Should().Be("one POST /api/a?b");
        (await TextAsync(host, "/api/v2/a")).Should().Be("two POST /a");
        (await _client.GetStringAsync(new Uri(host.Url, "/a.txt"))).Should().Be("file");
        host.Output.Should().NotContain("\nHost: ");
        await host.ReadUntilAsync("\"POST /api/v2/a HTTP/1.1\" 200");
        host.Output.Should().Contain($"\npassing /api on to http://localhost:{one.EndPoint.Port}/\n");
    }

    [Fact]
    public async Task It_needs_no_directory_and_a_server_that_is_not_there_is_a_line_in_the_log()
    {
        int port = OwnPort.Take();
        using var host = await HostProcess.ServeAsync("--proxy", $"/=http://127.0.0.1:{port}");
        using var response = await _client.GetAsync(host.Url);

        response.StatusCode.Should().Be(HttpStatusCode.BadGateway);
        (await host.ReadErrorLineAsync()).Should().Contain(
            $"warning: 502 for GET /: http://127.0.0.1:{port}: Connection refused");
    }

    [Fact]
    public async Task Pages_of_a_site_that_may_read_may_use_every_method()
    {
        await using PwbServer api = await StartAsync("api");
        using var host = await HostProcess.ServeAsync(
            "--cors=https://app.example", "--proxy", $"/=http://localhost:{api.EndPoint.Port}");
        using var request = new HttpRequestMessage(
            HttpMethod.Put, new Uri(host.Url, "/a"))
        { Headers = { { "Origin", "https://app.example" } } };
        using var response = await _client.SendAsync(request);

        (await response.Content.ReadAsStringAsync()).Should().Be("api PUT /a");
        response.Headers.GetValues("Access-Control-Allow-Origin").Should().Equal("https://app.example");
    }

    [Theory]
    [InlineData("/api=http://localhost:5000", true)]
    [InlineData("/=https://example.org/v1", true)]
    [InlineData("/api/=http://localhost:5000/", true)]
    [InlineData("http://localhost:5000", false)]
    [InlineData("api=http://localhost:5000", false)]
    [InlineData("/api=localhost:5000", false)]
    [InlineData("/api=http://localhost:5000/?a", false)]
    [InlineData("/api=", false)]
    public void Takes_a_path_and_a_URL(string value, bool isTaken) => OptionValues.IsProxy(value).Should().Be(isTaken);

    private static async Task<PwbServer> StartAsync(string name)
    {
        PwbServer server = new(
            RequestHandler.From(
                request => HttpResponse.Text($"{name} {request.Method} {System.Text.Encoding.ASCII.GetString(request.Target)}")),
            new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(0), TrustedOrigins = ["*"] });
        await server.StartAsync();
        return server;
    }

    private async Task<string> TextAsync(HostProcess host, string path)
    {
        using var response = await _client.PostAsync(new Uri(host.Url, path), content: null);
        return await response.Content.ReadAsStringAsync();
    }
}

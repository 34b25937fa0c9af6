using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Pwb.Host;

namespace Pwb.Tests.Host;

/// <summary>Who may use what a process serves: passwords and pages of other sites; and what becomes of it on the way.</summary>
public sealed class HostAccessTests : IDisposable
{
    // Of "open:sesame", with few iterations, since each test derives it anew.
    private const string Hash = "pbkdf2-sha256.1000.AAAAAAAAAAAAAAAAAAAAAA.CUtuSJeH32G7ravZtbsr9GBt_uB7Kf4RSeqe7XItVTI";

    private readonly string _directory = Directory.CreateTempSubdirectory("pwb-access-").FullName;
    private readonly HttpClient _client = new(new HttpClientHandler { AutomaticDecompression = DecompressionMethods.None });

    public HostAccessTests() => File.WriteAllText(Path.Combine(_directory, "page.html"), new string('a', 5000));

    public void Dispose()
    {
        _client.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task A_hash_that_the_tool_makes_is_what_it_asks_for()
    {
        using var hash = HostProcess.StartWithInput("open:sesame\n", "hash", "ann");
        (await hash.WaitForExitAsync()).Should().Be((0, ""));
        hash.Output.Should().MatchRegex(@"\Aann:pbkdf2-sha256\.600000\.[\w-]{22}\.[\w-]{43}\n\z").And.NotContain("sesame");

        using var host = await HostProcess.ServeAsync(_directory, "--auth", hash.Output.TrimEnd());
        (await StatusAsync(host, "ann:open:sesame")).Should().Be(HttpStatusCode.OK);
        (await StatusAsync(host, "ann:open:sesame")).Should().Be(HttpStatusCode.OK, "what was right once is known again");
        (await StatusAsync(host, "ann:wrong")).Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Nobody_is_let_in_without_the_password_of_a_user()
    {
        using var host = await HostProcess.ServeAsync(_directory, "--auth", $"ann:{Hash}", "--auth", $"bob:{Hash}");

        foreach (string credentials in (string[])["ann:open:sesame", "bob:open:sesame"])
            (await StatusAsync(host, credentials)).Should().Be(HttpStatusCode.OK);
        foreach (string? credentials in (string?[])[
            null, "ann:", "ann:open", "eve:open:sesame", ":open:sesame", "Ann:open:sesame"])
            (await StatusAsync(host, credentials)).Should().Be(HttpStatusCode.Unauthorized);
        using var refusal = await _client.GetAsync(host.Url);
        refusal.Headers.WwwAuthenticate.ToString().Should().Be("Basic realm=\"pwb\", charset=\"UTF-8\"");
        await host.ReadUntilAsync(" 401 ");
        host.Output.Should().NotContain("sesame").And.NotContain(Convert.ToBase64String("ann:open:sesame"u8));
    }

    [Fact]
    public async Task Passwords_on_the_network_without_TLS_are_a_warning()
    {
        const string Warning = "warning: passwords cross the network readable; --tls-dev or --tls-cert protects them";
        using (var host = await HostProcess.ServeAsync(_directory, "--host", "any", "--auth", $"ann:{Hash}"))
            (await host.ReadErrorLineAsync()).Should().EndWith(Warning);
        foreach (string[] args in (string[][])[["--host", "any", "--tls-dev"], []])
        {
            using var host = await HostProcess.ServeAsync([_directory, "--auth", $"ann:{Hash}", .. args]);
            (await host.StopAsync()).Error.Should().BeEmpty();
        }
    }

    [Theory]
    [InlineData(
        "pwb: 'pwb hash' takes a user's name without a colon, such as 'pwb hash ann', and asks for the password.\n", "x\n",
        "hash")]
    [InlineData(
        "pwb: 'pwb hash' takes a user's name without a colon, such as 'pwb hash ann', and asks for the password.\n", "x\n",
        "hash", "a:b")]
    [InlineData("pwb: There is no password.\n", "\n", "hash", "ann")]
    [InlineData("pwb: There is no password.\n", "", "hash", "ann")]
    public async Task What_is_no_user_or_no_password_is_one_line_and_exit_code_2(string line, string input, params string[] args)
    {
        using var host = HostProcess.StartWithInput(input, args);

        (await host.WaitForExitAsync()).Should().Be((2, line));
        host.Output.Should().BeEmpty();
    }

    [Theory]
    [InlineData("ann:secret")]
    [InlineData("ann")]
    [InlineData($":{Hash}")]
    [InlineData("ann:pbkdf2-sha256.0.AAAAAAAAAAAAAAAAAAAAAA.CUtuSJeH32G7ravZtbsr9GBt_uB7Kf4RSeqe7XItVTI")]
    [InlineData("ann:pbkdf2-sha256.99999999.AAAAAAAAAAAAAAAAAAAAAA.CUtuSJeH32G7ravZtbsr9GBt_uB7Kf4RSeqe7XItVTI")]
    [InlineData("ann:pbkdf2-sha256.1000.AAAA.CUtuSJeH32G7ravZtbsr9GBt_uB7Kf4RSeqe7XItVTI")]
    [InlineData("ann:pbkdf2-sha256.1000.AAAAAAAAAAAAAAAAAAAAAA.CUtu")]
    [InlineData("ann:pbkdf2-sha512.1000.AAAAAAAAAAAAAAAAAAAAAA.CUtuSJeH32G7ravZtbsr9GBt_uB7Kf4RSeqe7XItVTI")]
    public void What_is_no_hash_is_refused(string value) => OptionValues.IsUser(value).Should().BeFalse();

    [Fact]
    public async Task Pages_of_other_sites_may_ask_and_read_what_needs_a_password()
    {
        using var host = await HostProcess.ServeAsync(_directory, "--cors=https://app.example", "--auth", $"ann:{Hash}");
        using var question = new HttpRequestMessage(HttpMethod.Options, new Uri(host.Url, "/page.html"));
        question.Headers.Add("Origin", "https://app.example");
        question.Headers.Add("Access-Control-Request-Method", "GET");
        question.Headers.Add("Access-Control-Request-Headers", "authorization, range");
        using var preflight = await _client.SendAsync(question);
        using var request = Request(host, "ann:open:sesame");
        request.Headers.Add("Origin", "https://app.example");
        using var page = await _client.SendAsync(request);

        preflight.StatusCode.Should().Be(HttpStatusCode.NoContent);
        preflight.Headers.GetValues("Access-Control-Allow-Origin").Should().Equal("https://app.example");
        preflight.Headers.GetValues("Access-Control-Allow-Headers").Should().Equal("*, Authorization");
        page.StatusCode.Should().Be(HttpStatusCode.OK);
        page.Headers.GetValues("Access-Control-Allow-Origin").Should().Equal("https://app.example");
        page.Headers.GetValues("Access-Control-Expose-Headers").Should().Equal("*");
        page.Headers.Vary.Should().Contain("Origin");
    }

    [Fact]
    public async Task Text_is_compressed_as_it_goes_if_that_is_asked_for()
    {
        using (var host = await HostProcess.ServeAsync(_directory, "--compress"))
        {
            using var request = Request(host, null);
            request.Headers.AcceptEncoding.Add(new("br"));
            using var page = await _client.SendAsync(request);
            page.Content.Headers.ContentEncoding.Should().Equal("br");
            (await page.Content.ReadAsByteArrayAsync()).Length.Should().BeLessThan(100);
        }

        using (var host = await HostProcess.ServeAsync(_directory))
        {
            using var request = Request(host, null);
            request.Headers.AcceptEncoding.Add(new("br"));
            using var page = await _client.SendAsync(request);
            page.Content.Headers.ContentEncoding.Should().BeEmpty();
        }
    }

    [Fact]
    public async Task A_compressed_neighbour_that_is_not_served_is_a_line_in_the_log()
    {
        string neighbour = Path.Combine(_directory, "page.html.br");
        await File.WriteAllTextAsync(neighbour, "old");
        File.SetLastWriteTimeUtc(neighbour, DateTime.UtcNow.AddHours(-1));
        using var host = await HostProcess.ServeAsync(_directory);
        using var request = Request(host, null);
        request.Headers.AcceptEncoding.Add(new("br"));
        using var page = await _client.SendAsync(request);

        page.Content.Headers.ContentEncoding.Should().BeEmpty();
        (await host.ReadErrorLineAsync()).Should().Contain("warning: ").And.Contain("/page.html.br");
    }

    private static HttpRequestMessage Request(HostProcess host, string? credentials)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(host.Url, "/page.html"));
        if (credentials is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue(
                "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials)));
        return request;
    }

    private async Task<HttpStatusCode> StatusAsync(HostProcess host, string? credentials)
    {
        using var request = Request(host, credentials);
        using var response = await _client.SendAsync(request);
        return response.StatusCode;
    }
}

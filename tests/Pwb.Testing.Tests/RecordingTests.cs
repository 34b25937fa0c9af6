using System.Net;

namespace Pwb.Testing.Tests;

public sealed class RecordingTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"pwb-recording-{Guid.NewGuid():N}.json");

    public void Dispose() => File.Delete(_path);

    [Fact]
    public async Task What_a_real_service_answered_is_written_and_answered_again()
    {
        await RecordAsync();

        await using FakeService service = new FakeService().Replay(_path);
        using HttpClient http = service.CreateClient();
        (await http.GetStringAsync("/counter")).Should().Be("1");
        (await http.GetStringAsync("/counter")).Should().Be("2");
        (await http.GetStringAsync("/counter")).Should().Be("2", "the last one stays");
        using HttpResponseMessage tea = await http.PostAsync("/echo?x=1", new StringContent("tea"));
        using HttpResponseMessage milk = await http.PostAsync("/echo?x=1", new StringContent("milk"));
        using HttpResponseMessage cocoa = await http.PostAsync("/echo?x=1", new StringContent("cocoa"));
        (await http.GetByteArrayAsync("/bytes")).Should().Equal(0xFF, 0x00, 0xFE);
        using HttpResponseMessage missing = await http.GetAsync("/missing");

        (await tea.Content.ReadAsStringAsync()).Should().Be("tea back");
        (await milk.Content.ReadAsStringAsync()).Should().Be("milk back");
        tea.Headers.GetValues("X-Kind").Should().Equal("echo");
        cocoa.StatusCode.Should().Be(HttpStatusCode.MisdirectedRequest, "that was never recorded");
        missing.StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_recording_has_no_secret_of_the_request_and_no_cookie()
    {
        await RecordAsync();

        string text = await File.ReadAllTextAsync(_path);
        text.Should().Contain("\"target\": \"/echo?x=1\"").And.Contain("X-Kind: echo").And.Contain("\"text\": \"tea back\"");
        text.Should().NotContain("secret");
    }

    [Fact]
    public async Task A_proxy_passes_request_and_response_on()
    {
        await using FakeService real = new(), service = new();
        real.On("POST https://api.example/a", new HttpResponse(201, ResponseBody.From("made"), ("X-A", "1"), ("X-A", "2")));
        using HttpClient upstream = real.CreateClient("https://api.example/");
        service.On("/{all...}", Answer.Proxy(upstream));
        using HttpClient http = service.CreateClient();
        http.DefaultRequestHeaders.Add("Authorization", "Bearer 1");

        using HttpResponseMessage response = await http.PostAsync("/a?b=1", new StringContent("order"));
        using HttpResponseMessage head = await http.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/a"));

        response.StatusCode.Should().Be(HttpStatusCode.Created);
        response.Headers.GetValues("X-A").Should().Equal("1", "2");
        (await response.Content.ReadAsStringAsync()).Should().Be("made");
        RecordedRequest asked = real.Received("POST /a?b=1", times: 1)[0];
        (asked.Text, asked.Headers["Authorization"], asked.Host).Should().Be(("order", "Bearer 1", "api.example"));
    }

    [Fact]
    public async Task A_file_that_is_none_is_told_by_name()
    {
        await using FakeService service = new();
        service.Invoking(one => one.Replay(_path)).Should().Throw<FileNotFoundException>();
        foreach (string text in new[] { "", "[]", "{}", """{"exchanges":[{}]}""",
            """{"exchanges":[{"method":"GET","target":"/","status":99,"fields":[],"text":""}]}""" })
        {
            await File.WriteAllTextAsync(_path, text);
            service.Invoking(one => one.Replay(_path)).Should().Throw<IOException>().WithMessage(
                $"The file {_path} is no recording: *");
        }

        await service.Awaiting(one => one.SaveAsync(_path)).Should().ThrowAsync<InvalidOperationException>();
    }

    private async Task RecordAsync()
    {
        await using FakeService real = new(), recorder = new();
        real.On("/counter", Answer.InTurn(HttpResponse.Text("1"), HttpResponse.Text("2").With("Set-Cookie", "session=secret")));
        real.On("POST /echo", Answer.From(request => HttpResponse.Text($"{request.Text} back").With("X-Kind", "echo")));
        real.On("/bytes", HttpResponse.Bytes(new byte[] { 0xFF, 0x00, 0xFE })).On("/missing", HttpResponse.NotFound());
        using HttpClient upstream = real.CreateClient();
        recorder.On("/{all...}", Answer.Proxy(upstream));
        using HttpClient http = recorder.CreateClient();
        http.DefaultRequestHeaders.Add("Authorization", "Bearer secret");

        foreach (string target in new[] { "/counter", "/counter", "/bytes", "/missing" }) await http.GetAsync(target);
        foreach (string order in new[] { "tea", "milk" }) await http.PostAsync("/echo?x=1", new StringContent(order));
        await recorder.SaveAsync(_path);
    }
}

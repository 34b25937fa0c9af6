using System.Net;
using Microsoft.Extensions.Logging.Abstractions;

namespace Pwb.Tests.Around;

public sealed class ExceptionPageTests
{
    private static readonly IRequestHandler Failing = RequestHandler.From(_ => throw new FormatException("<b>mine</b>"));

    [Theory]
    [InlineData(true, null, null, true)]
    [InlineData(true, "127.0.0.1", null, true)]
    [InlineData(false, "127.0.0.1", null, false)]
    [InlineData(true, "203.0.113.9", null, false)]
    [InlineData(true, "127.0.0.1", "X-Forwarded-For", false)]
    [InlineData(true, "127.0.0.1", "Forwarded", false)]
    [InlineData(true, "127.0.0.1", "Via", false)]
    [InlineData(true, "127.0.0.1", "X-Forwarded-Host", false)]
    [InlineData(true, "127.0.0.1", "x-forwarded-proto", false)]
    [InlineData(true, "127.0.0.1", "X-Real-IP", false)]
    public async Task It_is_shown_on_this_machine_and_only_if_it_is_on(bool isOn, string? peer, string? field, bool isShown)
    {
        HttpConnectionInfo connection = new() { RemoteEndPoint = peer is null ? null : new IPEndPoint(IPAddress.Parse(peer), 1) };
        (string, string)[] lines = field is null ? [] : [(field, "for=203.0.113.9")];
        HttpRequest request = new("GET", "/", null, lines) { Connection = connection };

        var asking = async () => await new ExceptionPageHandler(Failing, isOn).HandleAsync(request, CancellationToken.None);

        if (isShown) (await asking()).StatusCode.Should().Be(500);
        else await asking.Should().ThrowAsync<FormatException>();
    }

    [Fact]
    public async Task It_is_a_page_without_a_script_in_it()
    {
        using HttpClient client = new PwbServer(
            new ExceptionPageHandler(Failing, isOn: true, NullLogger.Instance)).CreateClient();

        using HttpResponseMessage response = await client.GetAsync("/");
        string page = await response.Content.ReadAsStringAsync();

        response.StatusCode.Should().Be(HttpStatusCode.InternalServerError);
        page.Should().Contain("System.FormatException: &lt;b&gt;mine&lt;/b&gt;").And.NotContain("<b>");
        response.Headers.GetValues("Content-Security-Policy").Should().Equal("default-src 'none'");
        response.Headers.CacheControl!.NoStore.Should().BeTrue();
    }

    [Fact]
    public async Task A_refusal_of_content_passes()
    {
        IRequestHandler reading = RequestHandler.From(async request => HttpResponse.Bytes(await request.ReadBytesAsync(1)));
        using HttpClient client = new PwbServer(new ExceptionPageHandler(reading, isOn: true)).CreateClient();

        using HttpResponseMessage response = await client.PostAsync("/", new StringContent("long"));

        response.StatusCode.Should().Be(HttpStatusCode.RequestEntityTooLarge);
    }
}

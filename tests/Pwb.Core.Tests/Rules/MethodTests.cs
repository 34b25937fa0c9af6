using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Rules;

/// <summary>R5: methods. RFC 9110 §9.1, §15.5.6, §15.6.2.</summary>
public sealed class MethodTests
{
    private const string TokenCharacters = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    // The IANA registry but for CONNECT, which the server answers, and PRI and *, which name no method of a request.
    public static TheoryData<string> Registered { get; } =
    [
        "ACL", "BASELINE-CONTROL", "BIND", "CHECKIN", "CHECKOUT", "COPY", "DELETE", "GET", "HEAD", "LABEL", "LINK", "LOCK",
        "MERGE", "MKACTIVITY",
        "MKCALENDAR", "MKCOL", "MKREDIRECTREF", "MKWORKSPACE", "MOVE", "OPTIONS", "ORDERPATCH", "PATCH", "POST", "PROPFIND",
        "PROPPATCH", "PUT",
        "REBIND", "REPORT", "SEARCH", "TRACE", "UNBIND", "UNCHECKOUT", "UNLINK", "UNLOCK", "UPDATE", "UPDATEREDIRECTREF",
        "VERSION-CONTROL",
    ];

    [Theory]
    [MemberData(nameof(Registered))]
    public Task Hands_every_registered_method_to_the_handler(string method) =>
        Wire.Echo.AssertServedAsync($"{method} /a HTTP/1.1\r\nHost: a\r\n\r\n", $"{method} /a");

    [Theory]
    [MemberData(nameof(Registered))]
    public async Task Answers_405_with_Allow_where_the_handler_does_not_serve_the_method(string method)
    {
        string[] served = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

        Outcome outcome = await Wire.Default.AssertEverySplitAsync($"{method} /a HTTP/1.1\r\nHost: a\r\n\r\n{Wire.Probe}");

        WireResponse response = outcome.Responses(method).Should().HaveCount(2).And.Subject.First();
        response.Status.Should().Be(served.Contains(method) ? 200 : method is "OPTIONS" ? 204 : 405);
        if (response.Status is 204 or 405)
            response["Allow"]!.Split(", ").Should().Contain(served).And.NotContain("TRACE").And.NotContain("CONNECT");
        outcome.RequestLines.Should().Equal($"{method} /a", "GET /probe");
    }

    [Theory]
    [InlineData("get")]
    [InlineData("Get")]
    [InlineData("GEt")]
    [InlineData("head")]
    [InlineData("options")]
    [InlineData("connect")]
    [InlineData("G")]
    [InlineData("GE")]
    [InlineData("GETS")]
    [InlineData("XGET")]
    [InlineData("GET-")]
    [InlineData("BREW")]
    [InlineData("HTTP")]
    [InlineData("!#$%&'*+-.^_`|~19AZaz")]
    public Task Answers_501_to_a_method_outside_the_registry_when_the_head_is_complete(string method) =>
        Wire.Echo.AssertRefusedAtLastByteAsync($"{method} /a HTTP/1.1\r\nHost: a\r\n\r\n", 501);

    [Fact]
    public async Task Takes_just_the_token_characters_out_of_all_256_bytes()
    {
        for (int value = 0; value < 256; value++)
        {
            char c = (char)value;
            if (TokenCharacters.Contains(c, StringComparison.Ordinal))
            {
                await Wire.Echo.AssertRefusedAtLastByteAsync($"X{c}T /a HTTP/1.1\r\nHost: a\r\n\r\n", 501);
                await Wire.Echo.AssertRefusedAtLastByteAsync($"{c}X /a HTTP/1.1\r\nHost: a\r\n\r\n", 501);
            }
            else
            {
                if (c != ' ') await Wire.Echo.AssertRefusedAtLastByteAsync($"GET{c}", 400);
                if (c != '\r') await Wire.Echo.AssertRefusedAtLastByteAsync($"{c}", 400);
                await Wire.Echo.AssertRefusedAsync($"G{c}T /a HTTP/1.1\r\n", 400);
            }
        }
    }

    [Theory]
    [InlineData(1, 501)]
    [InlineData(31, 501)]
    [InlineData(32, 501)]
    public Task Accepts_method_names_of_32_octets(int length, int status) =>
        Wire.Echo.AssertRefusedAtLastByteAsync($"{new string('M', length)} / HTTP/1.1\r\nHost: a\r\n\r\n", status);

    [Fact] // R6
    public Task Refuses_a_method_of_33_octets_at_the_33rd() => Wire.Echo.AssertRefusedAtLastByteAsync(new string('M', 33), 400);

    [Fact]
    public async Task Answers_501_to_a_method_outside_the_registry_whatever_else_it_asks()
    {
        await Wire.Echo.AssertRefusedAsync("BREW /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n", 501);
        await Wire.Echo.AssertRefusedAsync("BREW /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", 501);
        await Wire.Echo.AssertRefusedAsync("BREW /a HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n", 400);
    }

    [Theory]
    [InlineData("NOTIFY")]
    [InlineData("M-SEARCH")]
    [InlineData("get")]
    public async Task Gives_the_handler_the_methods_that_the_application_names(string method)
    {
        var wire = new Wire(
            request => HttpResponse.Text(request.Method),
            new PwbServerOptions { AdditionalMethods = ["NOTIFY", "M-SEARCH", "get"] });

        Outcome outcome = await wire.AssertServedAsync($"{method} /cb HTTP/1.1\r\nHost: a\r\n\r\n", $"{method} /cb");

        outcome.Responses()[0].ContentText.Should().Be(method);
        await wire.AssertRefusedAsync("PURGE /cb HTTP/1.1\r\nHost: a\r\n\r\n", 501);
        await wire.AssertRefusedAsync("notify /cb HTTP/1.1\r\nHost: a\r\n\r\n", 501); // case counts
    }

    [Theory]
    [InlineData("")]
    [InlineData("A B")]
    [InlineData("A\r\nB")]
    [InlineData("\u00C9")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData(null)]
    public void Refuses_an_additional_method_that_no_request_can_have(string? method) =>
        FluentActions.Invoking(() => new PwbServer(options: new PwbServerOptions { AdditionalMethods = [method!] }))
            .Should().Throw<ArgumentException>().WithParameterName("AdditionalMethods");
}

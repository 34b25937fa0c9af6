using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Rules;

/// <summary>R15: the form of a refusal, and what comes after it. RFC 9112 §9.6, RFC 9110 §6.6.1.</summary>
public sealed class RefusalTests
{
    private const string Marker = "zqxjk"; // in no word that a server would write

    public static TheoryData<string, int> Refused { get; } = new()
    {
        { $"{Marker}@", 400 },
        { $"GET /{Marker}#", 400 },
        { $"GET /{Marker} HTTP/1.1\n", 400 },
        { $"GET /{Marker} {Marker}", 400 },
        { $"GET /{Marker} HTTP/1.1\r\n{Marker} :", 400 },
        { $"GET /{Marker} HTTP/1.1\r\n{Marker}: {Marker}\r\n\r\n", 400 },
        { $"GET /{Marker} HTTP/1.1\r\nHost: {Marker} {Marker}\r\n", 400 },
        { $"POST /{Marker} HTTP/1.1\r\nHost: {Marker}\r\nContent-Length: {Marker}\r\n", 400 },
        { $"POST /{Marker} HTTP/1.1\r\nHost: {Marker}\r\nTransfer-Encoding: {Marker}\r\n\r\n", 400 },
        { $"POST /{Marker} HTTP/1.1\r\nHost: {Marker}\r\nTransfer-Encoding: {Marker}, chunked\r\n\r\n", 501 },
        { $"POST /{Marker} HTTP/1.1\r\nHost: {Marker}\r\nTransfer-Encoding: chunked\r\n\r\n1;{Marker}\r\nx\r\n{Marker}", 400 },
        { $"POST /{Marker} HTTP/1.1\r\nHost: {Marker}\r\nContent-Length: 30000001\r\n\r\n", 413 },
        { $"POST /{Marker} HTTP/1.1\r\nHost: {Marker}\r\nContent-Length: 5\r\nExpect: {Marker}\r\n\r\n", 417 },
        { $"{Marker} /{Marker} HTTP/1.1\r\nHost: {Marker}\r\n\r\n", 501 },
        { $"GET /{Marker} HTTP/7.7\r\n", 505 },
        { $"GET /{Marker}\u001B[31m", 400 },
        { $"GET /<script>{Marker}</script>", 400 },
        { $"GET /{Marker} HTTP/1.1\r\nHost: a\r\nX: \u001B]0;{Marker}\u0007", 400 },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Is_complete_and_echoes_nothing(string input, int status)
    {
        WireResponse refusal = await Wire.Echo.AssertRefusedAsync(input, status);

        refusal["Server"].Should().Be("PWB1.0");
        refusal.Head.Should().NotContain(Marker);
        refusal.ContentText.Should().NotContain(Marker).And.NotContain("\u001B").And.NotContain("<");
        refusal.ContentText.Length.Should().BeLessThan(200);
        refusal.Content.Length.ToString(System.Globalization.CultureInfo.InvariantCulture).Should().Be(refusal["Content-Length"]);
    }

    [Fact]
    public async Task Answers_414_and_431_in_the_same_form()
    {
        (await Wire.Echo.AssertRefusedAsync($"GET /{Marker}{new string('a', 9000)}", 414)).ContentText
            .Should().NotContain(Marker);
        (await Wire.Echo.AssertRefusedAsync($"GET / HTTP/1.1\r\nHost: a\r\nX: {Marker}{new string('a', 33000)}", 431)).ContentText
            .Should().NotContain(Marker);
    }

    [Theory]
    [InlineData("HEAD / HTTP/1.1\r\n\r\n", 400)]
    [InlineData("HEAD / HTTP/1.1\r\nHost: a b\r\n", 400)]
    [InlineData("HEAD / HTTP/1.1\r\nHost : ", 400)]
    [InlineData("HEAD / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n", 400)]
    [InlineData("HEAD / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501)]
    [InlineData("HEAD / HTTP/1.1\r\nHost: a\r\nContent-Length: 30000001\r\n\r\n", 413)]
    [InlineData("HEAD / HTTP/3.0\r\n", 505)]
    public async Task Has_no_content_when_the_method_was_HEAD(string input, int status)
    {
        WireResponse refusal = await Wire.Echo.AssertRefusedAsync(input, status, method: "HEAD");

        refusal["Content-Length"].Should().NotBe("0", "HEAD is answered with the head of GET");
    }

    [Theory]
    [InlineData("Other/2.0")]
    [InlineData(null)]
    public async Task Carries_the_Server_field_as_it_is_set(string? server)
    {
        var wire = new Wire(Wire.EchoAsync, new PwbServerOptions { ServerHeader = server });

        (await wire.AssertRefusedAsync("GET / HTTP/1.1\r\n\r\n", 400))["Server"].Should().Be(server);
    }

    [Fact]
    public async Task Comes_after_the_answers_to_the_requests_before()
    {
        const string Good = "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx";

        await Wire.Echo.AssertRefusedAtLastByteAsync($"{Good}{Good}{Good}GET /b\t", 400, earlierResponses: 3);

        (await Wire.Echo.ExchangeAsync($"{Good}{Good}{Good}GET /b\t")).RequestLines.Should().Equal(
            "POST /a", "POST /a", "POST /a");
    }

    [Fact] // a stream that cannot be closed in one direction is closed; what a socket does besides is for a socket's test
    public async Task Does_not_wait_for_a_peer_that_goes_on_sending()
    {
        var stream = new ScriptedStream();
        stream.Give("GET / HTTP/1.1\r\nA b\r\n");
        for (int i = 0; i < 1000; i++) stream.Give(new byte[1024]);

        Outcome outcome = await Wire.Echo.Open(stream).EndAsync(); // without FIN

        outcome.Response().Status.Should().Be(400);
        outcome.Stream.BytesRead.Should().BeLessThan(192 * 1024);
    }

    [Theory]
    [InlineData("HEAD /#", 400)]
    [InlineData("HEAD / HTTP/1.1\n", 400)]
    [InlineData("HEAD  ", 400)]
    public async Task Has_no_content_as_soon_as_the_method_is_known_to_be_HEAD(string input, int status) =>
        await Wire.Echo.AssertRefusedAtLastByteAsync(input, status, method: "HEAD");

    [Fact]
    public async Task Does_not_mistake_another_method_for_the_HEAD_before_it()
    {
        foreach (string second in (string[])[
            "\n", "GET /\n", "HEADS / HTTP/1.1\r\nHost: a\r\n\r\n", "head / HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET / HTTP/1.1\r\n\r\n"])
        {
            Outcome outcome = await Wire.Echo.AssertEverySplitAsync($"HEAD /a HTTP/1.1\r\nHost: a\r\n\r\n{second}");

            outcome.Responses("HEAD", "GET")[1].Content.Should().NotBeEmpty();
        }
    }

    [Fact]
    public async Task Is_dropped_when_the_peer_is_gone()
    {
        byte[] refusal = (await Wire.Echo.ExchangeAsync("GET / HTTP/1.1\n")).Output;
        for (int offset = 0; offset < refusal.Length; offset++)
        {
            Connection connection = Wire.Echo.Open(new ScriptedStream().FailWritesAt(offset), "GET / HTTP/1.1\n");
            (await connection.FinishAsync()).Output.Should().Equal(refusal[..offset]);
        }
    }
}

using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Rules;

/// <summary>R17: upgrades. RFC 9110 §7.8, §15.5.22, RFC 6455 §4.2.</summary>
public sealed class UpgradeTests
{
    private const string Start = "GET /a HTTP/1.1\r\nHost: a\r\n";
    private const string Key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

    [Theory]
    [InlineData("Connection: Upgrade\r\nUpgrade: foo\r\n")]
    [InlineData("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n")]
    [InlineData("Connection: Upgrade\r\nUpgrade: TLS/1.0\r\n")]
    [InlineData("Connection: Upgrade\r\n")]
    [InlineData("Connection: Upgrade\r\nUpgrade:\r\n")]
    [InlineData("Upgrade: foo\r\n")]
    [InlineData("Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" + Key)]
    [InlineData("Upgrade: websocket\r\nSec-WebSocket-Version: 8\r\n" + Key)] // without Connection: upgrade it asks for nothing
    [InlineData("Connection: keep-alive\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 8\r\n" + Key)]
    [InlineData("Connection: Upgrade\r\nUpgrade: foo\r\nSec-WebSocket-Version: 8\r\n" + Key)]
    public Task Is_ignored_where_nobody_takes_it(string lines) => Wire.Echo.AssertServedAsync($"{Start}{lines}\r\n", "GET /a");

    [Fact]
    public async Task Is_ignored_in_HTTP_1_0()
    {
        Outcome outcome = await Wire.Echo.AssertEverySplitAsync(
            "GET /a HTTP/1.0\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 8\r\n" + Key + "\r\n");

        outcome.Response().Status.Should().Be(200);
    }

    [Fact]
    public Task Is_ignored_with_another_method() => Wire.Echo.AssertServedAsync(
        "POST /a HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 8\r\n" + Key + "\r\n",
        "POST /a");

    [Theory]
    [InlineData("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 8\r\n")]
    [InlineData("Connection: upgrade\r\nUpgrade: WebSocket\r\nSec-WebSocket-Version: 12\r\n")]
    [InlineData("Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 14\r\n")]
    [InlineData("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 0\r\n")]
    [InlineData("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 130\r\n")]
    [InlineData("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: x\r\n")]
    public async Task Answers_426_to_another_version_of_WebSocket(string lines)
    {
        Outcome outcome = await Wire.Echo.AssertEverySplitAsync($"{Start}{lines}{Key}\r\n");

        outcome.Requests.Should().BeEmpty();
        WireResponse response = outcome.Response();
        response.Status.Should().Be(426);
        response["Sec-WebSocket-Version"].Should().Be("13");
        response["Upgrade"].Should().Be("websocket", "RFC 9110 §15.5.22 asks for it");
    }
}

using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.WebSockets;

/// <summary>R17: the opening handshake. RFC 6455 §4.2.</summary>
public sealed class HandshakeTests
{
    private const string Version = "Sec-WebSocket-Version: 13\r\n";
    private const string Key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    private const string Asks = "Connection: Upgrade\r\nUpgrade: websocket\r\n";

    [Theory]
    [InlineData(Asks + Version + Key)]
    [InlineData("Connection: keep-alive, upgrade\r\nUpgrade: h2c, WebSocket\r\n" + Version + Key)]
    [InlineData("Connection: keep-alive\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nUpgrade: WEBSOCKET\r\n" + Version + Key)]
    [InlineData(Asks + Version + Key + "Content-Length: 0\r\n")]
    [InlineData(Asks + Version + Key + "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n")]
    [InlineData(Asks + Version + Key + "Sec-WebSocket-Protocol: unknown\r\n")]
    public async Task Is_answered_with_101_and_no_extension(string lines)
    {
        Outcome outcome = await Wire().ExchangeAsync($"GET /a HTTP/1.1\r\nHost: a\r\n{lines}\r\n", null, InputEnd.Fin);

        string head = Head(outcome);
        head.Should().StartWith("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n");
        head.Should().Contain("\r\nConnection: Upgrade\r\n")
            .And.Contain("\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n", "RFC 6455 §1.3");
        head.Should().NotContain("Sec-WebSocket-Extensions").And.NotContain("Sec-WebSocket-Protocol")
            .And.NotContain("Content-Length");
    }

    [Theory]
    [InlineData("GET", "", 426)]
    [InlineData("GET", "Upgrade: websocket\r\n" + Version + Key, 426)]
    [InlineData("GET", "Connection: Upgrade\r\nUpgrade: websocket2\r\n" + Version + Key, 426)]
    [InlineData("GET", "Connection: Upgrade\r\n" + Version + Key, 426)]
    [InlineData("GET", Asks + Key, 426)]
    [InlineData("GET", Asks + Key + "Sec-WebSocket-Version: 12\r\n", 426)]
    [InlineData("GET", Asks + Key + "Sec-WebSocket-Version: 13, 8\r\n", 426)]
    [InlineData("GET", Asks + Key + Version + Version, 400)]
    [InlineData("GET", Asks + Version, 400)]
    [InlineData("GET", Asks + Version + Key + Key, 400)]
    [InlineData("GET", Asks + Version + "Sec-WebSocket-Key:\r\n", 400)]
    [InlineData("GET", Asks + Version + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ\r\n", 400)]
    [InlineData("GET", Asks + Version + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZSE=\r\n", 400)]
    [InlineData("GET", Asks + Version + "Sec-WebSocket-Key: dGhlIHNhbXBs ZSBub25jZQ=\r\n", 400)]
    [InlineData("GET", Asks + Version + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZ_==\r\n", 400)]
    [InlineData("GET", Asks + Version + Key + "Sec-WebSocket-Protocol: a b\r\n", 400)]
    [InlineData("GET", Asks + Version + Key + "Sec-WebSocket-Protocol:\r\n", 400)]
    [InlineData("GET", Asks + Version + Key + "Sec-WebSocket-Protocol: a, a\r\n", 400)]
    [InlineData("GET", Asks + Version + Key + "Sec-WebSocket-Protocol: a\r\nSec-WebSocket-Protocol: b, a\r\n", 400)]
    [InlineData("GET", Asks + Version + Key + "Content-Length: 1\r\n", 400)]
    [InlineData("POST", Asks + Version + Key, 405)]
    public async Task Gets_its_status_for_each_thing_that_is_wrong(string method, string lines, int status)
    {
        bool hasRun = false;
        var wire = new Wire(request => request.AcceptWebSocket((_, _) =>
        {
            hasRun = true;
            return default;
        }));
        string content = lines.Contains("Content-Length: 1", StringComparison.Ordinal) ? "x" : "";
        Outcome outcome = await wire.ExchangeAsync($"{method} /a HTTP/1.1\r\nHost: a\r\n{lines}\r\n{content}");

        WireResponse response = outcome.Responses(method)[0];
        response.Status.Should().Be(status);
        if (status == 426) response["Sec-WebSocket-Version"].Should().Be("13");
        if (status == 426) response["Upgrade"].Should().Be("websocket");
        if (status == 405) response["Allow"].Should().Be("GET");
        hasRun.Should().BeFalse();
    }

    [Fact]
    public async Task Gets_426_in_HTTP_1_0()
    {
        Outcome outcome = await Wire().ExchangeAsync($"GET /a HTTP/1.0\r\n{Asks}{Version}{Key}\r\n");
        outcome.Response().Status.Should().Be(426, "RFC 9110 §7.8 has a server ignore Upgrade there");
    }

    [Theory]
    [InlineData("b", "b")]
    [InlineData("x, c, b", "c")]
    [InlineData("x\r\nSec-WebSocket-Protocol: b", "b")]
    [InlineData("B", null)]
    public async Task Agrees_on_the_first_subprotocol_that_is_offered_and_spoken(string offered, string? agreed)
    {
        string? seen = "nothing";
        var wire = new Wire(request => request.AcceptWebSocket(
            (socket, _) =>
            {
                seen = socket.SubProtocol;
                return default;
            },
            new WebSocketOptions { SubProtocols = ["b", "c"] }));
        Outcome outcome = await wire.ExchangeAsync(
            $"GET /a HTTP/1.1\r\nHost: a\r\n{Asks}{Version}{Key}Sec-WebSocket-Protocol: {offered}\r\n\r\n");

        seen.Should().Be(agreed);
        if (agreed is null) Head(outcome).Should().NotContain("Sec-WebSocket-Protocol");
        else Head(outcome).Should().Contain($"\r\nSec-WebSocket-Protocol: {agreed}\r\n");
    }

    [Theory]
    [InlineData("GET", true)]
    [InlineData("POST", false)]
    public void Shows_in_the_request(string method, bool isIt)
    {
        new HttpRequest(
            method, "/", null, ("Connection", "Upgrade"), ("Upgrade", "websocket")).IsWebSocketRequest.Should().Be(isIt);
        new HttpRequest(method, "/", null, ("Connection", "Upgrade"), ("Upgrade", "other")).IsWebSocketRequest.Should().BeFalse();
        new HttpRequest(method, "/").IsWebSocketRequest.Should().BeFalse();
    }

    [Fact]
    public void Options_are_checked_where_they_are_set()
    {
        FluentActions.Invoking(() => new WebSocketOptions { SubProtocols = ["a b"] }).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new WebSocketOptions { SubProtocols = [""] }).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new WebSocketOptions { KeepAliveInterval = TimeSpan.FromSeconds(-1) })
            .Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new WebSocketOptions { KeepAliveTimeout = TimeSpan.MaxValue })
            .Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new WebSocketOptions { CloseTimeout = TimeSpan.Zero }).Should().Throw<ArgumentException>();
    }

    private static Wire Wire() => new(request => request.AcceptWebSocket((_, _) => default));

    private static string Head(Outcome outcome) =>
        outcome.Text[..(outcome.Text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)];
}

using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Rules;

/// <summary>R12: the trailer section. RFC 9112 §7.1.2, RFC 9110 §6.5.</summary>
public sealed class TrailerTests
{
    private const string Start = "POST /a HTTP/1.1\r\nHost: a\r\nX: header\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n";
    private const string TokenCharacters = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private static readonly Wire Teller = new(async (request, cancellationToken) =>
    {
        int before = request.Trailers.Count;
        await Wire.ReadAllAsync(request.Body, cancellationToken);
        return HttpResponse.Text($"{before} {Show(request.Trailers)}| {request.Headers["X"]} {request.Headers["T"]}");
    });

    [Theory]
    [InlineData("\r\n", "")]
    [InlineData("T: v\r\n\r\n", "T=v ")]
    [InlineData("T:\t v \t\r\n\r\n", "T=v ")]
    [InlineData("T:\r\n\r\n", "T= ")]
    [InlineData("T: 1\r\nS: 2\r\nT: 3\r\n\r\n", "T=1 S=2 T=3 ")]
    [InlineData("X: trailer\r\n\r\n", "X=trailer ")]
    [InlineData("T: \u0080\u00FF\r\n\r\n", "T=\u0080\u00FF ")]
    public async Task Gives_the_trailers_after_the_content_and_apart_from_the_header(string trailers, string expected)
    {
        Outcome outcome = await Teller.AssertServedAsync(Start + trailers, "POST /a");

        System.Text.Encoding.UTF8.GetString(outcome.Responses()[0].Content).Should().Be($"0 {expected}| header ");
    }

    [Theory] // RFC 9110 §6.5.1: about framing, routing or the connection
    [InlineData("Content-Length: 5")]
    [InlineData("content-length: 0")]
    [InlineData("Content_Length: 5")]
    [InlineData("Transfer-Encoding: chunked")]
    [InlineData("TRANSFER-ENCODING: gzip")]
    [InlineData("Transfer_Encoding: chunked")]
    [InlineData("Connection: close")]
    [InlineData("Keep-Alive: timeout=5")]
    [InlineData("Proxy-Connection: close")]
    [InlineData("Host: other")]
    [InlineData("Host: a")]
    [InlineData("Expect: x")]
    [InlineData("TE: trailers")]
    [InlineData("Trailer: T")]
    [InlineData("Upgrade: websocket")]
    public async Task Refuses_a_field_that_would_change_the_message(string line)
    {
        foreach (string trailers in (string[])[line + "\r\n", $"T: v\r\n{line}\r\n"])
        {
            await Wire.Echo.AssertRefusedAtLastByteAsync(Start + trailers, 400);
            await Wire.Ignoring.AssertRefusedAtLastByteAsync(Start + trailers, 400);
        }
    }

    [Fact]
    public async Task Takes_every_other_field_and_uses_it_for_nothing()
    {
        Outcome outcome = await Teller.AssertServedAsync(
            $"{Start}Cookie: a\r\nAuthorization: b\r\nContent-Type: c/d\r\nHosts: e\r\n\r\n", "POST /a");

        outcome.Responses()[0].ContentText.Should().Be("0 Cookie=a Authorization=b Content-Type=c/d Hosts=e | header ");
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\rX")]
    [InlineData("\r\r")]
    [InlineData(" ")]
    [InlineData("\t")]
    [InlineData(":")]
    [InlineData("T\r")]
    [InlineData("T\n")]
    [InlineData("T ")]
    [InlineData("T\t")]
    [InlineData("T\0")]
    [InlineData("T(")]
    [InlineData("T\u0080")]
    [InlineData("T: \0")]
    [InlineData("T: v\n")]
    [InlineData("T: v\rX")]
    [InlineData("T: v\u007F")]
    [InlineData("T: v\r\n ")]
    [InlineData("T: v\r\n\t")]
    [InlineData("T: v\r\n\n")]
    [InlineData("T: v\r\n\rX")]
    [InlineData("T: v\r\nS\r")]
    [InlineData("T: v\r\n:")]
    public async Task Refuses_a_malformed_trailer_section_at_once(string trailers)
    {
        await Wire.Echo.AssertRefusedAtLastByteAsync(Start + trailers, 400);
        await Wire.Ignoring.AssertRefusedAtLastByteAsync(Start + trailers, 400);
    }

    [Fact]
    public async Task Takes_just_the_right_bytes_out_of_all_256()
    {
        for (int value = 0; value < 256; value++)
        {
            char c = (char)value;
            if (TokenCharacters.Contains(c, StringComparison.Ordinal))
                await Wire.Ignoring.AssertServedAsync($"{Start}X{c}: v\r\n\r\n", "POST /a");
            else if (c != ':') await Wire.Ignoring.AssertRefusedAtLastByteAsync($"{Start}X{c}", 400);
            if (c is '\t' or (>= ' ' and not '\u007F'))
                await Wire.Ignoring.AssertServedAsync($"{Start}T: v{c}\r\n\r\n", "POST /a");
            else if (c != '\r') await Wire.Ignoring.AssertRefusedAtLastByteAsync($"{Start}T: v{c}", 400);
        }
    }

    [Theory]
    [InlineData(32, true)]
    [InlineData(33, false)]
    public async Task Caps_the_number_of_lines(int count, bool accepted)
    {
        string trailers = string.Concat(Enumerable.Range(0, count).Select(i => $"T{i}: v\r\n"));
        if (accepted) await Wire.Echo.AssertServedAsync($"{Start}{trailers}\r\n", "POST /a");
        else await Wire.Echo.AssertRefusedAsync(Start + trailers, 400);
    }

    [Theory]
    [InlineData(8191, true)]
    [InlineData(8192, true)]
    [InlineData(8193, false)]
    [InlineData(20000, false)]
    public async Task Caps_the_section(int length, bool accepted)
    {
        string trailers = $"T: {new string('v', length - 5)}\r\n";
        if (accepted) await Wire.Echo.AssertServedAsync($"{Start}{trailers}\r\n", [Start.Length + length], "POST /a");
        else await Wire.Echo.AssertRefusedAsync(Start + trailers, 400, interesting: [Start.Length + 8192]);
    }

    [Fact]
    public async Task Gives_nothing_of_a_section_that_is_refused()
    {
        string? seen = null;
        var wire = new Wire(async (request, cancellationToken) =>
        {
            Exception? refused = await Record.ExceptionAsync(() => Wire.ReadAllAsync(request.Body, cancellationToken));
            seen = $"{refused?.GetType().Name} {request.Trailers.Count} {request.Trailers["T"]}";
            return HttpResponse.Text("caught");
        });

        await wire.AssertRefusedAtLastByteAsync($"{Start}T: v\r\nbad ", 400);

        seen.Should().Be("RequestRejectedException 0 ");
    }

    [Fact]
    public async Task Has_no_trailers_without_chunks()
    {
        Outcome outcome = await Teller.AssertServedAsync(
            "POST /a HTTP/1.1\r\nHost: a\r\nX: header\r\nTrailer: T\r\nContent-Length: 1\r\n\r\na", "POST /a");

        outcome.Responses()[0].ContentText.Should().Be("0 | header ");
    }

    [Fact]
    public async Task Does_not_keep_the_trailers_of_the_request_before()
    {
        Outcome outcome = await Teller.ExchangeAsync($"{Start}T: v\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n");

        outcome.Responses().Select(response => response.ContentText).Should().Equal("0 T=v | header ", "0 |  ");
    }

    private static string Show(HttpFields fields)
    {
        string text = "";
        foreach (FieldLine line in fields) text += $"{Latin1.Text(line.Name)}={Latin1.Text(line.Value)} ";
        return text;
    }
}

using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Model;

/// <content>Which fields a handler may set.</content>
public sealed partial class HttpResponseTests
{
    private const string TokenCharacters = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    [Fact]
    public async Task Takes_just_the_token_characters_in_a_name_out_of_all_256_bytes()
    {
        for (int value = 0; value < 256; value++)
        {
            char c = (char)value;
            foreach (string name in (string[])[$"{c}", $"X{c}", $"X{c}Y"])
            {
                if (TokenCharacters.Contains(c, StringComparison.Ordinal))
                {
                    HttpResponse response = new HttpResponse(200, null, (name, "v")).WithAdded(name, "w");
                    (await new Wire(_ => response).ExchangeAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n")).Response()[name]
                        .Should().Be("v, w");
                }
                else
                {
                    AssertRefused(name, "v");
                }
            }
        }
    }

    [Fact]
    public async Task Takes_no_control_character_but_HTAB_in_a_value_out_of_all_256_bytes()
    {
        for (int value = 0; value < 256; value++)
        {
            char c = (char)value;
            string text = $"a{c}b";
            if (c is not '\t' and (< ' ' or '\u007F'))
            {
                AssertRefused("X", text);
                AssertRefused("X", $"{c}");
            }
            else if (c < '\u0080')
            {
                HttpResponse response = new HttpResponse(200).With("X", text);
                (await new Wire(_ => response).ExchangeAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n")).Response()["X"]
                    .Should().Be(text);
            }
            else
            {
                // obs-text: whether it is refused or sent, it is no other byte on the wire than it was here.
                Exception? refused = Record.Exception(() => new HttpResponse(200).With("X", text));
                if (refused is not null) refused.Should().BeAssignableTo<ArgumentException>();
                else (await new Wire(_ => new HttpResponse(200).With("X", text)).ExchangeAsync(
                    "GET / HTTP/1.1\r\nHost: a\r\n\r\n")).Response()["X"].Should().Be(text);
            }
        }
    }

    [Theory]
    [InlineData("X\u010A", "v")] // LF, if cut to its low byte
    [InlineData("X\uFF10", "v")]
    [InlineData("", "v")]
    [InlineData(" X", "v")]
    [InlineData("X ", "v")]
    [InlineData("X:", "v")]
    [InlineData("X\r\nY", "v")]
    [InlineData("X", "a\u010Ab")]
    [InlineData("X", "a\u010Db")]
    [InlineData("X", "a\uFF0Ab")]
    [InlineData("X", "a\uD800b")]
    [InlineData("X", "\u4E2D")]
    [InlineData("X", " v")]
    [InlineData("X", "v ")]
    [InlineData("X", "\tv")]
    [InlineData("X", "v\t")]
    [InlineData("X", " ")]
    [InlineData("X", "v\r\nY: z")]
    [InlineData("X", "v\r")]
    [InlineData("X", "v\n")]
    [InlineData("X", "v\r\n w")]
    [InlineData("X", "v\0")]
    public void Refuses_an_invalid_field(string name, string value) => AssertRefused(name, value);

    [Theory]
    [InlineData("Content-Length", "5")]
    [InlineData("content-length", "5")]
    [InlineData("Transfer-Encoding", "chunked")]
    [InlineData("TRANSFER-ENCODING", "chunked")]
    [InlineData("Connection", "close")]
    [InlineData("connection", "keep-alive")]
    [InlineData("Date", "Sun, 06 Nov 1994 08:49:37 GMT")]
    [InlineData("date", "x")]
    public void Refuses_the_fields_that_the_server_writes(string name, string value) => AssertRefused(name, value);

    [Fact]
    public async Task Has_one_Server_field_at_most()
    {
        HttpResponse response;
        try
        {
            response = HttpResponse.Text("x").With("Server", "mine");
        }
        catch (ArgumentException)
        {
            return; // the server's own
        }

        (await new Wire(_ => response).ExchangeAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n")).Response()["Server"]
            .Should().NotBeNull();
    }

    private static List<string> Show(HttpResponse response)
    {
        List<string> lines = [];
        foreach (FieldLine line in response.Headers) lines.Add($"{Latin1.Text(line.Name)}: {Latin1.Text(line.Value)}");
        return lines;
    }
}

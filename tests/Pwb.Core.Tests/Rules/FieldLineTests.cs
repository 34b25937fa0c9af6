using Pwb.Protocol;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Rules;

/// <summary>R8 and R9: field lines. RFC 9112 §5, RFC 9110 §5.1, §5.5, §5.6.</summary>
public sealed class FieldLineTests
{
    private const string Start = "GET /a HTTP/1.1\r\nHost: a\r\n";
    private const string TokenCharacters = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    [Theory]
    [InlineData("A:b", "A", "b")]
    [InlineData("A: b", "A", "b")]
    [InlineData("A:\tb", "A", "b")]
    [InlineData("A: \t b \t ", "A", "b")]
    [InlineData("A:b\t", "A", "b")]
    [InlineData("A:", "A", "")]
    [InlineData("A: ", "A", "")]
    [InlineData("A: \t \t", "A", "")]
    [InlineData("A: b c", "A", "b c")]
    [InlineData("A: b \t c", "A", "b \t c")]
    [InlineData("A:: b", "A", ": b")]
    [InlineData("A: b: c", "A", "b: c")]
    [InlineData("a: \"b\"", "a", "\"b\"")]
    [InlineData("!#$%&'*+-.^_`|~09AZaz: b", "!#$%&'*+-.^_`|~09AZaz", "b")]
    [InlineData("A: \u0080\u00A0\u00FF", "A", "\u0080\u00A0\u00FF")]
    [InlineData("A: \u00A0", "A", "\u00A0")] // white space in Latin-1, but not OWS
    [InlineData("A: \u0085", "A", "\u0085")]
    public async Task Gives_name_and_value_without_the_white_space_around_it(string line, string name, string value)
    {
        Outcome outcome = await Wire.Echo.AssertServedAsync($"{Start}{line}\r\n\r\n", "GET /a");

        outcome.Requests[0].Fields.Should().Equal(("Host", "a"), (name, value));
    }

    [Theory] // R8
    [InlineData("A ")] // before the colon
    [InlineData("A\t")]
    [InlineData(":")] // an empty name
    [InlineData(" ")] // obs-fold
    [InlineData("\t")]
    [InlineData("A: b\r\n ")]
    [InlineData("A: b\r\n\t")]
    [InlineData("A:\r\n ")]
    [InlineData("A\r")] // no colon
    [InlineData("A: b\r\nC\r")]
    [InlineData("(")]
    [InlineData("A(")]
    [InlineData("A\"")]
    [InlineData("A/")]
    [InlineData("A\0")]
    [InlineData("A: \0")]
    [InlineData("A: b\0")]
    [InlineData("A: b\v")]
    [InlineData("A: b\f")]
    [InlineData("A: b\u001B")]
    [InlineData("A: b\u007F")]
    public Task Refuses_a_malformed_field_line_at_once(string lines) =>
    Wire.Echo.AssertRefusedAtLastByteAsync(Start + lines, 400);

    [Theory] // R8
    [InlineData(" ")]
    [InlineData("\t")]
    [InlineData(":")]
    [InlineData("Host ")]
    [InlineData("Host\r")]
    public Task Refuses_a_malformed_first_field_line_at_once(string line) =>
    Wire.Echo.AssertRefusedAtLastByteAsync("GET /a HTTP/1.1\r\n" + line, 400);

    [Fact] // R8
    public async Task Takes_just_the_token_characters_in_a_name_out_of_all_256_bytes()
    {
        for (int value = 0; value < 256; value++)
        {
            char c = (char)value;
            if (TokenCharacters.Contains(c, StringComparison.Ordinal))
            {
                await Wire.Echo.AssertServedAsync($"{Start}{c}: v\r\n\r\n", "GET /a");
                Outcome outcome = await Wire.Echo.AssertServedAsync($"{Start}N{c}n: v\r\n\r\n", "GET /a");
                outcome.Requests[0].Fields[1].Should().Be(($"N{c}n", "v"));
            }
            else
            {
                if (c != ':') await Wire.Echo.AssertRefusedAtLastByteAsync($"{Start}N{c}", 400);
                if (c != '\r') await Wire.Echo.AssertRefusedAtLastByteAsync($"{Start}{c}", 400);
            }
        }
    }

    [Fact] // R8
    public async Task Takes_just_HTAB_SP_VCHAR_and_obs_text_in_a_value_out_of_all_256_bytes()
    {
        for (int value = 0; value < 256; value++)
        {
            char c = (char)value;
            if (c is '\t' or (>= ' ' and not '\u007F'))
            {
                Outcome outcome = await Wire.Echo.AssertServedAsync($"{Start}N: a{c}b\r\nM: {c}\r\n\r\n", "GET /a");
                outcome.Requests[0].Fields.Should().Equal(("Host", "a"), ("N", $"a{c}b"), ("M", c is '\t' or ' ' ? "" : $"{c}"));
            }
            else if (c != '\r')
            {
                await Wire.Echo.AssertRefusedAtLastByteAsync($"{Start}N:{c}", 400);
                await Wire.Echo.AssertRefusedAtLastByteAsync($"{Start}N: a{c}", 400);
            }
            else
            {
                await Wire.Echo.AssertRefusedAtLastByteAsync($"{Start}N: a{c}b", 400);
            }
        }
    }

    [Theory] // R8
    [InlineData(' ')]
    [InlineData('a')]
    [InlineData('~')]
    [InlineData('\t')]
    [InlineData('\u0080')]
    [InlineData('\u00FF')]
    public void Finds_the_first_byte_of_no_value_at_every_place_among_all_others(char other)
    {
        for (int value = 0; value < 256; value++)
        {
            bool isOfValues = value == '\t' || (value >= 0x20 && value != 0x7F);
            for (int length = 0; length < 27; length++)
            {
                for (int at = 0; at < length; at++)
                {
                    byte[] text = new byte[length];
                    text.AsSpan().Fill((byte)other);
                    text[at] = (byte)value;
                    int found = Grammar.IndexOfAnyExceptFieldValue(text);
                    found.Should().Be(isOfValues ? -1 : at, $"{value} stands at {at} of {length}");
                    text[length - 1] = 0; // behind it, one that ends the value for sure
                    if (at < length - 1) Grammar.IndexOfAnyExceptFieldValue(text).Should().Be(isOfValues ? length - 1 : at);
                }
            }
        }
    }

    [Theory] // R9
    [InlineData("X-Name", "x-name")]
    [InlineData("x-NAME", "X-Name")]
    [InlineData("X_Name", "x_name")]
    [InlineData("X-N^m~", "x-n^M~")]
    public async Task Finds_a_field_whatever_its_case(string sent, string asked)
    {
        string? found = null;
        var wire = new Wire(request =>
        {
            found = request.Headers[asked];
            return HttpResponse.Text("ok");
        });

        (await wire.ExchangeAsync($"{Start}{sent}: v\r\n\r\n")).Response().Status.Should().Be(200);

        found.Should().Be("v");
    }

    [Theory] // R9: a name is never mapped, and only letters have a case ('^' and '~', '[' and '{' differ by the same bit)
    [InlineData("X_Name", "X-Name")]
    [InlineData("X-Name", "X_Name")]
    [InlineData("X^", "X~")]
    [InlineData("X`", "X@")]
    [InlineData("X-Name", "X-Nam")]
    [InlineData("X-Nam", "X-Name")]
    public async Task Does_not_take_one_name_for_another(string sent, string asked)
    {
        string? found = "not asked";
        var wire = new Wire(request =>
        {
            found = request.Headers[asked];
            return HttpResponse.Text("ok");
        });

        (await wire.ExchangeAsync($"{Start}{sent}: v\r\n\r\n")).Response().Status.Should().Be(200);

        found.Should().BeNull();
    }

    [Theory] // R9
    [InlineData("Content_Length: 3\r\n")]
    [InlineData("content_length: 0\r\n")]
    [InlineData("CONTENT_LENGTH:\r\n")]
    [InlineData("Transfer_Encoding: chunked\r\n")]
    [InlineData("transfer_encoding: identity\r\n")]
    [InlineData("TRANSFER_ENCODING:\r\n")]
    [InlineData("Content-Type: text/plain\r\nContent-Type: text/plain\r\n")]
    [InlineData("Content-Type: text/plain\r\ncontent-type: text/html\r\n")]
    [InlineData("Content-Type: a/b\r\nX: y\r\nContent-Type:\r\n")]
    public async Task Refuses_names_that_are_taken_for_others_and_a_second_Content_Type(string lines)
    {
        await Wire.Echo.AssertRefusedAtLastByteAsync(Start + lines, 400);
        await Wire.Echo.AssertRefusedAtLastByteAsync("GET /a HTTP/1.0\r\n" + lines, 400);
    }

    [Theory] // R9: the accepting side
    [InlineData("Content-Type: text/plain\r\n")]
    [InlineData("Content_Type: a/b\r\nContent_Type: a/b\r\n")]
    [InlineData("Content-Type: a/b\r\nContent_Type: a/b\r\n")]
    [InlineData("X-Content_Length: 3\r\n")]
    [InlineData("Content_Lengths: 3\r\n")]
    [InlineData("Accept: a\r\nAccept: a\r\n")]
    [InlineData("Cookie: a=b\r\nCookie: c=d\r\n")]
    public Task Serves_names_that_only_resemble_them(string lines) =>
    Wire.Echo.AssertServedAsync($"{Start}{lines}\r\n", "GET /a");

    [Fact] // R9: in wire order, none merged or dropped
    public async Task Gives_all_field_lines_in_wire_order()
    {
        Outcome outcome = await Wire.Echo.AssertServedAsync($"{Start}B: 1\r\nA: 2\r\nb: 3\r\nA:\r\n\r\n", "GET /a");

        outcome.Requests[0].Fields.Should().Equal(("Host", "a"), ("B", "1"), ("A", "2"), ("b", "3"), ("A", ""));
    }
}

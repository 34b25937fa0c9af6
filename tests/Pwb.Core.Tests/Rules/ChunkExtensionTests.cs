using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Rules;

/// <summary>R12: chunk extensions. RFC 9112 §7.1.1, RFC 9110 §5.6.2 to §5.6.4.</summary>
public sealed class ChunkExtensionTests
{
    private const string Start = "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    private const string TokenCharacters = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    [Theory]
    [InlineData(";a")]
    [InlineData(";a=b")]
    [InlineData(";a=\"\"")]
    [InlineData(";a=\"b\"")]
    [InlineData(";a=\"b c\td\"")]
    [InlineData(";a=\"b;c=d\"")]
    [InlineData(";a=\"\\\"\"")]
    [InlineData(";a=\"\\\\\"")]
    [InlineData(";a=\"\\b\\ \\\t\"")]
    [InlineData(";a=\"\u0080\u00FF\\\u00FF\"")]
    [InlineData(";a;b;c")]
    [InlineData(";a=b;c=\"d\";e")]
    [InlineData(" ;a")]
    [InlineData("; a")]
    [InlineData("\t;\ta\t=\tb\t;\tc")]
    [InlineData(" ; a = \"b\" ; c")]
    [InlineData("  ;  a")]
    public async Task Ignores_valid_extensions(string extensions)
    {
        Outcome outcome = await Wire.Echo.AssertServedAsync($"{Start}3{extensions}\r\nabc\r\n0{extensions}\r\n\r\n", "POST /a");
        await Wire.Ignoring.AssertServedAsync($"{Start}3{extensions}\r\nabc\r\n0{extensions}\r\n\r\n", "POST /a");

        outcome.Responses()[0].ContentText.Should().Be("abc");
    }

    [Theory]
    [InlineData(";\r")]
    [InlineData("; \r")]
    [InlineData(";;")]
    [InlineData("; ;")]
    [InlineData(";=")]
    [InlineData(";\"")]
    [InlineData(";a;\r")]
    [InlineData(";a=\r")]
    [InlineData(";a=;")]
    [InlineData(";a==")]
    [InlineData(";a= \r")]
    [InlineData(";a b")]
    [InlineData(";a \r")]
    [InlineData(";a=b c")]
    [InlineData(";a=b \r")]
    [InlineData(";a=b=")]
    [InlineData(";a=b\"")]
    [InlineData(";a=\"b\"c")]
    [InlineData(";a=\"b\"\"")]
    [InlineData(";a=\"b\" \r")]
    [InlineData(";a=\"b\r")]
    [InlineData(";a=\"b\n")]
    [InlineData(";a=\"b\\\r")]
    [InlineData(";a=\"b\\\n")]
    [InlineData(";a=\"\0")]
    [InlineData(";a=\"\\\0")]
    [InlineData(";a=\"\u007F")]
    [InlineData(";a\n")]
    [InlineData(";a\rX")]
    [InlineData(";a=b\n")]
    [InlineData(";a=b\rX")]
    [InlineData(";a=\"b\"\n")]
    [InlineData(";a=\"b\"\rX")]
    [InlineData(";\n")]
    [InlineData(";a\0")]
    [InlineData(";a=@")]
    [InlineData(";a\u0080")]
    [InlineData(" ;\r")]
    [InlineData(",")]
    public async Task Refuses_malformed_extensions_at_once(string extensions)
    {
        await Wire.Echo.AssertRefusedAtLastByteAsync($"{Start}3{extensions}", 400);
        await Wire.Echo.AssertRefusedAtLastByteAsync($"{Start}3\r\nabc\r\n0{extensions}", 400);
    }

    [Fact]
    public async Task Takes_just_the_right_bytes_in_extensions_out_of_all_256()
    {
        for (int value = 0; value < 256; value++)
        {
            char c = (char)value;
            await AssertByteAsync(";a", c, "b", taken: IsToken(c) || c is ';' or '=', open: c is ' ' or '\t' or '\r');
            await AssertByteAsync(";", c, "b", taken: IsToken(c) || c is ' ' or '\t');
            await AssertByteAsync(";a=b", c, "c", taken: IsToken(c) || c is ';', open: c is ' ' or '\t' or '\r');
            await AssertByteAsync(";a=", c, "c", taken: IsToken(c) || c is ' ' or '\t', open: c is '"');
            await AssertByteAsync(";a=\"b", c, "c\"", taken: c is '\t' or (>= ' ' and not ('"' or '\u007F')), open: c is '"');
            await AssertByteAsync(";a=\"\\", c, "c\"", taken: c is '\t' or (>= ' ' and not '\u007F'));
        }

        static bool IsToken(char c) => TokenCharacters.Contains(c, StringComparison.Ordinal);

        // Taken: the extension is valid. Open: not yet wrong, but what follows makes it so. Neither: refused at the byte.
        static async Task AssertByteAsync(string before, char c, string after, bool taken, bool open = false)
        {
            if (taken) await Wire.Ignoring.AssertServedAsync($"{Start}1{before}{c}{after}\r\na\r\n0\r\n\r\n", "POST /a");
            else if (open) await Wire.Ignoring.AssertRefusedAsync($"{Start}1{before}{c}{after}\r\n", 400);
            else await Wire.Ignoring.AssertRefusedAtLastByteAsync($"{Start}1{before}{c}", 400);
        }
    }

    [Theory]
    [InlineData(1000, true)]
    [InlineData(1024, true)]
    [InlineData(1025, false)]
    [InlineData(5000, false)]
    public async Task Caps_a_chunk_line(int length, bool accepted)
    {
        string line = "1;" + new string('a', length - 2);
        if (accepted) await Wire.Echo.AssertServedAsync($"{Start}{line}\r\na\r\n0\r\n\r\n", [length], "POST /a");
        else await Wire.Echo.AssertRefusedAsync(Start + line + "\r\n", 400, interesting: [1024 + Start.Length]);
    }

    [Theory]
    [InlineData("1;")]
    [InlineData("1")]
    [InlineData("1 ")]
    [InlineData("0;a=\"")]
    [InlineData("0")]
    public Task Cuts_an_endless_chunk_line_short(string start)
    {
        char filler = start[^1] switch { '1' or '0' => '0', ' ' => ' ', _ => 'a' };
        return Wire.Echo.AssertRefusedAsync(Start + start + new string(filler, 5000), 400);
    }

    [Theory]
    [InlineData(16, true)] // 16,000 octets of extensions
    [InlineData(17, false)]
    [InlineData(100, false)]
    public async Task Caps_the_total_of_all_extensions(int chunks, bool accepted)
    {
        string content = string.Concat(Enumerable.Repeat($"1;{new string('a', 999)}\r\na\r\n", chunks));
        if (accepted) await Wire.Echo.AssertServedAsync($"{Start}{content}0\r\n\r\n", "POST /a");
        else (await Wire.Echo.ExchangeAsync(Start + content, null, InputEnd.Wait)).Response().Status.Should().Be(400);
    }
}

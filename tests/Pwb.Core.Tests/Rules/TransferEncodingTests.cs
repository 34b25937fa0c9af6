using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Rules;

/// <summary>R11: Transfer-Encoding. RFC 9112 §6.1, §6.3, §7.</summary>
public sealed class TransferEncodingTests
{
    private const string Start = "POST /a HTTP/1.1\r\nHost: a\r\n";
    private const string Content = "3\r\nabc\r\n0\r\n\r\n";

    [Theory]
    [InlineData("Transfer-Encoding: chunked\r\n")]
    [InlineData("Transfer-Encoding:chunked\r\n")]
    [InlineData("Transfer-Encoding: \t chunked \t \r\n")]
    [InlineData("transfer-encoding: Chunked\r\n")]
    [InlineData("TRANSFER-ENCODING: CHUNKED\r\n")]
    [InlineData("tRANSFER-eNCODING: cHUNKED\r\n")]
    [InlineData("TE: trailers, gzip\r\nTransfer-Encoding: chunked\r\n")]
    public async Task Reads_chunked_content(string lines)
    {
        Outcome outcome = await Wire.Echo.AssertServedAsync($"{Start}{lines}\r\n{Content}", "POST /a");
        await Wire.Ignoring.AssertServedAsync($"{Start}{lines}\r\n{Content}", "POST /a");

        outcome.Requests[0].ContentLength.Should().BeNull();
        outcome.Responses()[0].ContentText.Should().Be("abc");
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    [InlineData("DELETE")]
    [InlineData("OPTIONS")]
    public async Task Reads_chunked_content_of_any_method(string method)
    {
        const string Hidden = "GET /b HTTP/1.1\r\nHost: a\r\n\r\n";
        string input =
            $"{method} /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{Hidden.Length:x}\r\n{Hidden}\r\n0\r\n\r\n";

        await Wire.Echo.AssertServedAsync(input, $"{method} /a");
        await Wire.Ignoring.AssertServedAsync(input, $"{method} /a");
    }

    [Theory]
    [InlineData("chunked")]
    [InlineData("gzip")]
    [InlineData("gzip, chunked")]
    [InlineData("identity")]
    [InlineData("")]
    public async Task Refuses_it_in_HTTP_1_0(string value)
    {
        await Wire.Echo.AssertRefusedAtLastByteAsync($"POST /a HTTP/1.0\r\nTransfer-Encoding: {value}\r\n", 400);
        await Wire.Echo.AssertRefusedAtLastByteAsync(
            $"POST /a HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: {value}\r\n", 400);
    }

    [Theory]
    [InlineData("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n")]
    [InlineData("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\nX: y\r\ncontent-length: 0\r\n")]
    [InlineData("Content-Length: 3\r\nTransfer-Encoding: identity\r\n")]
    [InlineData("Content-Length: 3\r\nTransfer-Encoding: gzip, chunked\r\n")]
    [InlineData("Content-Length: 3\r\nTransfer-Encoding:\r\n")]
    [InlineData("Transfer-Encoding: gzip, chunked\r\nContent-Length: 3\r\n")]
    [InlineData("Transfer-Encoding:\r\nContent-Length: 3\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\nContent-Length: x\r\n")]
    public async Task Refuses_it_together_with_Content_Length_in_any_order(string lines)
    {
        await Wire.Echo.AssertRefusedAsync(Start + lines, 400);
        await Wire.Echo.AssertRefusedAsync("GET /a HTTP/1.1\r\nHost: a\r\n" + lines, 400);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("identity")]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("x")]
    [InlineData("chunke")]
    [InlineData("chunkedd")]
    [InlineData("xchunked")]
    [InlineData("x-chunked")]
    [InlineData("chunked-x")]
    [InlineData("c hunked")]
    [InlineData("chunked chunked")]
    [InlineData("gzip chunked")]
    [InlineData("\"chunked\"")]
    [InlineData("'chunked'")]
    [InlineData("chunked.")]
    [InlineData("chunked/1")]
    [InlineData("chunked:")]
    [InlineData("chunked=1")]
    [InlineData("chunked\u00A0")]
    [InlineData("\u00A0chunked")]
    [InlineData("chun\u212Aed")] // KELVIN SIGN folds to k
    [InlineData("chunked;a=b")]
    [InlineData("chunked;")]
    [InlineData("chunked ; a=b")]
    [InlineData("chunked;q=1")]
    [InlineData("chunked, chunked")]
    [InlineData("chunked,chunked")]
    [InlineData("Chunked, CHUNKED")]
    [InlineData("chunked, gzip")]
    [InlineData("chunked, identity")]
    [InlineData("chunked, gzip, chunked")]
    [InlineData("gzip, chunked, chunked")]
    [InlineData("chunked,")]
    [InlineData("chunked, ")]
    [InlineData(",chunked")]
    [InlineData(", chunked")]
    [InlineData("chunked, , chunked")]
    [InlineData(",")]
    [InlineData(", ,")]
    [InlineData("gzip,,chunked")]
    [InlineData("gzip, ,chunked")]
    public async Task Refuses_a_value_that_is_not_one_final_chunked_when_the_head_is_complete(string value)
    {
        if (value.Contains('\u212A', StringComparison.Ordinal)) value = "chun\u00E2\u0084\u00AAed"; // in UTF-8
        await Wire.Echo.AssertRefusedAtLastByteAsync($"{Start}Transfer-Encoding: {value}\r\n\r\n", 400);
        await Wire.Echo.AssertRefusedAtLastByteAsync($"GET /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: {value}\r\n\r\n", 400);
    }

    [Theory]
    [InlineData("gzip, chunked")]
    [InlineData("gzip,chunked")]
    [InlineData("GZIP , Chunked")]
    [InlineData("x, y, chunked")]
    [InlineData("identity, chunked")]
    [InlineData("deflate\t,\tchunked")]
    public Task Answers_501_to_other_codings_before_a_final_chunked(string value) =>
        Wire.Echo.AssertRefusedAtLastByteAsync($"{Start}Transfer-Encoding: {value}\r\n\r\n", 501);

    [Theory]
    [InlineData("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", 501)]
    [InlineData("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", 400)]
    [InlineData("Transfer-Encoding: chunked\r\nX: y\r\ntransfer-encoding: gzip\r\n", 400)]
    [InlineData("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", 400)]
    [InlineData("Transfer-Encoding: chunked\r\nTransfer-Encoding:\r\n", 400)]
    [InlineData("Transfer-Encoding:\r\nTransfer-Encoding: chunked\r\n", 400)]
    [InlineData("Transfer-Encoding: identity\r\nTransfer-Encoding: gzip\r\n", 400)]
    public Task Takes_several_lines_for_one_list(string lines, int status) =>
    Wire.Echo.AssertRefusedAtLastByteAsync($"{Start}{lines}\r\n", status);

    [Theory]
    [InlineData('\v')]
    [InlineData('\f')]
    [InlineData('\0')]
    [InlineData('\u007F')]
    [InlineData('\u001F')]
    public async Task Refuses_control_characters_around_chunked_first(char control)
    {
        await Wire.Echo.AssertRefusedAtLastByteAsync($"{Start}Transfer-Encoding: {control}", 400);
        await Wire.Echo.AssertRefusedAtLastByteAsync($"{Start}Transfer-Encoding: chunked{control}", 400);
        await Wire.Echo.AssertRefusedAtLastByteAsync($"{Start}Transfer-Encoding: gzip, {control}", 400);
    }
}

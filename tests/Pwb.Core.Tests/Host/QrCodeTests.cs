using System.Text;
using Pwb.Host;

namespace Pwb.Tests.Host;

/// <summary>QR codes, one of which zbarimg has read, and --qr in a process.</summary>
public sealed class QrCodeTests
{
    [Fact]
    public void A_code_is_the_one_that_a_reader_has_read()
    {
        QrCode code = QrCode.Of("http://192.0.2.7:8888/")!;

        code.Size.Should().Be(25);
        Rows(code).Should().Equal(
            "FE25BF80", "82452080", "BA93AE80", "BA48AE80", "BA4DAE80", "823DA080", "FEAABF80", "00948000", "EF8E6200",
            "50DA3080", "873ABB80", "ECECF900", "A737B580", "61B27480", "AB22DB80", "69147500", "960EFC00", "00D88F80",
            "FEDDA980", "82CF8D80", "BA92F980", "BA51CA00", "BA854C80", "82D1CD00", "FEA8B180");
    }

    [Theory]
    [InlineData(17, 21)]
    [InlineData(18, 25)]
    [InlineData(32, 25)]
    [InlineData(53, 29)]
    [InlineData(78, 33)]
    [InlineData(106, 37)]
    public void The_size_follows_from_the_length(int length, int size) =>
    QrCode.Of(new string('a', length))!.Size.Should().Be(size);

    [Fact]
    public void What_is_too_long_has_no_code() => QrCode.Of(new string('a', 107)).Should().BeNull();

    [Fact]
    public async Task Is_printed_for_the_network_and_is_a_hint_on_loopback()
    {
        using (var host = await HostProcess.ServeAsync("--qr"))
            (await host.ReadUntilAsync("hint:")).Should().Be(
                "hint: there is no QR code, since only this machine can reach the server; with --host any others can");
        using (var host = await HostProcess.ServeAsync("--qr", "--host", "any"))
        {
            (await host.StopAsync()).ExitCode.Should().Be(0);
            string output = Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(host.Output));
            if (!output.Contains("hint:", StringComparison.Ordinal)) // a machine without a network has none
                output.Should().Contain(new string('\u2588', 29)).And.NotContain("\e[");
        }
    }

    private static IEnumerable<string> Rows(QrCode code) => Enumerable.Range(0, code.Size).Select(y =>
        Convert.ToHexString(
            [.. Enumerable.Range(0, 32).Select(x => code[x, y]).Chunk(8).Select(
                bits => (byte)bits.Aggregate(0, (value, bit) => (value << 1) | (bit ? 1 : 0)))]));
}

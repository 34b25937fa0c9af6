using System.Diagnostics;
using System.Security.Cryptography;
using Pwb.Certificates;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Tls;

/// <content>New files that are not good.</content>
public sealed partial class ReloadTests
{
    [Fact]
    public async Task A_pair_that_no_handshake_succeeds_with_changes_nothing()
    {
        await using PwbServer server = await StartAsync(Old);
        Write(new CertificateChain(RSA.Create(1024), DateTimeOffset.UtcNow.AddDays(50), "a.example"));

        (await ServedAsync(server)).Should().Be(Old.Leaf);
        _log.Lines.Should().ContainSingle(line => line.StartsWith("Warning: a certificate has changed", StringComparison.Ordinal))
            .Which.Should().StartWith(
                $"Warning: a certificate has changed and is not taken, the old one stays: No handshake succeeds with the "
                    + $"certificate in '{CertificatePath}': ");
    }

    [SkippableFact]
    public async Task Files_that_hang_hold_up_no_handshake_and_no_stop_and_are_taken_when_they_hang_no_more()
    {
        Skip.If(OperatingSystem.IsWindows(), "A FIFO without a writer stands for a mount that hangs.");
        Write(Old);
        ServerCertificate certificate = OfImpatientFiles();
        await using PwbServer server = await StartAsync(certificate);
        File.Delete(CertificatePath);
        Fifo.Make(CertificatePath);

        _clock.Advance(TimeSpan.FromSeconds(10));
        server.Tick();
        using (TlsClient client = await TlsClient.ConnectAsync(server)) client.Certificate.Should().Be(Old.Leaf);
        (await _log.LineAsync("is not taken")).Should().EndWith($"'{CertificatePath}' could not be read within 0.2 seconds.");
        await server.StopAsync().WaitAsync(Wire.SafetyTimeout);

        await server.StartAsync();
        File.Delete(CertificatePath);
        Write(New);
        for (long start = Stopwatch.GetTimestamp(); !certificate.Current.Equals(New.Leaf)
            && Stopwatch.GetElapsedTime(start) < Wire.SafetyTimeout;)
        {
            server.LookAtCertificates();
            await Task.Yield();
        }

        (await ServedAsync(server)).Should().Be(New.Leaf);
    }

    [Fact]
    public async Task A_pair_that_does_not_match_changes_nothing_is_one_warning_and_is_tried_again()
    {
        await using PwbServer server = await StartAsync(Old);
        (await ServedAsync(server)).Should().Be(Old.Leaf);
        await File.WriteAllTextAsync(CertificatePath, New.FullChainPem); // and not yet its key

        for (int i = 0; i < 3; i++) (await ServedAsync(server)).Should().Be(Old.Leaf);

        _log.Lines.Should().ContainSingle(line => line.StartsWith("Warning: a certificate has changed", StringComparison.Ordinal))
            .Which.Should().Be(
                $"Warning: a certificate has changed and is not taken, the old one stays: The private key in "
                    + $"'{KeyPath}' is not that of the first certificate in '{CertificatePath}'.");

        await File.WriteAllTextAsync(KeyPath, New.KeyPem);
        (await ServedAsync(server)).Should().Be(New.Leaf);
    }

    [Theory]
    [InlineData("", "holds no certificate in PEM form.")]
    [InlineData("-----BEGIN CERTIFICATE-----\nMIIB", "is damaged: it does not end.")]
    public async Task A_file_that_is_half_written_changes_nothing(string text, string why)
    {
        await using PwbServer server = await StartAsync(Old);
        await File.WriteAllTextAsync(CertificatePath, text);
        (await ServedAsync(server)).Should().Be(Old.Leaf);
        _log.Lines.Should().ContainSingle(line => line.StartsWith("Warning: a certificate has changed", StringComparison.Ordinal))
            .Which.Should().EndWith($"'{CertificatePath}' {why}");
    }

    [Fact]
    public async Task A_file_that_is_gone_changes_nothing_and_is_taken_when_it_is_back()
    {
        await using PwbServer server = await StartAsync(Old);
        File.Delete(KeyPath);
        (await ServedAsync(server)).Should().Be(Old.Leaf);
        _log.Lines.Should().ContainSingle(line => line.StartsWith("Warning: a certificate has changed", StringComparison.Ordinal))
            .Which.Should().EndWith($"There is no file '{KeyPath}'.");

        Write(New);
        (await ServedAsync(server)).Should().Be(New.Leaf);
    }

    [Fact]
    public void Reload_throws_and_keeps_the_old_one_if_the_new_one_is_not_good()
    {
        Write(Old);
        ServerCertificate certificate = ServerCertificate.FromPem(CertificatePath, KeyPath);
        File.WriteAllText(KeyPath, New.KeyPem);

        certificate.Invoking(c => c.Reload()).Should().Throw<CryptographicException>().WithMessage(
            $"The private key in '{KeyPath}' is not that of *");

        certificate.Current.Should().Be(Old.Leaf);
    }

    // On a machine that has much to do, files that do not hang may take longer than that, too.
    private ServerCertificate OfImpatientFiles()
    {
        while (true)
        {
            try
            {
                return new ServerCertificate(
                    new PemCertificateFiles(CertificatePath, KeyPath, null) { Patience = TimeSpan.FromMilliseconds(200) });
            }
            catch (IOException)
            {
                // again
            }
        }
    }
}

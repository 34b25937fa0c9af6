using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using Pwb.Browser.Support;

namespace Pwb.Browser;

/// <summary>Clients other than browsers: one that goes on with a download, and very many at once.</summary>
public sealed class DownloadTests
{
    private const int FileCount = 2000;

    [SkippableFact]
    public async Task Curl_resumes_a_download_where_it_ended()
    {
        Skip.If(!CommandExists("curl"), "There is no curl in the PATH.");
        byte[] content = RandomNumberGenerator.GetBytes(3_000_000);
        await using TestSite site = await TestSite.StartAsync(
            folder => File.WriteAllBytes(Path.Combine(folder, "large.bin"), content));
        DirectoryInfo downloads = Directory.CreateTempSubdirectory("pwb-download-");
        try
        {
            string download = Path.Combine(downloads.FullName, "large.bin");
            await File.WriteAllBytesAsync(download, content[..1_234_567]);

            await RunAsync(
                "curl", "--silent", "--show-error", "--fail", "--continue-at", "-", "--output", download,
                site.Address + "/large.bin");

            (await File.ReadAllBytesAsync(download)).AsSpan().SequenceEqual(content).Should().BeTrue();
            Exchange exchange = site.Exchanges.Entries.Should().ContainSingle().Subject;
            exchange.Range.Should().Be("bytes=1234567-");
            exchange.Status.Should().Be(206);
            exchange.ContentRange.Should().Be("bytes 1234567-2999999/3000000");
        }
        finally
        {
            downloads.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Two_thousand_files_asked_for_at_once_are_all_right()
    {
        await using TestSite site = await TestSite.StartAsync(folder =>
        {
            for (int i = 0; i < FileCount; i++) File.WriteAllBytes(Path.Combine(folder, $"{i}.txt"), Content(i));
        });
        using SocketsHttpHandler handler = new()
        {
            MaxConnectionsPerServer = FileCount,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
        };
        using HttpClient client = new(handler) { BaseAddress = new Uri(site.Address), Timeout = TimeSpan.FromMinutes(2) };

        bool[] areRight = await Task.WhenAll(
            Enumerable.Range(0, FileCount).Select(
                async i =>
                    (await client.GetByteArrayAsync(new Uri($"{i}.txt", UriKind.Relative))).AsSpan().SequenceEqual(Content(i))));

        areRight.Should().OnlyContain(isRight => isRight);
        site.Exchanges.Entries.Should().HaveCount(FileCount)
            .And.OnlyContain(exchange => exchange.Status == (int)HttpStatusCode.OK);
    }

    /// <summary>Of all lengths around the one up to which files are kept in memory, and above.</summary>
    private static byte[] Content(int i)
    {
        byte[] content = new byte[i * 97];
        new Random(i).NextBytes(content);
        return content;
    }

    private static bool CommandExists(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Any(
            folder => File.Exists(Path.Combine(folder, name)));

    private static async Task RunAsync(string command, params string[] arguments)
    {
        using Process process =
            Process.Start(new ProcessStartInfo(command, arguments) { UseShellExecute = false, RedirectStandardError = true })!;
        string error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        process.ExitCode.Should().Be(0, error);
    }
}

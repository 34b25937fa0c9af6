using Pwb.Platform;

namespace Pwb.Tests.Server;

/// <summary>The limits of the kernel on what two sockets hold, as its files tell them.</summary>
public sealed class TcpBuffersTests : IDisposable
{
    private const long Mebi = 1024 * 1024;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pwb-buffers-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("4096\t131072\t33554432\n", "4096\t16384\t4194304\n", "212992\n", (32 + 4 + 2) * Mebi)]
    [InlineData("4096 87380 6291456\n", "4096 16384 4194304\n", "212992\n", (6 + 4 + 2) * Mebi)]
    [InlineData("4096 87380 6291456\n", "4096 16384 4194304\n", "16777216\n", (32 + 4 + 2) * Mebi)] // SO_RCVBUF is doubled
    [InlineData("4096 87380 2147483647", "4096 16384 2147483647", "2147483647", (6 * 1024 * Mebi) - 3 + (2 * Mebi))]
    public void The_greatest_sizes_count(string receiving, string sending, string asked, long expected)
    {
        Write("ipv4/tcp_rmem", receiving);
        Write("ipv4/tcp_wmem", sending);
        Write("core/rmem_max", asked);

        TcpBuffers.Read(_folder.FullName).Should().Be(expected);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("many")]
    [InlineData("-1")]
    [InlineData("99999999999999999999")]
    public void Nothing_is_made_up(string? receiving)
    {
        if (receiving is not null) Write("ipv4/tcp_rmem", receiving);
        Write("ipv4/tcp_wmem", "1 2 3");
        Write("core/rmem_max", "4");

        TcpBuffers.Read(_folder.FullName).Should().BeNull();
    }

    [Fact]
    public void There_is_a_limit_on_every_system() => TcpBuffers.MaxLength.Should().BeGreaterThan(0);

    private void Write(string name, string text)
    {
        string path = Path.Combine(_folder.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}

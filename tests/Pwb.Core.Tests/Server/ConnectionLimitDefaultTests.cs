using Pwb.Platform;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Server;

/// <summary>The limit of connections that a server has by default.</summary>
public sealed class ConnectionLimitDefaultTests
{
    [Theory]
    [InlineData(1_048_576, 64L << 30, 10_000)]
    [InlineData(1024, 64L << 30, 448)]
    [InlineData(1_048_576, 50L << 20, 100)] // a heap of 50 MB, which 320 slow readers over TLS brought down
    [InlineData(1_048_576, 1L << 30, 2048)]
    [InlineData(1024, 50L << 20, 100)]
    [InlineData(1_048_576, 1000, 1)]
    [InlineData(null, 64L << 30, 10_000)]
    [InlineData(null, 0, 10_000)]
    public void The_default_is_what_descriptors_and_memory_allow(int? openFiles, long memory, int expected) =>
        Pwb.Server.ConnectionLimit.Default(openFiles, memory).Should().Be(expected);

    [Theory]
    [InlineData("Max open files            1024                 524288               files     \n", 1024)]
    [InlineData("Limit Soft\nMax processes 7 7 p\nMax open files            2147483647 2147483647 files", int.MaxValue)]
    [InlineData("Max open files            2147483648 2147483648 files", null)]
    [InlineData("Max open files            99999999999999999999 1 files", null)]
    [InlineData("Max open files            unlimited            unlimited            files", null)]
    [InlineData("Max open files            1024", null)] // cut
    [InlineData("Max open files", null)]
    [InlineData("Max processes             1024                 524288               processes", null)]
    [InlineData("", null)]
    public void The_open_file_limit_is_the_soft_one(string limits, int? expected) =>
        LinuxProcess.FindOpenFileLimit(Latin1.Bytes(limits)).Should().Be(expected);
}

using System.Diagnostics;

namespace Pwb.Tests.Tls;

/// <summary>Makes FIFOs, which .NET cannot.</summary>
internal static class Fifo
{
    public static void Make(string path)
    {
        using Process process = Process.Start("mkfifo", [path]);
        process.WaitForExit();
        process.ExitCode.Should().Be(0);
    }
}

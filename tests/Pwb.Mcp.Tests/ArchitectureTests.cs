using System.Runtime.CompilerServices;
using Pwb.Tests.Architecture;

namespace Pwb.Mcp.Tests;

/// <summary>What the package needs, and what it shows.</summary>
public sealed class ArchitectureTests
{
    [Fact]
    public void Needs_the_SDK_and_Core_and_no_ASP_NET()
    {
        string[] names = [.. typeof(McpHandler).Assembly.GetReferencedAssemblies().Select(name => name.Name!)];

        names.Where(name => !name.StartsWith("System.", StringComparison.Ordinal))
            .Should().BeEquivalentTo("Microsoft.Extensions.Logging.Abstractions", "ModelContextProtocol.Core", "Pwb.Core");
    }

    [Fact]
    public void The_public_interface_is_the_one_under_review()
    {
        string file = Path.Combine(Folder(), "PublicApi.txt");
        string actual = PublicApi.Describe(typeof(McpHandler).Assembly);

        // To accept a change: run the tests with PWB_ACCEPT_API=1, and review the difference.
        if (Environment.GetEnvironmentVariable("PWB_ACCEPT_API") == "1") File.WriteAllText(file, actual);
        actual.Should().Be(File.ReadAllText(file).ReplaceLineEndings("\n"));
    }

    private static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}

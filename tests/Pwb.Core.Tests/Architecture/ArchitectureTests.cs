using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Pwb.Tests.Architecture;

/// <summary>The walls of the house: what may know what.</summary>
public sealed class ArchitectureTests
{
    private static readonly string Core = Path.Combine(RepositoryRoot(), "src", "Pwb.Core");

    [Theory]
    [InlineData("Protocol", "Stream|Task|ValueTask|Socket|ILogger|TimeProvider|DateTime|DateTimeOffset|async|await|throw new (?!ArgumentException)|Pwb\\.Connections|Pwb\\.Server")]
    [InlineData("Http", "Stream|Task|ValueTask|Socket|ILogger|TimeProvider|async|await|Pwb\\.StaticFiles|Pwb\\.Connections|Pwb\\.Server")]
    [InlineData("Tls", "Task|ValueTask|Socket|ILogger|TimeProvider|async|await|Pwb\\.Connections|Pwb\\.Server")]
    [InlineData("Connections", "Socket|NetworkStream|TcpListener|Thread\\.Sleep|Pwb\\.Server")]
    [InlineData("Telemetry", "Socket|Stream|Task|ValueTask|ILogger|async|await|Pwb\\.Connections|Pwb\\.Server")]
    public void Knows_nothing_of_what_is_above_it(string folder, string forbidden)
    {
        var pattern = new Regex($@"\b({forbidden})\b");
        string[] files = Directory.GetFiles(Path.Combine(Core, folder), "*.cs");
        files.Should().NotBeEmpty();

        var found = from file in files
                    from line in File.ReadLines(file)
                    let code = line.Split("//")[0]
                    where pattern.IsMatch(code)
                    select $"{Path.GetFileName(file)}: {line.Trim()}";
        found.Should().BeEmpty();
    }

    [Fact]
    public void Handlers_see_only_the_model()
    {
        var pattern = new Regex(@"using Pwb\.(Connections|Server|Protocol)");
        foreach (string file in (string[])["IRequestHandler.cs", "RequestHandler.cs", "FixedResponseHandler.cs", "ResponseBody.cs", "FieldLine.cs"])
        {
            pattern.IsMatch(File.ReadAllText(Path.Combine(Core, file))).Should().BeFalse(file);
        }
    }

    [Fact]
    public void Only_the_root_namespace_is_public()
    {
        typeof(PwbServer).Assembly.GetExportedTypes().Should().OnlyContain(type => type.Namespace == "Pwb");
    }

    [Fact]
    public void Core_depends_on_the_base_class_library_and_the_logging_abstractions_only()
    {
        string[] names = [.. typeof(PwbServer).Assembly.GetReferencedAssemblies().Select(name => name.Name!)];
        names.Where(name => !name.StartsWith("System.", StringComparison.Ordinal)).Should().Equal("Microsoft.Extensions.Logging.Abstractions");
    }

    [Fact]
    public void Types_are_sealed_unless_made_to_be_inherited()
    {
        typeof(PwbServer).Assembly.GetTypes()
            .Where(type => type is { IsClass: true, IsAbstract: false, IsSealed: false } && !type.IsDefined(typeof(CompilerGeneratedAttribute)) && type.Namespace?.StartsWith("Pwb", StringComparison.Ordinal) == true)
            .Select(type => type.Name)
            .Should().Equal("SocketTransport", "Transport");
    }

    [Fact]
    public void The_public_interface_is_the_one_under_review()
    {
        string file = Path.Combine(RepositoryRoot(), "tests", "Pwb.Core.Tests", "Architecture", "PublicApi.txt");
        string actual = PublicApi.Describe(typeof(PwbServer).Assembly);

        // To accept a change: run the tests with PWB_ACCEPT_API=1, and review the difference.
        if (Environment.GetEnvironmentVariable("PWB_ACCEPT_API") == "1") File.WriteAllText(file, actual);
        actual.Should().Be(File.ReadAllText(file).ReplaceLineEndings("\n"));
    }

    private static string RepositoryRoot([CallerFilePath] string path = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", "..", ".."));
}

using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;

namespace Pwb.Tests.Architecture;

/// <summary>The walls of the house: what may know what.</summary>
public sealed class ArchitectureTests
{
    private static readonly IReadOnlyDictionary<string, SortedSet<string>> Uses = TypeReferences.Of(
        typeof(PwbServer).Assembly.Location);

    private static readonly IReadOnlyDictionary<string, string> RoomsOfTypes = Rooms.OfTypes(Source());

    [Theory]
    [InlineData("Platform", @"^Pwb\.(?!Platform\.)")]
    [InlineData("Time", @"^Pwb\.(?!Time\.)|System\.Net\.")]
    [InlineData(
        "Protocol",
        @"System\.(IO|Threading|Net\.Sockets)\.|Microsoft\.Extensions\.Logging|System\.(TimeProvider|DateTime|DateTimeOffset)$")]
    [InlineData("Protocol", @"(?<!\.Argument|\.ArgumentNull|\.ArgumentOutOfRange)Exception$")]
    [InlineData("Protocol", @"^Pwb\.((Channels|Http1|Server|Transports)\.|IRequestHandler$|HttpRe)")]
    [InlineData("Http", @"System\.(IO\.File|Net\.Sockets)|Microsoft\.Extensions\.Logging|System\.TimeProvider$")]
    [InlineData("Http", @"^Pwb\.(Channels|Http1|Server|StaticFiles|Transports)\.")]
    [InlineData(
        "Model",
        @"System\.Net\.Sockets\.(?!AddressFamily$)|Microsoft\.Extensions\.Logging|^Pwb\.(Channels|Http1|Server|StaticFiles|"
            + @"Transports)\.")]
    [InlineData("Certificates", @"System\.Net\.Sockets\.|^Pwb\.(Channels|Http1|Server|Transports)\.")]
    [InlineData("Transports", @"^Pwb\.((Channels|Http1|Server)\.|IRequestHandler$|HttpRe)")]
    [InlineData(
        "Channels",
        @"System\.Net\.Sockets\.|^Pwb\.(Http1|Server)\.|^Pwb\.(IRequestHandler|HttpRequest|HttpResponse|HttpFields|"
            + @"ResponseBody)$")]
    [InlineData("Http1", @"System\.Net\.Sockets\.|^Pwb\.Server\.")]
    [InlineData(
        "Forms",
        @"System\.(IO\.File|Net\.Sockets)|Microsoft\.Extensions\.Logging|^Pwb\.(Channels|Http1|Server|Transports|StaticFiles)\.")]
    [InlineData(
        "Routing",
        @"System\.(IO|Net\.Sockets)\.|Microsoft\.Extensions\.Logging|System\.TimeProvider$|^Pwb\.(Channels|Http1|Server|"
            + @"Transports|Telemetry)\.")]
    [InlineData("StaticFiles", @"System\.Net\.Sockets\.|^Pwb\.(Channels|Http1|Server|Transports)\.")]
    [InlineData(
        "Telemetry",
        @"System\.(IO|Threading\.Tasks|Net\.Sockets)\.|Microsoft\.Extensions\.Logging|^Pwb\.(Channels|Http1|Server)\.")]
    public void Knows_nothing_of_what_is_above_it(string room, string forbidden)
    {
        string[] types = [.. Uses.Keys.Where(type => RoomsOfTypes.TryGetValue(type, out string? its) && its == room)];
        types.Should().NotBeEmpty();
        types.SelectMany(type => Uses[type].Where(used => Regex.IsMatch(used, forbidden)).Select(used => $"{type} uses {used}"))
            .Should().BeEmpty();
    }

    [Fact]
    public void Each_event_of_the_log_has_an_id_of_its_own()
    {
        const BindingFlags all = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
        int[] ids = [.. typeof(PwbServer).Assembly.GetTypes().SelectMany(type => type.GetMethods(all | BindingFlags.DeclaredOnly))
            .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>()).OfType<LoggerMessageAttribute>()
            .Select(attribute => attribute.EventId)];
        ids.Should().HaveCountGreaterThan(20).And.OnlyHaveUniqueItems();
    }

    [Theory]
    [InlineData(typeof(IRequestHandler))]
    [InlineData(typeof(RequestHandler))]
    [InlineData(typeof(FixedResponseHandler))]
    [InlineData(typeof(ResponseBody))]
    [InlineData(typeof(FieldLine))]
    [InlineData(typeof(Router))]
    [InlineData(typeof(Route))]
    public void Handlers_see_only_the_model(Type type) =>
    Uses[type.FullName!].Should().NotContain(used => Regex.IsMatch(used, @"^Pwb\.(Channels|Http1|Server|Protocol)\."));

    // Types of different rooms in one circle would make one room of them.
    [Fact]
    public void No_types_use_each_other_in_a_circle() =>
    Cycles.Of(Uses).Select(cycle => string.Join(", ", cycle)).Should().BeEmpty();

    // A room is a folder. What its types use is read from the assembly.
    [Fact]
    public void No_rooms_use_each_other_in_a_circle() =>
        Cycles.Of(Rooms.Uses(RoomsOfTypes, Uses)).Select(cycle => string.Join(", ", cycle)).Should().BeEmpty();

    [Fact]
    public void A_room_gives_its_name_to_what_is_internal_and_nothing_stands_outside_of_rooms() =>
        RoomsOfTypes.Where(
            type => type.Value.Length == 0 || !(Space(type.Key) is "Pwb" || Space(type.Key) == $"Pwb.{type.Value}"))
            .Should().BeEmpty();

    [Fact]
    public void Each_room_says_what_it_knows() =>
        RoomsOfTypes.Values.Distinct(StringComparer.Ordinal)
            .Where(room => !File.Exists(Path.Combine(Source(), room, "README.md"))).Should().BeEmpty();

    [Fact]
    public void What_is_not_public_is_in_the_namespace_of_its_room() =>
        typeof(PwbServer).Assembly.GetTypes().Where(type => type is { Namespace: "Pwb", IsNested: false, IsPublic: false })
            .Select(type => type.Name).Should().BeEmpty();

    // What the text of a file would not tell: the reader finds it in signatures, fields, locals, code and lambdas.
    [Theory]
    [InlineData("Pwb.Http1.ResponseSender", "Pwb.Channels.Channel")]
    [InlineData("Pwb.HttpResponse", "Pwb.Protocol.ResponseHead")]
    [InlineData("Pwb.PwbServer", "System.Threading.Tasks.Task")]
    public void The_reader_of_references_is_not_blind(string type, string used) => Uses[type].Should().Contain(used);

    [Fact]
    public void Only_the_root_namespace_is_public()
    {
        typeof(PwbServer).Assembly.GetExportedTypes().Should().OnlyContain(type => type.Namespace == "Pwb");
    }

    [Fact]
    public void Core_depends_on_the_base_class_library_and_the_logging_abstractions_only()
    {
        string[] names = [.. typeof(PwbServer).Assembly.GetReferencedAssemblies().Select(name => name.Name!)];
        names.Where(name => !name.StartsWith("System.", StringComparison.Ordinal)).Should().Equal(
            "Microsoft.Extensions.Logging.Abstractions");
    }

    [Fact]
    public void Types_are_sealed_unless_made_to_be_inherited()
    {
        typeof(PwbServer).Assembly.GetTypes()
            .Where(type =>
                type is { IsClass: true, IsAbstract: false, IsSealed: false }
                    && !type.IsDefined(typeof(CompilerGeneratedAttribute))
                    && type.Namespace?.StartsWith("Pwb", StringComparison.Ordinal) == true)
            .Select(type => type.Name)
            .Should().Equal("Transport");
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

    private static string Space(string type) => type[..type.LastIndexOf('.')];

    private static string Source() => Path.Combine(RepositoryRoot(), "src", "Pwb.Core");

    private static string RepositoryRoot([CallerFilePath] string path = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", "..", ".."));
}

namespace Pwb.Host;

/// <summary>
/// All options. A new one is an entry here and in <see cref="All"/>, and a value in <see cref="HostSettings"/>.
/// </summary>
internal static partial class Options
{
    public const string DirectoryVariable = "PWB_DIRECTORY";

    public const string DirectorySummary = "The directory to serve. Without one, the answer is always `hello PWB`";

    private const string File = "the path of a file";
    private const string FileInDirectory = "the path of a file in the directory, such as app.html";

    public static Option Level { get; } = new()
    {
        Name = "--log-level",
        Group = OptionGroup.Log,
        ValueName = "level",
        Summary = "`trace`, `debug` (every line of a request's head), `information` (a line for each request), `warning`, "
            + "`error`, `critical` or `none`",
        Default = "debug; with a directory information",
        Accepts = OptionValues.IsLogLevel,
        Expected = "trace, debug, information, warning, error, critical or none",
        Choices = OptionValues.LogLevels,
    };

    public static Option Format { get; } = new()
    {
        Name = "--log-format",
        Group = OptionGroup.Log,
        ValueName = "format",
        Summary = "`text`, or `json`: one object for each line",
        Default = "text",
        Accepts = OptionValues.IsLogFormat,
        Expected = "text or json",
        Choices = OptionValues.LogFormats,
    };

    public static Option AccessLog { get; } = new()
    {
        Name = "--access-log",
        Group = OptionGroup.Log,
        ValueName = "format",
        Summary = "A line for each request: `short`, `combined` (as Apache and nginx write it) or `json`",
        More = "The last two stand alone on their lines, for programs that read them.",
        Default = "short",
        Accepts = OptionValues.IsAccessLog,
        Expected = "short, combined or json",
        Choices = OptionValues.AccessLogs,
    };

    public static Option Help { get; } = Option.Switch(OptionGroup.Help, "--help", "Print this help", shortName: "-h");

    public static Option Version { get; } = Option.Switch(OptionGroup.Help, "--version", "Print the version");

    public static Option Manual { get; } = Option.Switch(
        OptionGroup.Help, "--man", "Print the manual page", "Read it with `pwb --man | man -l -`.");

    public static Option Completion { get; } = new()
    {
        Name = "--completion",
        Group = OptionGroup.Help,
        ValueName = "shell",
        Summary = "Print the completion for `bash`, `zsh`, `fish` or `powershell`",
        More = "It takes effect with `eval \"$(pwb --completion bash)\"` (or `zsh`), `pwb --completion fish | source`, "
            + "or `pwb --completion powershell | Out-String | Invoke-Expression`.",
        Accepts = OptionValues.IsShell,
        Expected = "bash, zsh, fish or powershell",
        Choices = OptionValues.Shells,
    };

    /// <summary>All of them, in the order of the help.</summary>
    public static IReadOnlyList<Option> All => field ??= // when all of them are there
    [
        Listing, Index, Spa, Fallback, NotFound, CleanUrls, Hidden, FollowLinks, Base, Compress, Watch,
        Mime, Header, CacheControl,
        Proxy,
        Port, Host, Listen, SocketMode, ProxyProtocolFrom, Sockets, Open, Qr,
        AllowHost, Auth, Cors,
        TlsCertificate, TlsKey, TlsClientAuthority, TlsDevelopment,
        Level, Format, AccessLog,
        Help, Version, Manual, Completion,
    ];

    public static Option? Find(string name) => All.FirstOrDefault(option => option.Name == name || option.ShortName == name);

    public static string TitleOf(OptionGroup group) => group switch
    {
        OptionGroup.Files => "What is served",
        OptionGroup.Fields => "What answers say",
        OptionGroup.Proxying => "Other servers",
        OptionGroup.Listening => "Where it listens",
        OptionGroup.Access => "Who may use it",
        OptionGroup.Tls => "TLS",
        OptionGroup.Log => "The log",
        _ => "Help",
    };
}

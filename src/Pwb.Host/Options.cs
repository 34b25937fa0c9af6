namespace Pwb.Host;

/// <summary>
/// All options. A new one is an entry here and in <see cref="All"/>, and a value in <see cref="HostSettings"/>.
/// </summary>
internal static class Options
{
    public const string DirectoryVariable = "PWB_DIRECTORY";

    public const string DirectorySummary = "The directory to serve. Without one, the answer is always `hello PWB`";

    private const string File = "the path of a file";
    private const string FileInDirectory = "the path of a file in the directory, such as app.html";

    public static Option Listing { get; } = Option.Switch(
        OptionGroup.Files, "--listing", "Show what a directory without an index file holds", shortName: "-l");

    public static Option Index { get; } = new()
    {
        Name = "--index",
        Group = OptionGroup.Files,
        ValueName = "name",
        Summary = "The file that stands for its directory. Repeatable: the first that exists",
        Default = "index.html",
        Accepts = OptionValues.IsIndex,
        Expected = "the name of a file, such as index.htm",
        IsRepeatable = true,
    };

    public static Option Spa { get; } = Option.Switch(
        OptionGroup.Files,
        "--spa",
        "Answer with index.html what does not exist, for single-page applications",
        "The same as `--fallback index.html`.");

    public static Option Fallback { get; } = new()
    {
        Name = "--fallback",
        Group = OptionGroup.Files,
        ValueName = "file",
        Summary = "Answer with this page of the directory what does not exist",
        Accepts = OptionValues.IsFallback,
        Expected = FileInDirectory,
        TakesPath = true,
    };

    public static Option NotFound { get; } = new()
    {
        Name = "--not-found",
        Group = OptionGroup.Files,
        ValueName = "file",
        Summary = "The page of the directory that goes with 404",
        Default = "404.html",
        Accepts = OptionValues.IsNotFoundPage,
        Expected = FileInDirectory,
        TakesPath = true,
    };

    public static Option CleanUrls { get; } = Option.Switch(OptionGroup.Files, "--clean-urls", "Serve /about from about.html");

    public static Option Hidden { get; } = Option.Switch(
        OptionGroup.Files, "--hidden", "Serve and list names that begin with a dot", "`.well-known` is served in any case.");

    public static Option FollowLinks { get; } = Option.Switch(
        OptionGroup.Files,
        "--follow-links",
        "Follow links that lead out of the directory",
        "Links that stay inside work in any case.");

    public static Option Base { get; } = new()
    {
        Name = "--base",
        Group = OptionGroup.Files,
        ValueName = "path",
        Summary = "Serve the directory below a path, such as /app/",
        More = "Patterns are about what follows that path.",
        Default = "/",
        Accepts = OptionValues.IsBase,
        Expected = "a path such as /app/",
    };

    public static Option Mime { get; } = new()
    {
        Name = "--mime",
        Group = OptionGroup.Fields,
        ValueName = ".ext=type",
        Summary = "The Content-Type of an extension, such as `.geo=application/geo+json`. Repeatable",
        Accepts = OptionValues.IsMime,
        Expected = "'.extension=type/subtype', such as .geo=application/geo+json",
        IsRepeatable = true,
    };

    public static Option Header { get; } = new()
    {
        Name = "--header",
        Group = OptionGroup.Fields,
        ValueName = "[pattern=]name: value",
        Summary = "A field for every answer, or for the paths that match a pattern. Repeatable",
        More = "In a pattern, which begins with `/` or `*`, `*` stands for anything: `\"/Build/*.gz=Content-Encoding: gzip\"`. "
            + "A `Content-Type` or `Content-Encoding` with a pattern stands in place of PWB's own.",
        Accepts = OptionValues.IsHeader,
        Expected = "'Name: value' or '/pattern=Name: value', of a field that PWB does not write itself",
        IsRepeatable = true,
    };

    public static Option CacheControl { get; } = new()
    {
        Name = "--cache-control",
        Group = OptionGroup.Fields,
        ValueName = "pattern=value",
        Summary = "Cache-Control for the paths that match a pattern, such as `\"/assets/*=max-age=3600\"`. "
            + "Repeatable: the first that matches counts",
        More = "Without a value there is no such field.",
        Default = "no-cache",
        Accepts = OptionValues.IsCacheControl,
        Expected = "'pattern=value' with a pattern that begins with / or *",
        IsRepeatable = true,
    };

    public static Option Cors { get; } = new()
    {
        Name = "--cors",
        Group = OptionGroup.Fields,
        ValueName = "origin",
        Summary = "Let scripts of other sites read the answers: of all of them, or of one such as `https://example.org`",
        Accepts = OptionValues.IsOrigin,
        Expected = "* or an origin such as https://example.org",
        BareValue = "*",
    };

    public static Option Port { get; } = new()
    {
        Name = "--port",
        ShortName = "-p",
        Group = OptionGroup.Listening,
        ValueName = "number",
        Summary = "The port to listen on. 0 takes a free one",
        More = "Without it, the variable `PORT` counts too, and a port above 8888 is taken if 8888 is in use.",
        Default = $"{PwbServerOptions.DefaultPort}",
        Accepts = OptionValues.IsPort,
        Expected = "a number from 0 to 65535",
    };

    public static Option Host { get; } = new()
    {
        Name = "--host",
        Group = OptionGroup.Listening,
        ValueName = "host",
        Summary = "`localhost` (this machine only), `any` (every network, IPv4 and IPv6) or an IP address",
        More = "`::` is the same as `any`. When others can reach the server, it says so and prints the URLs that they can use.",
        Default = "localhost",
        Accepts = OptionValues.IsHost,
        Expected = "localhost, any or an IP address",
        Choices = ["localhost", "any"],
    };

    public static Option Listen { get; } = new()
    {
        Name = "--listen",
        Group = OptionGroup.Listening,
        ValueName = "place",
        Summary = "Where to listen, in place of --host and --port: `127.0.0.1:8080`, `unix:/run/pwb.sock` or `fd:3`. Repeatable",
        More = "`unix:` is a Unix domain socket that only the same user can connect to, `unix:@name` an abstract one. `fd:` is a "
            + "socket that the process was given and that listens already, as systemd gives them from 3 on.",
        Accepts = OptionValues.IsPlace,
        Expected = "an IP address with a port, unix:<path>, or fd:<number> of a socket that listens",
        IsRepeatable = true,
    };

    public static Option AllowHost { get; } = new()
    {
        Name = "--allow-host",
        Group = OptionGroup.Listening,
        ValueName = "name",
        Summary = "A host that requests may be for: `example.org`, `*.example.org`, or `*` for any. Repeatable",
        More = "Others get 421, so that no page reaches this machine by DNS rebinding.",
        Default = "with localhost, only localhost and IP addresses; else any",
        Accepts = OptionValues.IsAllowedHost,
        Expected = "a name without a port, such as example.org or *.example.org, or *",
        IsRepeatable = true,
    };

    public static Option Open { get; } = Option.Switch(
        OptionGroup.Listening, "--open", "Open the first URL in the browser", shortName: "-o");

    public static Option TlsCertificate { get; } = new()
    {
        Name = "--tls-cert",
        Group = OptionGroup.Tls,
        ValueName = "file",
        Summary = "Speak TLS, with the certificate in this file: PEM with its chain, or .pfx",
        More = "It is followed when it changes. A password is in the variable `PWB_TLS_PASSWORD`.",
        Accepts = OptionValues.IsPath,
        Expected = File,
        TakesPath = true,
    };

    public static Option TlsKey { get; } = new()
    {
        Name = "--tls-key",
        Group = OptionGroup.Tls,
        ValueName = "file",
        Summary = "The private key of a certificate in PEM form, if it is in another file",
        Accepts = OptionValues.IsPath,
        Expected = File,
        TakesPath = true,
    };

    public static Option TlsDevelopment { get; } = Option.Switch(
        OptionGroup.Tls, "--tls-dev", "Speak TLS, with a self-signed certificate for localhost that is only in memory");

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
    public static IReadOnlyList<Option> All { get; } =
    [
        Listing, Index, Spa, Fallback, NotFound, CleanUrls, Hidden, FollowLinks, Base,
        Mime, Header, CacheControl, Cors,
        Port, Host, Listen, AllowHost, Open,
        TlsCertificate, TlsKey, TlsDevelopment,
        Level, Format, AccessLog,
        Help, Version, Manual, Completion,
    ];

    public static Option? Find(string name) => All.FirstOrDefault(option => option.Name == name || option.ShortName == name);

    public static string TitleOf(OptionGroup group) => group switch
    {
        OptionGroup.Files => "What is served",
        OptionGroup.Fields => "What answers say",
        OptionGroup.Listening => "Where it listens",
        OptionGroup.Tls => "TLS",
        OptionGroup.Log => "The log",
        _ => "Help",
    };
}

using System.CommandLine;
using System.CommandLine.Help;

namespace Pwb.Host;

/// <summary>All options, in the order of the help. A new one is an entry here and a property of <see cref="HostSettings"/>.</summary>
internal sealed class Options
{
    private const string About = """
        PWB, a small and strict web server

        Each option is an environment variable too: PWB_DIRECTORY, PWB_PORT, PWB_LISTING=true, PWB_LOG_LEVEL and so on, with a value per line for those that are repeatable. What the command line says counts instead of the variable. A value of true, and the * of --cors, can be left out.
        """;

    private const string Boolean = "true or false";
    private const string File = "the path of a file";

    public Options(Func<string, string?> environment)
    {
        Directory = ServedDirectory.Argument(environment);

        Port = new("--port", OptionValues.IsPort, "a number from 0 to 65535", environment)
        {
            Description = "The port to listen on; 0 takes a free one",
            HelpName = "number",
            Fallback = $"{PwbServerOptions.DefaultPort}",
        };

        Host = new("--host", OptionValues.IsHost, "localhost, any or an IP address", environment)
        {
            Description = "localhost (this machine only), any (every network) or an IP address",
            HelpName = "host",
            Fallback = "localhost",
        };

        AllowHost = new("--allow-host", OptionValues.IsAllowedHost, "a name without a port, such as example.org or *.example.org, or *", environment)
        {
            Description = "A host that requests may be for, such as example.org, *.example.org, or * for any; repeatable [default: on this machine only localhost and IP addresses, else any]",
            HelpName = "name",
            IsRepeatable = true,
        };

        Listing = new("--listing", OptionValues.IsBoolean, Boolean, environment)
        {
            Description = "Show what a directory without an index.html holds",
            HelpName = "true|false",
            BareValue = "true",
        };

        Spa = new("--spa", OptionValues.IsBoolean, Boolean, environment)
        {
            Description = "Answer with index.html what does not exist, for single-page applications",
            HelpName = "true|false",
            BareValue = "true",
        };

        CleanUrls = new("--clean-urls", OptionValues.IsBoolean, Boolean, environment)
        {
            Description = "Serve /about from about.html",
            HelpName = "true|false",
            BareValue = "true",
        };

        Cors = new("--cors", OptionValues.IsOrigin, "* or an origin such as https://example.org", environment)
        {
            Description = "Let scripts of other sites read the answers: of any (*), or of one such as https://example.org",
            HelpName = "origin",
            BareValue = "*",
        };

        Header = new("--header", OptionValues.IsHeader, "'Name: value', of a field that PWB does not write itself", environment)
        {
            Description = "A field for every answer; repeatable",
            HelpName = "name: value",
            IsRepeatable = true,
        };

        CacheControl = new("--cache-control", OptionValues.IsCacheControl, "'pattern=value' with a pattern that begins with / or *", environment)
        {
            Description = "Cache-Control for paths that match a pattern, such as \"/assets/*=max-age=3600\"; repeatable: the first that matches counts [default: no-cache]",
            HelpName = "pattern=value",
            IsRepeatable = true,
        };

        TlsCertificate = new("--tls-cert", OptionValues.IsPath, File, environment)
        {
            Description = "Speak TLS, with the certificate in this file: PEM, with its chain, or .pfx. A password, if there is one, is in the variable PWB_TLS_PASSWORD",
            HelpName = "file",
        };

        TlsKey = new("--tls-key", OptionValues.IsPath, File, environment)
        {
            Description = "The private key of a certificate in PEM form, if it is not in the same file",
            HelpName = "file",
        };

        TlsDevelopment = new("--tls-dev", OptionValues.IsBoolean, Boolean, environment)
        {
            Description = "Speak TLS, with a self-signed certificate for localhost that is only in memory; for development",
            HelpName = "true|false",
            BareValue = "true",
        };

        Open = new("--open", OptionValues.IsBoolean, Boolean, environment)
        {
            Description = "Open it in the browser",
            HelpName = "true|false",
            BareValue = "true",
        };

        Level = new("--log-level", OptionValues.IsLogLevel, "trace, debug, information, warning, error, critical or none", environment)
        {
            Description = "trace, debug (every line of a request's head), information (a line per connection and per answer), warning, error, critical or none [default: debug; with a directory information]",
            HelpName = "level",
        };

        Format = new("--log-format", OptionValues.IsLogFormat, "text or json", environment)
        {
            Description = "text or json (an object per line)",
            HelpName = "format",
            Fallback = "text",
        };

        AccessLog = new("--access-log", OptionValues.IsAccessLog, "short, combined or json", environment)
        {
            Description = "A line per answer: short, combined (as Apache and nginx write it) or json, the last two with nothing around them",
            HelpName = "format",
            Fallback = "short",
        };

        AboutFiles = [Listing, Spa, CleanUrls, Cors, Header, CacheControl];
        Settings = [Port, Host, AllowHost, .. AboutFiles, TlsCertificate, TlsKey, TlsDevelopment, Open, Level, Format, AccessLog];
        Command = new RootCommand(About) { Directory };
        Array.ForEach(Settings, Command.Options.Add);
        Command.Directives.Clear(); // "[suggest]" and the like are not ours
        var help = Command.Options.OfType<HelpOption>().Single();
        help.Aliases.Remove("/h"); // a directory can have that name
        help.Aliases.Remove("/?");
    }

    public RootCommand Command { get; }

    public Setting[] Settings { get; }

    /// <summary>Those that say how files are served, and so mean nothing without a directory.</summary>
    public Setting[] AboutFiles { get; }

    public Argument<string?> Directory { get; }

    public Setting Port { get; }

    public Setting Host { get; }

    public Setting AllowHost { get; }

    public Setting Listing { get; }

    public Setting Spa { get; }

    public Setting CleanUrls { get; }

    public Setting Cors { get; }

    public Setting Header { get; }

    public Setting CacheControl { get; }

    public Setting TlsCertificate { get; }

    public Setting TlsKey { get; }

    public Setting TlsDevelopment { get; }

    public Setting Open { get; }

    public Setting Level { get; }

    public Setting Format { get; }

    public Setting AccessLog { get; }
}

using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;

namespace Pwb.Host;

/// <summary>Reads the options from the command line and, where it does not name them, from the environment.</summary>
internal sealed class CommandLine
{
    /// <summary>The exit code for an unknown option or a bad value.</summary>
    public const int UsageError = 2;

    private readonly Arguments _arguments;
    private readonly HostVariables _variables;
    private readonly Dictionary<Option, IReadOnlyList<string>> _values = [];

    private CommandLine(Arguments arguments, HostVariables variables) => (_arguments, _variables) = (arguments, variables);

    /// <summary>The version, without the commit that it was built from.</summary>
    public static string ProgramVersion { get; } = typeof(CommandLine).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <returns>Null when there is nothing to serve, because help or an error line has been written.</returns>
    /// <exception cref="IOException">The directory is a relative path, and the working directory is gone.</exception>
    public static HostSettings? Parse(
        IReadOnlyList<string> args, Func<string, string?> environment, TextWriter output, TextWriter error, out int exitCode)
    {
        exitCode = 0;
        var arguments = Arguments.Read(args);
        if (TextOf(arguments) is { } text)
        {
            output.Write(text);
            return null;
        }

        HostSettings? settings = null;
        string? problem = arguments.Problem;
        if (problem is null)
            settings = new CommandLine(arguments, new HostVariables(environment)).Settings(environment, out problem);
        if (problem is not null)
        {
            error.WriteLine($"pwb: {LineFormatter.Escape(problem)} Try 'pwb --help'.");
            exitCode = UsageError;
        }

        return settings;
    }

    // A user who asks for help may have typed the reason beside it, so other mistakes do not count.
    private static string? TextOf(Arguments arguments)
    {
        if (arguments.Has(Options.Help))
            return HelpText.Render().ReplaceLineEndings();
        if (arguments.Has(Options.Version))
            return ProgramVersion + Environment.NewLine;
        if (arguments.Has(Options.Manual))
            return ManualPage.Render();
        bool isForShell = arguments.Problem is null && arguments.Has(Options.Completion);
        return isForShell ? Completion.Render(arguments.ValuesOf(Options.Completion)[0]) : null;
    }

    private HostSettings? Settings(Func<string, string?> environment, out string? problem)
    {
        foreach (var option in Options.All)
        {
            problem = null;
            _values[option] = _arguments.Has(option) ? _arguments.ValuesOf(option) : _variables.ValuesOf(option, out problem);
            if (problem is not null)
                return null;
        }

        string? directory = null;
        problem = WhatIsWrongWithDirectory(ref directory) ?? WhatDoesNotGoTogether(directory);
        if (problem is not null)
            return null;
        try
        {
            string? certificate = Text(Options.TlsCertificate), key = Text(Options.TlsKey);
            string? authority = Text(Options.TlsClientAuthority);
            var tls = HostCertificate.Load(certificate, key, authority, IsOn(Options.TlsDevelopment), environment);
            return Settings(directory, tls);
        }
        catch (Exception exception) when (exception is IOException or CryptographicException) // a certificate that does not do
        {
            problem = exception.Message;
            return null;
        }
    }

    private string? WhatIsWrongWithDirectory(ref string? directory)
    {
        if (_arguments.Directory is { } argument)
            return ServedDirectory.WhatIsWrongWith(argument, out directory);
        if (_variables.Text(Options.DirectoryVariable) is not { } variable)
            return null;
        string? problem = ServedDirectory.WhatIsWrongWith(variable, out directory);
        return problem is null ? null : $"{Options.DirectoryVariable}: {problem}";
    }

    private string? WhatDoesNotGoTogether(string? directory)
    {
        var useless = Options.All.FirstOrDefault(option => option.IsAboutFiles && _arguments.Has(option));
        if (useless is not null && directory is null)
            return $"{useless.Name} needs a directory, such as . (this one).";
        var other = Array.Find([Options.Host, Options.Port], _arguments.Has);
        if (_arguments.Has(Options.Listen) && other is not null)
            return $"--listen says where to listen, so it does not go with {other.Name}.";
        if (IsOn(Options.Spa) && Text(Options.Fallback) is not null)
            return "--spa is --fallback index.html: only one of them can be given.";
        if (WhatIsWrongWithSockets() is { } fault)
            return fault;
        var twice = _values[Options.Proxy].GroupBy(value => OptionValues.ProxyOf(value).Path, StringComparer.Ordinal)
            .FirstOrDefault(all => all.Count() > 1);
        if (twice is not null)
            return $"--proxy passes a path on to one server, and '{twice.Key}' is given twice.";
        string? certificate = Text(Options.TlsCertificate), authority = Text(Options.TlsClientAuthority);
        return HostCertificate.WhatIsWrongWith(certificate, Text(Options.TlsKey), authority, IsOn(Options.TlsDevelopment));
    }

    private string? WhatIsWrongWithSockets()
    {
        string[] files = [.. Places.Select(OptionValues.SocketFileOf).OfType<string>()];
        if (files.Length == 0 && NameOfUselessMode() is { } name)
            return $"{name} is for the file of a Unix domain socket, such as --listen unix:/run/pwb.sock.";
        foreach (string file in files)
        {
            if (Directory.Exists(file))
                return $"unix:{file} is a directory; a socket needs a name in it, such as unix:{Path.Join(file, "pwb.sock")}.";
            if (Path.GetDirectoryName(file) is { Length: > 0 } directory && !Directory.Exists(directory))
                return $"There is no directory '{directory}' for unix:{file}. It has to be made first.";
        }

        return null;
    }

    // The variable may stand beside a PWB_LISTEN that the command line overrules.
    private string? NameOfUselessMode()
    {
        if (_arguments.Has(Options.SocketMode))
            return Options.SocketMode.Name;
        bool isOverruled = IsPlaceNamedOtherwise || _arguments.Has(Options.Listen);
        return Text(Options.SocketMode) is null || isOverruled ? null : Options.SocketMode.Variable;
    }

    private IReadOnlyList<string> Places =>
        !IsPlaceNamedOtherwise && _values[Options.Listen] is { Count: > 0 } places ? places : [];

    // The command line counts more than PWB_LISTEN.
    private bool IsPlaceNamedOtherwise => _arguments.Has(Options.Host) || _arguments.Has(Options.Port);

    private HostSettings Settings(string? directory, TlsOptions? tls) => new()
    {
        Directory = directory,
        Host = Text(Options.Host) ?? "localhost",
        Port = Text(Options.Port) is { } port ? int.Parse(port, CultureInfo.InvariantCulture) : PwbServerOptions.DefaultPort,
        PortIsNamed = Text(Options.Port) is not null || Text(Options.Listen) is not null,
        Places = Places,
        SocketMode = Text(Options.SocketMode) is { } mode ? OptionValues.ModeOf(mode) : null,
        ProxyNetworks = _values[Options.ProxyProtocolFrom] is { Count: > 0 } networks
            ? [.. networks.Select(network => OptionValues.NetworkOf(network)!.Value)] : null,
        SocketEngine = Text(Options.Sockets) is { } engine ? OptionValues.SocketEngineOf(engine) : SocketEngine.Default,
        AllowedHosts = _values[Options.AllowHost] is { Count: > 0 } names ? names : null,
        Files = Files(),
        Compress = IsOn(Options.Compress),
        Watch = IsOn(Options.Watch),
        Proxies = _values[Options.Proxy] is { Count: > 0 } proxies ? proxies : [],
        Users = _values[Options.Auth] is { Count: > 0 } users ? users : [],
        CorsOrigin = Text(Options.Cors),
        Tls = tls,
        TlsIsForDevelopment = IsOn(Options.TlsDevelopment),
        OpenBrowser = IsOn(Options.Open),
        PrintQrCode = IsOn(Options.Qr),
        ChosenLogLevel = Text(Options.Level) is { } level ? OptionValues.LogLevelOf(level) : null,
        LogJson = Text(Options.Format) is { } format && OptionValues.IsWord(format, "json"),
        AccessLog = Text(Options.AccessLog) is { } accessLog ? OptionValues.AccessLogOf(accessLog) : AccessLogFormat.Short,
        Ignored = _variables.Ignored.Count > 0 ? _variables.Ignored : [],
    };

    private StaticFileOptions Files()
    {
        var files = StaticFileOptions.Default;
        var headers = _values[Options.Header];
        var types = _values[Options.Mime];
        var rules = _values[Options.CacheControl];
        return files with
        {
            BasePath = Text(Options.Base) is { } path ? OptionValues.BaseOf(path) : files.BasePath,
            ListDirectories = IsOn(Options.Listing),
            IndexFiles = _values[Options.Index] is { Count: > 0 } names ? names : files.IndexFiles,
            Fallback = IsOn(Options.Spa) ? "index.html" : Text(Options.Fallback),
            NotFoundPage = Text(Options.NotFound) ?? files.NotFoundPage,
            CleanUrls = IsOn(Options.CleanUrls),
            ServeHiddenNames = IsOn(Options.Hidden),
            FollowLinksOutside = IsOn(Options.FollowLinks),
            ContentTypes = types.Count > 0 ? OptionValues.ContentTypesOf(types) : files.ContentTypes,
            Headers = headers.Count > 0 ? OptionValues.HeadersOf(headers) : files.Headers,
            PathHeaders = headers.Count > 0 ? OptionValues.PathHeadersOf(headers) : files.PathHeaders,
            CacheControl = rules.Count > 0 ? [.. rules.Select(OptionValues.CacheControlOf)] : files.CacheControl,
        };
    }

    private string? Text(Option option) => _values[option] is [var value, ..] ? value : null;

    private bool IsOn(Option option) => Text(option) is { } value && OptionValues.IsTrue(value);
}

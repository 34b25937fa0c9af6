namespace Pwb.Host;

/// <content>Other servers; where it listens, to whom, and with which certificate.</content>
internal static partial class Options
{
    public static Option Proxy { get; } = new()
    {
        Name = "--proxy",
        Group = OptionGroup.Proxying,
        ValueName = "path=URL",
        Summary = "Pass the requests below a path on to another server, such as `/api=http://localhost:5000`. Repeatable",
        More = "The path stays as it is; if the URL has one, which may be `/`, that takes its place. WebSockets go through. A "
            + "server on this machine gets the client's Host, another one its own name.",
        Accepts = OptionValues.IsProxy,
        Expected = "'/path=URL', such as /api=http://localhost:5000",
        IsRepeatable = true,
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
        Summary = "Where to listen, in place of --host and --port: `any:8080`, `127.0.0.1:8080`, `unix:/run/pwb.sock`, "
            + "`pipe:pwb` or `fd:3`. Repeatable",
        More = "`any:` and `localhost:` mean what they mean to --host. `unix:` is a Unix domain socket that only the same user "
            + "can connect to, `unix:@name` an abstract one. `pipe:` is a named pipe, also for the same user. `fd:` is a socket "
            + "that the process was given and that listens already, as systemd gives them from 3 on; `activated` is all that "
            + "systemd has given.",
        Accepts = OptionValues.IsPlace,
        Expected = "localhost, any or an IP address with a port, unix:<path>, pipe:<name>, or fd:<number> or activated for "
            + "sockets that listen",
        IsRepeatable = true,
    };

    public static Option SocketMode { get; } = new()
    {
        Name = "--socket-mode",
        Group = OptionGroup.Listening,
        ValueName = "mode",
        Summary = "The mode of Unix domain sockets, such as `660`: who may write may connect",
        Default = "600, the same user",
        Accepts = OptionValues.IsMode,
        Expected = "three octal digits, such as 660",
    };

    public static Option ProxyProtocolFrom { get; } = new()
    {
        Name = "--proxy-protocol-from",
        Group = OptionGroup.Listening,
        ValueName = "network",
        Summary = "Proxies in front that say who the client is, by the PROXY protocol: `10.0.0.1` or `10.0.0.0/24`. Repeatable",
        More = "Every connection then has to come from one of them and begin with the protocol's header. Who may connect to a "
            + "Unix domain socket or a pipe counts as listed.",
        Accepts = OptionValues.IsProxyNetwork,
        Expected = "an IP address or a network, such as 10.0.0.0/24, but not all the world",
        IsRepeatable = true,
    };

    public static Option Sockets { get; } = new()
    {
        Name = "--sockets",
        Group = OptionGroup.Listening,
        ValueName = "engine",
        Summary = "How the server waits for its clients: `runtime` (by .NET) or `epoll` (by itself, on Linux; experimental)",
        Default = "runtime",
        Accepts = OptionValues.IsSocketEngine,
        Expected = "runtime or epoll",
        Choices = OptionValues.SocketEngines,
    };

    public static Option Open { get; } = Option.Switch(
        OptionGroup.Listening, "--open", "Open the first URL in the browser", shortName: "-o");

    public static Option Qr { get; } = Option.Switch(
        OptionGroup.Listening, "--qr", "Print the URL for the network as a QR code, for a phone", "It goes with `--host any`.");

    public static Option AllowHost { get; } = new()
    {
        Name = "--allow-host",
        Group = OptionGroup.Access,
        ValueName = "name",
        Summary = "A host that requests may be for: `example.org`, `*.example.org`, or `*` for any. Repeatable",
        More = "Others get 421, so that no page reaches this machine by DNS rebinding.",
        Default = "with localhost, only localhost and IP addresses; else any",
        Accepts = OptionValues.IsAllowedHost,
        Expected = "a name without a port, such as example.org or *.example.org, or *",
        IsRepeatable = true,
    };

    public static Option Auth { get; } = new()
    {
        Name = "--auth",
        Group = OptionGroup.Access,
        ValueName = "user:hash",
        Summary = "Ask for a password, whose hash `pwb hash` makes. Repeatable",
        More = "A browser sends it readable with each request, so it is for TLS or for this machine. Guesses are checked one "
            + "after the other.",
        Accepts = OptionValues.IsUser,
        Expected = "a user and a hash, as 'pwb hash <user>' prints them",
        IsRepeatable = true,
    };

    public static Option Cors { get; } = new()
    {
        Name = "--cors",
        Group = OptionGroup.Access,
        ValueName = "origin",
        Summary = "Let scripts of other sites read the answers: of all of them, or of one such as `https://example.org`",
        More = "They may send any field, `Authorization` too, but no cookies.",
        Accepts = OptionValues.IsOrigin,
        Expected = "* or an origin such as https://example.org",
        BareValue = "*",
    };

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

    public static Option TlsClientAuthority { get; } = new()
    {
        Name = "--tls-client-ca",
        Group = OptionGroup.Tls,
        ValueName = "file",
        Summary = "Serve only clients with a certificate of the authorities in this file: PEM",
        More = "Others get 403.",
        Accepts = OptionValues.IsPath,
        Expected = File,
        TakesPath = true,
    };

    public static Option TlsDevelopment { get; } = Option.Switch(
        OptionGroup.Tls, "--tls-dev", "Speak TLS, with a self-signed certificate for localhost that is only in memory");
}

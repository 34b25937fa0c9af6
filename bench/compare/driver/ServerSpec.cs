namespace Pwb.Compare;

/// <summary>A server in the comparison: how to start it on a port.</summary>
/// <param name="Name">Its name in the tables.</param>
/// <param name="Program">The executable.</param>
/// <param name="Arguments">Its arguments for a port.</param>
/// <param name="Missing">What has to be there first and is not; null if nothing.</param>
/// <param name="HeadStart">How many milliseconds it is left alone after its start.</param>
/// <param name="IsTls">Whether it speaks TLS.</param>
internal sealed record ServerSpec(
    string Name, string Program, Func<int, string[]> Arguments, string? Missing = null, int HeadStart = 0, bool IsTls = false)
{
    /// <summary>All of them.</summary>
    /// <param name="places">Where things are.</param>
    public static IReadOnlyList<ServerSpec> All(Places places)
    {
        string? noNginx = Places.Find("nginx") is null ? "nginx is not installed (apt-get install nginx-light)" : null;
        string? noFloor = File.Exists(places.Floor) ? null : "there is no C compiler (apt-get install gcc)";
        string? noFiles = places.HostServesDirectories ? null : "the host does not serve directories";
        return
        [
            new("floor", places.Floor, port => [$"{port}"], noFloor),
            new("nginx", "nginx", port => ["-p", places.Work, "-c", places.WriteNginxConfiguration(port)], noNginx),
            new("nginx-tls", "nginx", port => ["-p", places.Work, "-c", places.WriteNginxConfiguration(port, isTls: true)],
                noNginx, IsTls: true),
            new("kestrel", places.AspNet, port => ["kestrel", $"{port}"]),
            new("kestrel-tls", places.AspNet, port => ["kestrel", $"{port}", places.Certificate], IsTls: true),
            new("minimal-api", places.AspNet, port => ["minimal", $"{port}"]),

            // It ends with an exception when a client is there before it.
            new("httplistener", places.Embedded, port => ["httplistener", $"{port}"], HeadStart: 3000),
            new("pwb", places.Host, port => ["--host", "127.0.0.1", "--port", $"{port}", "--log-level", "none"]),
            new("pwb-tls", places.Host,
                port => ["--host", "127.0.0.1", "--port", $"{port}", "--log-level", "none", "--tls-cert", places.Certificate],
                IsTls: true),
            new("pwb-embedded", places.Embedded, port => ["pwb", $"{port}"]),
            new("pwb-deferred", places.Embedded, port => ["pwb", $"{port}", "defer"]),
            new("pwb-pool", places.Embedded, port => ["pool", $"{port}"]),
            new("pwb-epoll", places.Embedded, port => ["pool", $"{port}", "epoll"]),
            new("pwb-epoll-spin", places.Embedded, port => ["pool", $"{port}", "spin"]),
            new("pwb-tls-epoll", "env",
                port =>
                    ["PWB_SOCKETS=epoll", places.Host, "--host", "127.0.0.1", "--port", $"{port}", "--log-level", "none",
                        "--tls-cert", places.Certificate], IsTls: true),
            new("usestaticfiles", places.AspNet, port => ["minimal", $"{port}", places.Files]),
            new("pwb-files", places.Host,
                port => [places.Files, "--host", "127.0.0.1", "--port", $"{port}", "--log-level", "none"], noFiles),
            new("pwb-files-epoll", "env",
                port =>
                    ["PWB_SOCKETS=epoll", places.Host, places.Files, "--host", "127.0.0.1", "--port", $"{port}", "--log-level",
                        "none"], noFiles),
        ];
    }
}

namespace Pwb.Compare;

/// <summary>Something that wrk does to several servers.</summary>
/// <param name="Name">Its name on the command line.</param>
/// <param name="Title">Its name above the table.</param>
/// <param name="Reference">The server that the others are compared with.</param>
/// <param name="Servers">The others.</param>
/// <param name="Connections">How many connections are busy.</param>
/// <param name="Path">The request target.</param>
/// <param name="Script">A Lua script, if it takes one.</param>
/// <param name="Fields">Field lines of the requests.</param>
/// <param name="Idle">How many more connections are open and idle.</param>
/// <param name="ByBytes">Whether bytes are counted and not requests, since there are too few of these.</param>
internal sealed record Workload(
    string Name, string Title, string Reference, string[] Servers, int Connections, string Path, string? Script = null,
    string[]? Fields = null, int Idle = 0, bool ByBytes = false)
{
    private static readonly string[] Plain = ["floor", "nginx", "minimal-api", "httplistener", "pwb-pool", "pwb", "pwb-epoll"];
    private static readonly string[] Dynamic = ["minimal-api", "httplistener", "pwb-pool", "pwb-epoll"];
    private static readonly string[] Tls = ["nginx-tls", "pwb-tls", "pwb-tls-epoll"];
    private static readonly string[] Static = ["nginx", "pwb-files", "pwb-files-epoll"];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Workload> All { get; } =
    [
        new("keep-alive-1", "Keep-alive, 1 connection", "kestrel", [.. Plain, "pwb-epoll-spin"], 1, "/11"),
        new("keep-alive-64", "Keep-alive, 64 connections", "kestrel", Plain, 64, "/11"),
        new("keep-alive-512", "Keep-alive, 512 connections", "kestrel", Plain, 512, "/11"),
        new("idle-10000", "Keep-alive, 64 connections among 10,000 idle ones", "kestrel",
            ["nginx", "pwb-pool", "pwb", "pwb-epoll"], 64, "/11", Idle: 10_000),
        new("pipelined", "Pipelined, 16 requests in a write, 64 connections", "kestrel",
            ["floor", "nginx", "minimal-api", "pwb-pool", "pwb", "pwb-epoll"], 64, "/11", "pipeline.lua"),
        new("connection", "A connection for each request, 64 at a time", "kestrel", [.. Plain, "pwb-deferred"], 64, "/11",
            Fields: ["Connection: close"]),
        new("tls-64", "Keep-alive over TLS, 64 connections", "kestrel-tls", Tls, 64, "/11"),
        new("tls-connection", "A TLS connection for each request, 64 at a time", "kestrel-tls", Tls, 64, "/11",
            Fields: ["Connection: close"]),
        new("json", "A response of 200 bytes of JSON, made anew, 64 connections", "kestrel", Dynamic, 64, "/json"),
        new("sleeping", "A handler that sleeps for 5 ms, 64 connections", "pwb-pool", ["pwb-epoll"], 64, "/sleep-5"),
        new("file-4k", "File of 4 KB, 64 connections", "usestaticfiles", Static, 64, "/4k.bin"),
        new("file-100k", "File of 100 KB, 64 connections", "usestaticfiles", Static, 64, "/100k.bin"),
        new("file-1m", "File of 1 MB, 16 connections", "usestaticfiles", Static, 16, "/1m.bin", ByBytes: true),
        new("file-100m", "File of 100 MB, 4 connections", "usestaticfiles", Static, 4, "/100m.bin", ByBytes: true),
        new("mixed", "Twenty files of 1 to 360 KB; gzip accepted, and there", "usestaticfiles", Static, 64, "/", "mixed.lua",
            ["Accept-Encoding: gzip"]),
        new("upload", "Upload of 1 MB, 16 connections", "kestrel", Dynamic, 16, "/11", "upload.lua"),
    ];
}

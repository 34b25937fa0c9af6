using BenchmarkDotNet.Attributes;
using Pwb.Http;
using Pwb.StaticFiles;

namespace Pwb.Benchmarks;

/// <summary>What a request for a file costs beyond the connection.</summary>
public class StaticFileBenchmarks
{
    private static readonly byte[] Tag = "\"1f-18c3a5b2d00\""u8.ToArray();

    private readonly HttpRequest _plain = new("GET", "/index.html", null, ("Accept-Encoding", "gzip, deflate, br, zstd"));
    private readonly HttpRequest _conditional = new(
        "GET", "/index.html", null, ("If-None-Match", "\"1f-18c3a5b2d00\""),
        ("If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT"));

    [Benchmark]
    public bool ResolvePath() =>
        PathResolver.TryResolve("/assets/app%20page/index.html"u8, serveHiddenNames: false, out _, out _, out _);

    [Benchmark]
    public bool NoPreconditions() => Evaluate(_plain);

    [Benchmark]
    public bool Preconditions() => Evaluate(_conditional);

    private static bool Evaluate(HttpRequest request)
    {
        SelectionFields fields = new(request.Headers);
        return Http.Preconditions.Evaluate(
            fields, Tag, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch,
            isGetOrHead: true) == PreconditionOutcome.NotModified;
    }
}

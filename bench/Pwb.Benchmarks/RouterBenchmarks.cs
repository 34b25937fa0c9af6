using BenchmarkDotNet.Attributes;

namespace Pwb.Benchmarks;

/// <summary>One of 1,000 routes found and answered, without a connection.</summary>
public class RouterBenchmarks
{
    private readonly Router _router = new(Routes());
    private readonly HttpRequest _literal = new("GET", "/section42/list");
    private readonly HttpRequest _parameters = new("GET", "/section42/17/items/chair");
    private readonly HttpRequest _escaped = new("GET", "/section42/17/items/gr%C3%BCn");
    private readonly HttpRequest _missing = new("GET", "/section42/x/y/z");

    [Benchmark]
    public HttpResponse Literal() => Ask(_literal);

    [Benchmark]
    public HttpResponse Parameters() => Ask(_parameters);

    [Benchmark]
    public HttpResponse Escaped() => Ask(_escaped);

    [Benchmark]
    public HttpResponse Missing() => Ask(_missing);

    private static IEnumerable<Route> Routes()
    {
        FixedResponseHandler handler = new();
        for (int i = 0; i < 250; i++)
        {
            yield return new Route($"GET /section{i}/list", handler);
            yield return new Route($"GET /section{i}/{{id:int}}", handler);
            yield return new Route($"DELETE /section{i}/{{id:int}}", handler);
            yield return new Route($"GET /section{i}/{{id:int}}/items/{{name}}", handler);
        }
    }

#pragma warning disable CA2012, VSTHRD002 // it is there at once
    private HttpResponse Ask(HttpRequest request) =>
        _router.HandleAsync(request, CancellationToken.None).GetAwaiter().GetResult();
#pragma warning restore CA2012, VSTHRD002
}

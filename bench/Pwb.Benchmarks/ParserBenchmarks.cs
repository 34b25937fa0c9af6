using System.Buffers;
using BenchmarkDotNet.Attributes;
using Pwb.Protocol;

namespace Pwb.Benchmarks;

/// <summary>A whole head, from bytes to slices.</summary>
public class ParserBenchmarks
{
    private RequestParser _parser = new(PwbServerLimits.Default, []);
    private readonly RequestHead _head = new();
    private readonly HttpFields _fields = new();

    [Benchmark]
    public bool Curl() => Parse(Samples.Curl);

    [Benchmark]
    public bool Browser() => Parse(Samples.Browser);

    private bool Parse(byte[] bytes)
    {
        _parser.Reset();
        _head.Reset();
        _fields.Clear();
        return _parser.Parse(bytes, _head, _fields) == OperationStatus.Done;
    }
}

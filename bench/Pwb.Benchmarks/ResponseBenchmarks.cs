using BenchmarkDotNet.Attributes;
using Pwb.Protocol;

namespace Pwb.Benchmarks;

/// <summary>Making a response, and writing the head of one that is made.</summary>
public class ResponseBenchmarks
{
    private static readonly byte[] DateAndServer = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nServer: PWB1.0\r\n\r\n"u8.ToArray();

    private readonly HttpResponse _response = HttpResponse.Text("hello PWB");
    private readonly RequestHead _request = new();
    private readonly byte[] _destination = new byte[1024];

    [Benchmark]
    public HttpResponse Make() => HttpResponse.Text("hello PWB");

    [Benchmark]
    public int WriteHead() =>
        ResponseHead.Write(
            _destination, _response.Head, _response.HasUpgrade, ContentFraming.Sized, _request, close: false, DateAndServer);
}

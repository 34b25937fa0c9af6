using System.Text;

namespace Pwb.Fuzz.Running;

/// <summary>Writes down every request that it is shown and treats the content as the connection's turn says.</summary>
internal sealed class RecordingHandler : IRequestHandler
{
    public async ValueTask<HttpResponse> HandleAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        ConnectionRecord connection = (ConnectionRecord)request.Connection.RemoteEndPoint!;
        HandlerBehaviour behaviour = connection.NextBehaviour;
        ObservedRequest observed = new(DescribeHead(request), behaviour);
        connection.Requests.Add(observed);

        switch (behaviour)
        {
            case HandlerBehaviour.Ignore:
                return HttpResponse.Bytes(FixedAnswers.Ignored.ToArray());

            case HandlerBehaviour.ReadPart:
                await ReadAsync(request, observed, FixedAnswers.PartLength, waitsFirst: false, cancellationToken);
                return HttpResponse.Bytes(observed.Content.ToArray());

            case HandlerBehaviour.EchoStream:
                return new HttpResponse(200, ResponseBody.From(new ObservedStream(request, observed), request.ContentLength));

            case HandlerBehaviour.Push:
                return new HttpResponse(200, ResponseBody.Push(PushAsync));

            case HandlerBehaviour.Swallow:
                try
                {
                    await ReadAsync(request, observed, int.MaxValue, waitsFirst: true, cancellationToken);
                }
                catch (RequestRejectedException)
                {
                    // A handler that hides what it was told: the server must know better (R13).
                }

                return HttpResponse.Bytes(FixedAnswers.Swallowed.ToArray());

            default:
                await ReadAsync(request, observed, int.MaxValue, waitsFirst: false, cancellationToken);
                return HttpResponse.Bytes(observed.Content.ToArray());
        }
    }

    private static async Task ReadAsync(
        HttpRequest request, ObservedRequest observed, int count, bool waitsFirst, CancellationToken cancellationToken)
    {
        ObservedStream content = new(request, observed);
        byte[] buffer = new byte[Math.Min(count, 64)];
        int received = -1;
        while (received != 0 && observed.Content.Count < count)
        {
            if (waitsFirst)
                _ = await content.ReadAsync(Memory<byte>.Empty, cancellationToken);

            // The stream writes down what passes through it.
            received = await content.ReadAsync(
                buffer.AsMemory(0, Math.Min(buffer.Length, count - observed.Content.Count)), cancellationToken);
        }
    }

    private static async ValueTask PushAsync(Stream output, CancellationToken cancellationToken)
    {
        await output.WriteAsync(FixedAnswers.PushedFirst.ToArray(), cancellationToken);
        await output.FlushAsync(cancellationToken);
        await output.WriteAsync(FixedAnswers.PushedSecond.ToArray(), cancellationToken);
    }

    private static string DescribeHead(HttpRequest request)
    {
        HeadText text = new(
            request.Method, Latin1(request.Target), Latin1(request.RawPath), request.Path, Latin1(request.RawQuery),
            request.Version.Minor, request.Host, request.ContentLength);
        foreach (FieldLine line in request.Headers)
            text.AddField(Latin1(line.Name), Latin1(line.Value));
        return text.ToString();
    }

    private static string Latin1(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);
}

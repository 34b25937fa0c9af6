using System.Buffers;
using System.Globalization;
using Pwb.Testing.Answers;
using Pwb.Testing.Connections;

namespace Pwb;

/// <content>A request on its way to its answer.</content>
public sealed partial class FakeService
{
    private async ValueTask<HttpResponse> HandleAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        WireEndPoint client = (WireEndPoint)request.Connection.RemoteEndPoint!;
        client.Wire.Writer!.Begin(ResponseFault.None, 0);
        (byte[] content, long length) = await ReadContentAsync(request.Body, cancellationToken).ConfigureAwait(false);
        RecordedRequest recorded = new(request, client.Scheme, content, length, _time.GetUtcNow());
        long began = _time.GetTimestamp();
        AnswerStep? step = Choose(recorded, out string? failure);
        Task delay = step is { Delay.Ticks: > 0 } ? Task.Delay(step.Delay, _time, cancellationToken) : Task.CompletedTask;
        Publish(recorded);
        if (failure is not null) return HttpResponse.Text($"{failure}\n", 500);
        if (step is null)
            return HttpResponse.Text($"The fake service has no answer for {recorded.Method} {recorded.Target}\n", 421);

        await delay.ConfigureAwait(false);
        Exchange exchange = new(recorded, client.Wire);
        HttpResponse? response = await RespondAsync(step, exchange, cancellationToken).ConfigureAwait(false);
        if (response is null) throw new IOException("The connection has been ended.");

        client.Wire.Writer.Begin(step.Fault, began + (long)(step.Delay.TotalSeconds * _time.TimestampFrequency));
        return response;
    }

    private async ValueTask<(byte[] Kept, long Length)> ReadContentAsync(Stream body, CancellationToken cancellationToken)
    {
        using MemoryStream kept = new();
        byte[] buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);
        long length = 0;
        while (true)
        {
            int count = await body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            if (count == 0) break;
            length += count;
            int room = (int)Math.Min(count, _maxKeptContent - kept.Length);
            await kept.WriteAsync(buffer.AsMemory(0, room), cancellationToken).ConfigureAwait(false);
        }

        ArrayPool<byte>.Shared.Return(buffer); // not after a failure: a read may still be at work
        return (kept.ToArray(), length);
    }

    private AnswerStep? Choose(RecordedRequest recorded, out string? failure)
    {
        failure = null;
        Stub[] stubs;
        lock (_lock) stubs = [.. _stubs];
        List<(Stub Stub, RouteValues Values)> candidates = [];
        try
        {
            foreach (Stub stub in Enumerable.Reverse(stubs))
            {
                if (stub.Matches(recorded, out RouteValues values)) candidates.Add((stub, values));
            }
        }
        catch (Exception exception)
        {
            // The test's own condition has thrown. The response and the messages show it.
            failure = $"A condition threw {exception.GetType().Name}: {exception.Message}";
            recorded.Outcome = failure;
            recorded.IsUnexpected = true;
            return null;
        }

        lock (_lock)
        {
            foreach ((Stub stub, RouteValues values) in candidates)
            {
                if (stub.InState is not null && stub.InState != _state) continue;
                _state = stub.ToState ?? _state;
                recorded.Route = values;
                AnswerStep step = stub.Next();
                recorded.Outcome = $"{step.Faults}{step.Name ?? "being answered"}";
                return step;
            }

            recorded.IsUnexpected = true;
            recorded.Outcome = candidates.Count == 0
                ? "421, no answer is set for it"
                : $"421, no answer is set for it in the state \"{_state}\"";
            return null;
        }
    }

    private static async ValueTask<HttpResponse?> RespondAsync(
        AnswerStep step, Exchange exchange, CancellationToken cancellationToken)
    {
        RecordedRequest recorded = exchange.Recorded;
        try
        {
            HttpResponse? response = await step.RespondAsync(exchange, cancellationToken).ConfigureAwait(false);
            if (response is not null)
                recorded.Outcome = step.Faults + response.StatusCode.ToString(CultureInfo.InvariantCulture);
            return response;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            recorded.Outcome = $"500, the answer threw {exception.GetType().Name}: {exception.Message}";
            recorded.IsUnexpected = true;
            throw;
        }
    }

    private void Publish(RecordedRequest recorded)
    {
        lock (_lock)
        {
            _requests.Add(recorded);
            recorded.Number = _requests.Count;
            _arrival.SetResult();
            _arrival = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}

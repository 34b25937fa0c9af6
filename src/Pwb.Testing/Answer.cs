using System.Globalization;
using System.Text;
using Pwb.Testing.Answers;
using Pwb.Testing.Recordings;

namespace Pwb;

/// <summary>
/// The reaction of a <see cref="FakeService"/> to a request: a response, or a fault of a real service. A value that never
/// changes; every <see cref="HttpResponse"/> is one.
/// </summary>
/// <remarks>
/// Faults act on the bytes on the wire, below the client's own code, and over https inside TLS. All times follow the clock of the
/// service.
/// </remarks>
/// <example><code>
/// service.On("GET /v1/{city}", Answer.InTurn(
///     Answer.Unavailable(retryAfter: TimeSpan.FromSeconds(2)),
///     Answer.Reset,
///     Answer.Slow(100, HttpResponse.Text("21.5"))));
/// </code></example>
public sealed class Answer
{
    private Answer(IReadOnlyList<AnswerStep> steps) => Steps = steps;

    private Answer(string? name, Func<Exchange, CancellationToken, ValueTask<HttpResponse?>> respondAsync)
        : this([new AnswerStep(name, respondAsync)])
    {
    }

    /// <summary>Takes the request and never answers. The connection stays open until the client gives up.</summary>
    public static Answer Never { get; } = new(
        "never answered",
        static async (_, cancellationToken) =>
        {
            await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(false);
            return null;
        });

    /// <summary>
    /// Ends the connection before any byte. .NET's client by itself sends a request without content up to three times more when
    /// that happens, so the service gets four.
    /// </summary>
    public static Answer Closed { get; } = new(
        "closed",
        static (exchange, _) =>
        {
            exchange.Wire.Close();
            return default;
        });

    /// <summary>Resets the connection before any byte.</summary>
    public static Answer Reset { get; } = new(
        "reset",
        static (exchange, _) =>
        {
            exchange.Wire.Reset();
            return default;
        });

    /// <summary>Sends another protocol's greeting in place of a status line, and ends the connection.</summary>
    public static Answer Garbage { get; } = Raw("220 mail.example ESMTP ready\r\n"u8.ToArray());

    /// <summary>Answers for the first request, the second, and so on. The last one repeats.</summary>
    internal IReadOnlyList<AnswerStep> Steps { get; }

    /// <summary>A response.</summary>
    /// <exception cref="ArgumentNullException">It is null.</exception>
    public static implicit operator Answer(HttpResponse response) => FromHttpResponse(response);

    /// <summary>A response.</summary>
    /// <exception cref="ArgumentNullException">It is null.</exception>
    public static Answer FromHttpResponse(HttpResponse response)
    {
        ArgumentNullException.ThrowIfNull(response);
        return new Answer(null, (_, _) => new ValueTask<HttpResponse?>(response));
    }

    /// <summary>
    /// A response that depends on the request. An exception of the function becomes a 500, and shows in messages.
    /// </summary>
    public static Answer From(Func<RecordedRequest, HttpResponse> respond)
    {
        ArgumentNullException.ThrowIfNull(respond);
        return new Answer(null, (exchange, _) => new ValueTask<HttpResponse?>(respond(exchange.Recorded)));
    }

    /// <summary>A response that depends on the request, and on something to be waited for.</summary>
    public static Answer From(Func<RecordedRequest, CancellationToken, ValueTask<HttpResponse>> respondAsync)
    {
        ArgumentNullException.ThrowIfNull(respondAsync);
        return new Answer(
            null,
            async (exchange, cancellationToken) =>
                await respondAsync(exchange.Recorded, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>
    /// Whatever a handler of PWB answers: files, a router, events, a WebSocket. The handler can read the content that was kept
    /// of the request, which has come already.
    /// </summary>
    public static Answer From(IRequestHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return new Answer(
            null,
            async (exchange, cancellationToken) =>
                await handler.HandleAsync(exchange.ToRequest(cancellationToken), cancellationToken).ConfigureAwait(false));
    }

    /// <summary>One answer for each request, in this order. The last one stays.</summary>
    /// <exception cref="ArgumentException">The list is empty.</exception>
    public static Answer InTurn(params IReadOnlyList<Answer> answers)
    {
        ArgumentNullException.ThrowIfNull(answers);
        if (answers.Count == 0) throw new ArgumentException("There is no answer.", nameof(answers));
        return new Answer([.. answers.SelectMany(answer => answer.Steps)]);
    }

    /// <summary>The same answer so many times, within <see cref="InTurn"/>.</summary>
    /// <param name="count">The number of times: at least 1.</param>
    /// <param name="answer">The answer.</param>
    public static Answer Times(int count, Answer answer)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentNullException.ThrowIfNull(answer);
        return InTurn([.. Enumerable.Repeat(answer, count)]);
    }

    /// <summary>
    /// An answer that begins late. The delay has begun when the request shows in <see cref="FakeService.Requests"/>.
    /// </summary>
    /// <param name="delay">The delay, by the clock of the service.</param>
    /// <param name="answer">The answer after the delay.</param>
    public static Answer Late(TimeSpan delay, Answer answer)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        return Changed(answer, step => step with { Delay = delay, Faults = $"late by {delay.TotalSeconds} s, {step.Faults}" });
    }

    /// <summary>A response whose content comes slowly, a tenth of a second's bytes at a time. Its head comes at once.</summary>
    /// <param name="bytesPerSecond">The rate, by the clock of the service: at least 1. Chunk lines count too.</param>
    /// <param name="answer">The response.</param>
    public static Answer Slow(int bytesPerSecond, Answer answer)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytesPerSecond, 1);
        return Changed(answer, step => step.With("slow", step.Fault with { BytesPerSecond = bytesPerSecond }));
    }

    /// <summary>A response that breaks off: the connection ends after so many bytes of its content.</summary>
    /// <param name="bytes">From 0, which is behind the head. Chunk lines count too.</param>
    /// <param name="answer">The response. Shorter content is sent whole.</param>
    public static Answer CutAfter(long bytes, Answer answer)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        return Changed(answer, step => step.With("cut", step.Fault with { CutAfter = bytes }));
    }

    /// <summary>A response that comes to a halt after so many bytes of its content: the connection stays open.</summary>
    /// <param name="bytes">From 0, which is behind the head. Chunk lines count too.</param>
    /// <param name="answer">The response. Shorter content is sent whole.</param>
    public static Answer StallAfter(long bytes, Answer answer)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        return Changed(answer, step => step.With("stalled", step.Fault with { StallAfter = bytes }));
    }

    /// <summary>
    /// A response whose Content-Length is not that of its content. If it is more, the connection ends behind the content; if it
    /// is less, the rest is sent all the same.
    /// </summary>
    /// <param name="contentLength">The length in the head.</param>
    /// <param name="answer">The response.</param>
    public static Answer WrongLength(long contentLength, Answer answer)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(contentLength);
        return Changed(answer, step => step.With("wrong length", step.Fault with { DeclaredLength = contentLength }) with
        {
            RespondAsync = async (exchange, cancellationToken) =>
            {
                HttpResponse? response = await step.RespondAsync(exchange, cancellationToken).ConfigureAwait(false);
                if (response is null or { Body.Length: not null }) return response;

                // Chunked content declares nothing: it is made content whose length is known.
                using MemoryStream content = new();
                await response.Body.WriteToAsync(content, cancellationToken).ConfigureAwait(false);
                await response.Body.DisposeAsync().ConfigureAwait(false);
                return response.WithBody(ResponseBody.From(content.ToArray()));
            },
        });
    }

    /// <summary>503 Service Unavailable.</summary>
    /// <param name="retryAfter">The field Retry-After, in whole seconds; none if null.</param>
    public static Answer Unavailable(TimeSpan? retryAfter = null)
    {
        HttpResponse response = HttpResponse.Text("503 Service Unavailable\n", 503);
        if (retryAfter is not { } wait) return response;

        ArgumentOutOfRangeException.ThrowIfLessThan(wait, TimeSpan.Zero, nameof(retryAfter));
        return response.With("Retry-After", Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Sends these bytes in place of a response, and ends the connection.</summary>
    public static Answer Raw(ReadOnlyMemory<byte> bytes) => new(
        $"{bytes.Length} bytes that are: {Encoding.Latin1.GetString(bytes.Span).Split('\r', '\n')[0]}",
        async (exchange, cancellationToken) =>
        {
            await exchange.Wire.Writer!.SendAsync(bytes, cancellationToken).ConfigureAwait(false);
            exchange.Wire.Close();
            return null;
        });

    /// <summary>
    /// The response of a real service, which is remembered for <see cref="FakeService.SaveAsync"/>. It is read whole before it is
    /// passed on.
    /// </summary>
    /// <param name="service">
    /// Asks the service, at its <see cref="HttpClient.BaseAddress"/>, for the same target. It stays the caller's.
    /// </param>
    /// <exception cref="ArgumentException">The client has no base address.</exception>
    public static Answer Proxy(HttpClient service)
    {
        ArgumentNullException.ThrowIfNull(service);
        if (service.BaseAddress is null) throw new ArgumentException("The client has no base address.", nameof(service));
        return new Answer(
            null, (exchange, cancellationToken) => RealService.AskAsync(service, exchange.Recorded, cancellationToken));
    }

    private static Answer Changed(Answer answer, Func<AnswerStep, AnswerStep> change)
    {
        ArgumentNullException.ThrowIfNull(answer);
        return new Answer([.. answer.Steps.Select(change)]);
    }
}

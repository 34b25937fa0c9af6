using System.Diagnostics;
using System.Globalization;
using Pwb.Channels;
using Pwb.Logging;
using Pwb.Model;
using Pwb.Protocol;
using Pwb.Telemetry;
using Pwb.Threads;

namespace Pwb.Http1;

/// <summary>
/// One request with its response, and then the next: the shared state of the stages. The stages come in this order. The parser
/// fills <see cref="Head"/> and <see cref="Fields"/>. <see cref="HandlerStage"/> calls the handler. <see cref="ResponseStage"/>
/// appends its response or a refusal. <see cref="TakeOverStage"/> runs another protocol, if the response is an upgrade. When
/// everything has been sent, <see cref="FinishAsync"/> runs the remaining user code. <see cref="Forget"/> makes room for the next
/// request, which may be one of another connection: see <see cref="ExchangePool"/>.
/// </summary>
internal sealed class HttpExchange
{
    private HttpRequest? _lent; // lent to handlers that keep no request
    private Channel? _channel;
    private Http1Context? _context;
    private bool _isTainted;

    public HttpExchange() => Head.Reset();

    /// <summary>The state of the current request.</summary>
    public ExchangeState Current;

    public Channel Channel => _channel!;

    public Http1Context Context => _context!;

    public RequestHead Head { get; } = new();

    public HttpFields Fields { get; } = new();

    /// <summary>The number of requests on this connection, the current one included.</summary>
    public long Number { get; private set; }

    /// <summary>The request's name in the log.</summary>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"{Channel.Id}-{Number}");

    /// <summary>The status of the sent response, or of the one to be sent; 0 before.</summary>
    public int StatusCode => Current.Sent.StatusCode;

    /// <summary>
    /// The value of error.type, or null. A handler's exception is not reported when the request itself was refused.
    /// </summary>
    public string? Error => RequestObservation.ErrorOf(StatusCode, Current.Refusal == Rejection.None ? Current.Failure : null);

    /// <summary>Whether user code is left for <see cref="FinishAsync"/>.</summary>
    public bool HasMore =>
        !Current.IsFinished
            && (Current.IsLogged || Current.Refusal != Rejection.None || Current.Response is { Body.IsUserCode: true });

    /// <summary>Whether the request's stopping token has been cancelled.</summary>
    public bool IsStopped => Current.Life is { IsStopping: true };

    /// <summary>Whether the request, or its connection, has been aborted.</summary>
    public bool IsAborted =>
        Channel.Aborted.IsCancellationRequested || Current.Life is { Aborted.IsCancellationRequested: true };

    /// <summary>The token for the handler and the body.</summary>
    public CancellationToken Token => Current.Life?.Aborted ?? Channel.Aborted;

    /// <summary>Attaches the exchange to a connection. To be called once, or after <see cref="TryDetach"/>.</summary>
    public void Attach(Channel channel, Http1Context context, long number)
    {
        _channel = channel;
        _context = context;
        Number = number;
    }

    /// <summary>Detaches the exchange from its connection, after <see cref="Forget"/>.</summary>
    /// <returns>Whether another connection may have it: false while an operation of user code is still under way.</returns>
    public bool TryDetach()
    {
        if (_isTainted) return false;
        _channel = null;
        _context = null;
        return true;
    }

    /// <summary>Makes the request object of the parsed head, whose bytes stay in the receive buffer.</summary>
    /// <param name="span">The request's span, or null.</param>
    public HttpRequest Begin(Activity? span = null)
    {
        Current.Span = span;
        if (Current.Request is not null) return Current.Request;

        ReadOnlySpan<byte> head = Channel.Receiver.Received.Unread[..Head.Length];
        if (Context.HandlerBorrows)
        {
            _lent ??= new HttpRequest(Head, Fields);
            _lent.Lend(Channel.Transport, Channel.Receiver.Received.Array, Channel.Receiver.Received.Start);
            Current.Request = _lent;
        }
        else
        {
            RequestLife life = new(Number + 1, Context.Clock.TimeProvider);
            byte[] bytes = head.ToArray();
            Current.Request = new HttpRequest(Head.Copy(), Fields.Copy(bytes), bytes, Channel.Transport, life);
        }

        return Current.Request;
    }

    /// <summary>Numbers the request, before it is answered.</summary>
    public void CountRequest() => Number++;

    /// <summary>Notes that the handler has failed.</summary>
    public async ValueTask HandlerFailedAsync(Exception exception)
    {
        Current.Failure = exception;
        Context.Log.HandlerFailed(await Channel.GoToPoolAsync(), Name, exception);
    }

    /// <summary>Notes that the response's body, or the protocol that took over, has failed.</summary>
    public async ValueTask BodyFailedAsync(Exception exception)
    {
        // A body that ends by its token has not failed.
        if (exception is OperationCanceledException && (IsAborted || IsStopped)) return;

        Current.Failure = exception;
        if (!IsOwnersEnd(exception)) Context.Log.BodyFailed(await Channel.GoToPoolAsync(), Name, exception);
    }

    /// <summary>
    /// Runs the user code that comes after the sent response: the body's disposal, and logs. The client is watched meanwhile.
    /// </summary>
    public async ValueTask FinishAsync()
    {
        Current.IsFinished = true;
        OnPool on = await Channel.GoToPoolAsync();
        if (Current.Response is not null) await DisposeBodyAsync(on, Current.Response.Body).ConfigureAwait(false);
        Log(await Channel.GoToPoolAsync());
    }

    /// <summary>Forgets the request completely. No other method does.</summary>
    public void Forget()
    {
        Channel.EndRequest();
        if (Current.Content is { } content && !content.CloseToUser()) Taint();
        _lent?.Clear();
        Head.Reset();
        Fields.Clear();
        Channel.Receiver.Received.EndRequest();
        Current = default;
    }

    private void Taint()
    {
        _isTainted = true;
        Channel.Taint();
    }

    // An owner who cancels a body on purpose knows of it. A timeout is a failure, although HttpClient reports it with a cancelled
    // token.
    private bool IsOwnersEnd(Exception exception) =>
        exception is OperationCanceledException { InnerException: not TimeoutException } cancelled
        && (cancelled.CancellationToken.IsCancellationRequested || IsAborted || IsStopped);

    private async ValueTask DisposeBodyAsync(OnPool on, ResponseBody body)
    {
        on.Check();
        try
        {
            await body.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Context.Log.BodyFailed(await Channel.GoToPoolAsync(), Name, exception);
        }
    }

    private void Log(OnPool on)
    {
        SentResponse sent = Current.Sent;
        bool isRefusal = Current.Refusal != Rejection.None;
        if (!Current.IsLogged || sent.StatusCode == 0) return;

        HttpRequest? request = Current.Request;
        TimeSpan? elapsed = request is null ? null : Context.Clock.TimeProvider.GetElapsedTime(Current.StartedAt);
        string? error = isRefusal ? Instruments.NameOf(Current.Refusal) : Error;
        string? refusal = isRefusal ? Current.Refusal.Sentence() : null;
        Context.AccessLog.Write(
            on,
            new AccessEntry(
                Channel.RemoteEndPoint, request, sent.StatusCode, sent.Length, elapsed, error, refusal, Current.Span));
    }
}

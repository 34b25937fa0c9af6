using System.Diagnostics;
using System.Runtime.CompilerServices;
using Pwb.Channels;
using Pwb.Logging;
using Pwb.Model;
using Pwb.Protocol;
using Pwb.Security;
using Pwb.Telemetry;
using Pwb.Threads;

namespace Pwb.Http1;

/// <summary>
/// One request and its response after another. In this order: the parser fills <see cref="Head"/> and <see cref="Fields"/>;
/// <see cref="AnswerAsync"/> calls the handler and appends its response, or <see cref="AppendRefusal"/> the server's own; when
/// that has been sent, <see cref="FinishAsync"/> runs the user code that nobody waits for; <see cref="Forget"/> makes room for
/// the next.
/// </summary>
internal sealed class HttpExchange
{
    private readonly Channel _channel;
    private readonly Http1Context _context;
    private readonly EntryRules _rules;
    private readonly ResponseSender _sender;
    private readonly HttpRequest? _lent; // to handlers that keep none
    private ExchangeState _state;
    private long _number;

    public HttpExchange(Channel channel, Http1Context context, EntryRules rules)
    {
        _channel = channel;
        _context = context;
        _rules = rules;
        _sender = new ResponseSender(channel, context.Clock);
        if (context.HandlerBorrows) _lent = new HttpRequest(Head, Fields, channel.Transport);
        Head.Reset();
    }

    public RequestHead Head { get; } = new();

    public HttpFields Fields { get; } = new();

    /// <summary>The method of the request that is being answered, if one is.</summary>
    public string? ActiveMethod => _channel.IsAtWork ? Head.KnownMethod : null;

    /// <summary>The status that was sent, or is about to be; 0 when there is none yet.</summary>
    public int StatusCode => _state.Sent.StatusCode;

    /// <summary>
    /// The value of error.type, or null. A handler's exception is not reported when the request itself was refused.
    /// </summary>
    public string? Error => RequestObservation.ErrorOf(StatusCode, _state.Refusal == Rejection.None ? _state.Failure : null);

    /// <summary>Whether user code is left for <see cref="FinishAsync"/>.</summary>
    public bool HasMore =>
        !_state.IsFinished
            && (_state.IsLogged || _state.Refusal != Rejection.None || _state.Response is { Body.IsUserCode: true });

    /// <summary>Lets the request be read: what the parser found lies where it was received.</summary>
    /// <param name="span">The request's span, if somebody observes it.</param>
    public HttpRequest Begin(Activity? span = null)
    {
        _state.Span = span;
        if (_state.Request is not null) return _state.Request;

        ReadOnlySpan<byte> head = _channel.Receiver.Received.Unread[..Head.Length];
        if (_lent is not null)
        {
            _lent.SetBytes(_channel.Receiver.Received.Array, _channel.Receiver.Received.Start);
            _state.Request = _lent;
        }
        else
        {
            _state.Life = new RequestLife(_number + 1, _context.Clock.TimeProvider);
            byte[] bytes = head.ToArray();
            _state.Request = new HttpRequest(Head.Copy(), Fields.Copy(bytes), bytes, _channel.Transport, _state.Life);
        }

        return _state.Request;
    }

    /// <summary>Answers the request whose head has just been parsed.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Outcome> AnswerAsync()
    {
        // Anything that may block runs on the thread pool: user code (unless the handler declares NeverBlocks), content (its
        // limit may be a user's function), logs.
        _state.IsLogged = _context.AccessLog.IsEnabled;
        bool isHeadLogged = _context.Log.IsHeadEnabled;
        OnPool on = OnPool.ByPromise;
        if (!_context.HandlerNeverBlocks || _state.IsLogged || isHeadLogged || Head.HasContent)
            on = await _channel.GoToPoolAsync();

        HttpRequest request = Begin(_state.Span);
        _number++;
        _channel.Receiver.Received.BeginRequest(Head.Length);
        _channel.Receiver.CountUsed(Head.Length);
        if (isHeadLogged) _context.Log.Head(on, request);
        if (_state.IsLogged) _state.StartedAt = _context.Clock.TimeProvider.GetTimestamp();

        // Reading content may wait, and may send 100: so nothing is left pending for it to wait with.
        if (Head.HasContent) await _channel.Sender.FlushAsync().ConfigureAwait(false);

        _channel.BeginRequest(_state.Life); // before the call, since a handler may block and never return
        Outcome outcome = await CallHandlerAsync(on).ConfigureAwait(false);
        if (outcome.Refusal == Rejection.None && _state.Response is { } response)
            outcome = await RespondAsync(response).ConfigureAwait(false);
        _state.Refusal = outcome.Refusal;
        return outcome;
    }

    /// <summary>Runs the protocol that takes the connection over, after the response that says so has been sent.</summary>
    /// <exception cref="BodyFailedException">
    /// It failed, or ended while it was still reading or writing: the connection is over.
    /// </exception>
    /// <exception cref="IOException">The client is gone.</exception>
    public async ValueTask TakeOverAsync()
    {
        OnPool on = await _channel.GoToPoolAsync();
        _channel.BeginTakeOver();
        TakenOverStream stream = new(_channel, RequestToken);
        Exception? failure = await RunAsync(on, stream).ConfigureAwait(false);
        _state.Sent = _state.Sent with { Length = stream.Written };
        bool isWhole = stream.CloseToUser();
        if (!isWhole)
        {
            _channel.Taint();
            failure ??= new InvalidOperationException("The protocol ended while it was still reading or writing.");
        }

        if (failure is null) return;
        if (failure is OperationCanceledException && (IsAborted || IsStopped))
            throw new IOException("The conversation was ended.", failure);
        if (_channel.IsClientsEnd(failure) || (failure is EndOfStreamException && _channel.Receiver.IsAtEnd))
            throw new IOException("The client is gone.", failure);
        await BodyFailedAsync(failure).ConfigureAwait(false);
        if (isWhole && _state.Response!.Body is TakeOverBody { TellsFailures: true }) return;
        throw new BodyFailedException("The protocol failed.", failure);
    }

    /// <summary>Appends the answer to what is refused, also before it is a request.</summary>
    public void AppendRefusal(OnPool on, Rejection rejection)
    {
        on.Check(); // whether the access log is on is asked of somebody else's code
        _state.Refusal = rejection;
        if (_state.Request is null) _state.IsLogged = _context.AccessLog.IsEnabled;
        _state.Sent = _sender.AppendLast(Refusals.For(rejection), Head);
        Instruments.CountRefusal(rejection);
        if (rejection == Rejection.HostNotAllowed) _context.Log.HostRefused(on, _state.Request!.HostBytes, _context.Clock.Now);
        if (rejection == Rejection.CrossSite) _context.Log.CrossSiteRefused(on, _state.Request!, _context.Clock.Now);
    }

    /// <summary>
    /// Runs the user code that comes after a response has been sent: its body's disposal, and logs. The client is watched
    /// meanwhile.
    /// </summary>
    public async ValueTask FinishAsync()
    {
        _state.IsFinished = true;
        OnPool on = await _channel.GoToPoolAsync();
        if (_state.Response is not null) await DisposeBodyAsync(on, _state.Response.Body).ConfigureAwait(false);
        Log(await _channel.GoToPoolAsync());
    }

    /// <summary>Forgets the request, all at once. The one place that does.</summary>
    public void Forget()
    {
        _channel.EndRequest();
        if (_state.Content is { } content && !content.CloseToUser()) _channel.Taint();
        _lent?.Clear();
        Head.Reset();
        Fields.Clear();
        _channel.Receiver.Received.EndRequest();
        _state = default;
    }

    private async ValueTask<Outcome> CallHandlerAsync(OnPool on)
    {
        try
        {
            Rejection refusal = Admit(on);
            if (refusal != Rejection.None) return Outcome.Refuse(refusal);

            ValueTask<HttpResponse> handling = HandleAsync(on);

            // What earlier requests are owed does not wait for this handler.
            if (!handling.IsCompleted && !Head.HasContent) await FlushBeforeWaitAsync().ConfigureAwait(false);
            _state.Response =
                await handling.ConfigureAwait(false) ?? throw new InvalidOperationException("The handler returned null.");
        }
        catch (RequestRejectedException rejected) when (rejected.Response is not null)
        {
            _state.Response = rejected.Response;
        }
        catch (RequestRejectedException rejected)
        {
            return Outcome.Refuse(rejected.Rejection);
        }
        catch (Exception exception) when (_channel.IsClientsEnd(exception))
        {
            throw new IOException("The client is gone.", exception);
        }
        catch (Exception exception)
        {
            // A handler that passed the content on may have got its fault wrapped in an exception of somebody else.
            if (_state.Content is { Rejection: not Rejection.None and var fault }) return Outcome.Refuse(fault);
            if (exception is OperationCanceledException && IsAborted) throw;
            await HandlerFailedAsync(exception).ConfigureAwait(false);
            _state.Response = Refusals.InternalServerError;
            if (_channel.Transport.NoteFailure(exception) is var (name, value))
                _state.Response = _state.Response.With(name, value);
        }

        return new Outcome(KeepsOpen: true);
    }

    private bool IsStopped => _state.Life is { IsStopping: true };

    private bool IsAborted =>
        _channel.Aborted.IsCancellationRequested || _state.Life is { Aborted.IsCancellationRequested: true };

    private CancellationToken RequestToken => _state.Life?.Aborted ?? _channel.Aborted;

    /// <summary>Sees to what the server itself decides about a request.</summary>
    private Rejection Admit(OnPool on)
    {
        on.Check();
        HttpRequest request = _state.Request!;
        Rejection refusal = _rules.Check(request);
        if (refusal != Rejection.None || !Head.HasContent) return refusal;

        // Before anything else, so that whatever happens next the content is consumed or the connection closed, and never read as
        // a request.
        RequestContent content = new(_channel, request, _context.Limits, RequestToken);
        _state.Content = content;
        if (_context.MaxContentLengthSelector?.Invoke(request) is { } maxLength) content.MaxContentLength = maxLength;
        request.Body = content;
        return Head.ContentLength > content.MaxContentLength ? Rejection.ContentTooLarge : Rejection.None;
    }

    private ValueTask<HttpResponse> HandleAsync(OnPool on)
    {
        on.Check();
        if (Head.Form == TargetForm.Asterisk) return new ValueTask<HttpResponse>(Refusals.ServerOptions);
        return _context.Handler.HandleAsync(_state.Request!, RequestToken);
    }

    private async ValueTask FlushBeforeWaitAsync()
    {
        try
        {
            await _channel.Sender.FlushAsync().ConfigureAwait(false);
        }
        catch (Exception)
        {
            _channel.Control.Abort(); // the handler sees it in its token, and is awaited as ever
        }
    }

    private async ValueTask<Exception?> RunAsync(OnPool on, TakenOverStream stream)
    {
        on.Check();
        try
        {
            await _state.Response!.Body.WriteToAsync(stream, RequestToken).ConfigureAwait(false);
            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Outcome> RespondAsync(HttpResponse response)
    {
        RequestContent? content = _state.Content;
        if (content is not null && !content.TryBeginResponse()) throw await StillReadingAsync().ConfigureAwait(false);

        // A handler that caught it cannot answer for a request that never was whole.
        if (content is { Rejection: not Rejection.None and var known }) return Outcome.Refuse(known);

        if (response.Body is TakeOverBody takeOver)
        {
            if (UpgradeFields.Asks(Head, _state.Request!.Headers, takeOver.Protocol))
                return await BeginTakeOverAsync(response).ConfigureAwait(false);

            await HandlerFailedAsync(
                new InvalidOperationException(
                    $"The handler returned an upgrade to {takeOver.Protocol}, which the client has not asked for."))
                .ConfigureAwait(false);
            _state.Response = response = Refusals.InternalServerError;
        }

        ResponsePlan plan = ResponsePlan.For(
            response, Head, content?.State ?? default, _context.IsStopping, _context.Limits.MaxDrainedContentLength);
        if (plan.DrainsFirst)
        {
            if (!content!.CloseToUser()) throw await StillReadingAsync().ConfigureAwait(false);
            Rejection? fault = await content.DrainAsync().ConfigureAwait(false);
            if (fault is not null and not Rejection.None) return Outcome.Refuse(fault.Value);
            if (fault is null) plan = plan with { Closes = true };
        }

        _channel.Sender.BeginResponse();
        if (plan.SendsContinue) await content!.SendContinueAsync().ConfigureAwait(false);
        _state.Sent = await SendAsync(response, plan).ConfigureAwait(false);
        if (_state.Sent.Refusal != Rejection.None) return Outcome.Refuse(_state.Sent.Refusal);
        if (_state.Sent.Failure is { } failure) await BodyFailedAsync(failure).ConfigureAwait(false);
        if (content is null) return new Outcome(!plan.Closes);
        if (!content.CloseToUser()) throw await StillReadingAsync().ConfigureAwait(false);
        if (plan.Closes || content.IsAtEnd) return new Outcome(!plan.Closes);

        // The response is out, so whatever is wrong with content that comes after it ends the connection without another.
        return new Outcome(await content.DrainAsync().ConfigureAwait(false) is Rejection.None);
    }

    // What follows the request's content is the new protocol's, so all of the content has to be taken first.
    private async ValueTask<Outcome> BeginTakeOverAsync(HttpResponse response)
    {
        if (_state.Content is { } content)
        {
            if (!content.CloseToUser()) throw await StillReadingAsync().ConfigureAwait(false);
            Rejection? fault = content.State.IsLeft ? await content.DrainAsync().ConfigureAwait(false) : Rejection.None;
            if (fault is not Rejection.None) return Outcome.Refuse(fault ?? Rejection.ContentTooLarge);
        }

        _channel.Sender.BeginResponse();
        ResponsePlan plan = new(
            ContentFraming.Sized, ContentOrigin.Nowhere, DrainsFirst: false, SendsContinue: false, Closes: false);
        _state.Sent = await _sender.AppendAsync(response, plan, Head).ConfigureAwait(false);
        return new Outcome(KeepsOpen: false, TakesOver: true);
    }

    private async ValueTask<SentResponse> SendAsync(HttpResponse response, ResponsePlan plan)
    {
        if (plan.Sends != ContentOrigin.Body) return await _sender.AppendAsync(response, plan, Head).ConfigureAwait(false);

        // Content of known length has an end, so a client that only half-closed gets all of it; what may be endless ends with the
        // client.
        OnPool on = await _channel.GoToPoolAsync();
        CancellationToken token = response.ContentLength is null ? RequestToken : _channel.Aborted;
        try
        {
            return await _sender.SendStreamedAsync(on, response, plan, Head, token).ConfigureAwait(false);
        }
        catch (BodyFailedException exception)
        {
            _state.Sent = new SentResponse(response.StatusCode, 0);
            if (exception.InnerException is not RequestRejectedException)
                await BodyFailedAsync(exception.InnerException ?? exception).ConfigureAwait(false);
            throw;
        }
        catch (IOException)
        {
            _state.Sent = new SentResponse(response.StatusCode, 0);
            throw;
        }
    }

    /// <summary>
    /// User code has left a read of the content running: nobody can say what it will take, so the connection is lost.
    /// </summary>
    private async ValueTask<IOException> StillReadingAsync()
    {
        _channel.Taint();
        _state.Content!.CloseToUser();
        InvalidOperationException exception = new(
            "The content was still being read when the handler, or the response's body, had ended.");
        await HandlerFailedAsync(exception).ConfigureAwait(false);
        return new IOException(exception.Message, exception);
    }

    private async ValueTask HandlerFailedAsync(Exception exception)
    {
        _state.Failure = exception;
        _context.Log.HandlerFailed(await _channel.GoToPoolAsync(), Name, exception);
    }

    private async ValueTask BodyFailedAsync(Exception exception)
    {
        // A body that heeds its token has not failed.
        if (exception is OperationCanceledException && (IsAborted || IsStopped)) return;

        _state.Failure = exception;
        if (!IsOwnersEnd(exception)) _context.Log.BodyFailed(await _channel.GoToPoolAsync(), Name, exception);
    }

    // Who cancels a body on purpose knows of it. A timeout is a failure, although HttpClient says it with a cancelled token.
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
            _context.Log.BodyFailed(await _channel.GoToPoolAsync(), Name, exception);
        }
    }

    private void Log(OnPool on)
    {
        SentResponse sent = _state.Sent;
        bool isRefusal = _state.Refusal != Rejection.None;
        if (!_state.IsLogged || sent.StatusCode == 0) return;

        HttpRequest? request = _state.Request;
        TimeSpan? elapsed = request is null ? null : _context.Clock.TimeProvider.GetElapsedTime(_state.StartedAt);
        string? error = isRefusal ? Instruments.NameOf(_state.Refusal) : Error;
        string? refusal = isRefusal ? _state.Refusal.Sentence() : null;
        _context.AccessLog.Write(
            on,
            new AccessEntry(
                _channel.RemoteEndPoint, request, sent.StatusCode, sent.Length, elapsed, error, refusal, _state.Span));
    }

    /// <summary>The request's name in the log.</summary>
    private string Name => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{_channel.Id}-{_number}");
}

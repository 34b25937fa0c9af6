using System.Diagnostics;
using System.Runtime.CompilerServices;
using Pwb.Protocol;
using Pwb.Telemetry;

namespace Pwb.Connections;

/// <summary>One request and its response: calls the handler, disposes of content that it left unread, and appends the response.</summary>
internal sealed class HttpExchange
{
    private readonly HttpConnection _connection;
    private readonly ConnectionContext _context;
    private readonly HostFilter? _hosts;
    private readonly ConnectionInput _input;
    private readonly ConnectionOutput _output;
    private readonly ResponseSender _sender;
    private RequestBodyStream? _content;
    private Exception? _failure; // of the handler, or of the body of its response
    private bool _isContinueDue;
    private bool _isLogged;
    private bool _isHeadLogged;
    private volatile bool _isPending;
    private long _number;
    private long _startedAt;

    public HttpExchange(HttpConnection connection, ConnectionContext context, HostFilter? hosts)
    {
        _connection = connection;
        _context = context;
        _hosts = hosts;
        _input = connection.Input;
        _output = connection.Output;
        Head = new RequestHead();
        Request = new HttpRequest(Head, new HttpFields(), connection);
        _sender = new ResponseSender(this, connection, context);
        Reset();
    }

    public RequestHead Head { get; }

    public HttpRequest Request { get; }

    /// <summary>Why the request is refused, if it is.</summary>
    public Rejection Rejection { get; private set; }

    /// <summary>Whether a handler, or the body of its response, is at work.</summary>
    public bool IsPending => _isPending;

    /// <summary>
    /// Whether the client said that it sends nothing behind this request, and has sent nothing: RFC 9112 §9.6. Content that was not read in
    /// one with its head may still have an empty line behind it, which old clients send.
    /// </summary>
    public bool IsClientsLast => Rejection == Rejection.None && !Head.IsPersistent && !Head.HasContent && _input.Buffer.UnreadLength == 0;

    /// <summary>The status that was sent, or is about to be; 0 when there is none yet.</summary>
    public int StatusCode => _sender.IsHeadOut ? _sender.StatusCode : 0;

    /// <summary>What failed here, if anything did, as measurements call it. A handler that fails for a request that is refused is right to.</summary>
    public string? Error => RequestObservation.ErrorOf(StatusCode, Rejection == Rejection.None ? _failure : null);

    /// <summary>The request's span, if somebody observes it.</summary>
    public Activity? Span { get; set; }

    /// <summary>The request's name in the log.</summary>
    public string Id => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{_connection.Id}-{_number}");

    /// <summary>Forgets the request.</summary>
    public void Reset()
    {
        _content?.EndRequest();
        _content = null;
        _failure = null;
        Span = null;
        _isContinueDue = false;
        _sender.Reset();
        Rejection = Rejection.None;
        Request.Clear();
        _input.Buffer.EndRequest();
    }

    /// <summary>Lets the request be read: what the parser found lies where it was received.</summary>
    public void SetBytes() => Request.SetBytes(_input.Buffer.Array, _input.Buffer.Start);

    /// <summary>Answers the request whose head has just been parsed.</summary>
    /// <returns>Whether the connection stays open. If not, what is pending is to be sent.</returns>
    public ValueTask<bool> RunAsync() => Instruments.IsRequestObserved ? ObservedExchange.AnswerAsync(this, _connection, _context) : AnswerAsync();

    /// <summary>The same, whether somebody observes it or not.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> AnswerAsync()
    {
        // On the pool, unless nothing can block: users' code (but for handlers that say so; a request with content has more of it), and logs.
        _isLogged = _context.AccessLog.IsEnabled;
        _isHeadLogged = _context.Log.IsHeadEnabled;
        if (!_context.HandlerNeverBlocks || _isLogged || _isHeadLogged || Head.HasContent) await _connection.GoToPoolAsync();
        BeginRequest();

        // Reading content may wait, and may send 100: so nothing is left pending for it to wait with.
        if (Head.HasContent) await _output.FlushAsync().ConfigureAwait(false);

        HttpResponse? response = null;
        _isPending = true; // before the call, since a handler may block and never return
        try
        {
            ValueTask<HttpResponse?> handling = CallHandlerAsync();

            // What earlier requests are owed does not wait for this handler.
            if (!handling.IsCompleted && !Head.HasContent) await FlushBeforeWaitAsync().ConfigureAwait(false);
            response = await handling.ConfigureAwait(false);
            if (response is null && Rejection == Rejection.None) throw new InvalidOperationException("The handler returned null.");
        }
        catch (RequestRejectedException rejected)
        {
            Rejection = rejected.Rejection;
        }
        catch (Exception exception) when (_input.HasFailed)
        {
            throw new IOException("The client is gone.", exception);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !_connection.Aborted.IsCancellationRequested)
        {
            await HandlerFailedAsync(exception).ConfigureAwait(false);
            response = Refusals.InternalServerError;
        }

        try
        {
            // Bodies that write themselves are users' code, and so is their disposal.
            if (response is not null && !response.Body.TryGetBytes(out _)) await _connection.GoToPoolAsync();
            bool isOpen = response is not null && await RespondAsync(response).ConfigureAwait(false);
            if (Rejection == Rejection.None) return isOpen;

            await _connection.GoToPoolAsync(); // the log may block
            AppendRefusal(Rejection, Request, _isLogged);
            return false;
        }
        finally
        {
            _isPending = false;
            if (response is not null) await DisposeAsync(response.Body).ConfigureAwait(false);
        }
    }

    /// <summary>Whether the client waits to be told to send its content, and has not been.</summary>
    public bool IsContinueDue => _isContinueDue;

    /// <summary>Tells a client that waits to be told to send its content, before the first read that would wait for it: RFC 9110 §10.1.1.</summary>
    public ValueTask SendContinueAsync()
    {
        // Once there is a final status, 100 would come too late.
        if (!_isContinueDue || _sender.IsHeadOut) return default;

        _isContinueDue = false;
        _output.Buffer.Append("HTTP/1.1 100 Continue\r\n\r\n"u8);
        return _output.FlushAsync();
    }

    /// <summary>The client has not waited to be told.</summary>
    public void ContentHasArrived() => _isContinueDue = false;

    /// <summary>The body of the response has failed.</summary>
    public void BodyFailed(Exception exception)
    {
        _failure = exception;
        _context.Log.BodyFailed(Id, exception);
    }

    /// <summary>Appends the answer to what is refused before it is a request.</summary>
    public void AppendRefusal(Rejection rejection) => AppendRefusal(rejection, null, _context.AccessLog.IsEnabled);

    private void BeginRequest()
    {
        _number++;
        SetBytes();
        _input.Buffer.BeginRequest(Head.Length);
        _isContinueDue = Head.ExpectsContinue;
        if (_isHeadLogged) _context.Log.Head(Request);
        if (_isLogged) _startedAt = _context.Clock.TimeProvider.GetTimestamp();
    }

    private ValueTask<HttpResponse?> CallHandlerAsync()
    {
        if (_hosts is not null && !_hosts.Allows(Request.HostBytes))
        {
            Rejection = Rejection.HostNotAllowed;
            return default;
        }

        // First of all, so that whatever happens next the content is consumed or the connection closed, and never read as a request.
        if (Head.HasContent)
        {
            Request.Body = _content = new RequestBodyStream(_connection, this, _context);
            if (_context.MaxContentLengthSelector?.Invoke(Request) is { } maxLength) _content.MaxContentLength = maxLength;
            if (Head.ContentLength > _content.MaxContentLength)
            {
                Rejection = Rejection.ContentTooLarge;
                return default;
            }
        }

        if (Head.Form == TargetForm.Asterisk) return new ValueTask<HttpResponse?>(Refusals.ServerOptions);
        if (Head.Form == TargetForm.Authority) return new ValueTask<HttpResponse?>(Refusals.ConnectNotAllowed);
        return _context.Handler.HandleAsync(Request, _connection.Aborted)!;
    }

    private async ValueTask FlushBeforeWaitAsync()
    {
        try
        {
            await _output.FlushAsync().ConfigureAwait(false);
        }
        catch (Exception)
        {
            _connection.Abort(); // the handler sees it in its token, and is awaited as ever
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> RespondAsync(HttpResponse response)
    {
        if (_input.IsReceiving)
        {
            InvalidOperationException exception = new("The handler returned while it was still reading the content.");
            await HandlerFailedAsync(exception).ConfigureAwait(false);
            throw new IOException(exception.Message, exception);
        }

        if (Rejection != Rejection.None) return false;
        if (_content is not null && _content.Rejection != Rejection.None)
        {
            Rejection = _content.Rejection; // a handler that caught it cannot answer for a request that never was whole
            return false;
        }

        // Nobody can want the rest of the content when the response is in memory: it is dropped, and checked, before the response goes out.
        bool isInMemory = response.Body.TryGetBytes(out ReadOnlyMemory<byte> bytes);
        bool close = !Head.IsPersistent || _context.IsStopping;
        if (isInMemory && _content is { IsAtEnd: false } && await _content.DrainAsync().ConfigureAwait(false) is not Rejection.None and var fault)
        {
            Rejection = fault ?? Rejection.None;
            if (Rejection != Rejection.None) return false;
            close = true;
        }

        _output.BeginResponse();
        bool hasContent = !Head.IsHead && response.MayHaveContent && response.ContentLength != 0;
        close |= hasContent && _sender.FramingOf(response) == ContentFraming.CloseDelimited;
        long sent = hasContent ? bytes.Length : 0;
        if (!isInMemory && hasContent)
        {
            // A body that goes with success may read the content while it writes; the client has to be told before the head.
            if (_isContinueDue && response.StatusCode < 300) await SendContinueAsync().ConfigureAwait(false);

            // Content that the client was not told to send, or more than would be dropped: the end is certain, and announced.
            close |= _content is { IsAtEnd: false } && (_isContinueDue || _content.HasMoreThan(_context.Limits.MaxDrainedContentLength));
            sent = await _sender.SendStreamedAsync(response, close).ConfigureAwait(false);
            Rejection = _sender.Rejection;
            if (Rejection != Rejection.None) return false;
        }
        else
        {
            await _sender.AppendAsync(response, hasContent ? bytes : default, close).ConfigureAwait(false);
        }

        if (_isLogged) LogAnswer(Request, sent, Error, refusal: null);

        // The response is out, so whatever is wrong with content that comes after it ends the connection without another.
        if (_content is { IsAtEnd: false }) close = close || await _content.DrainAsync().ConfigureAwait(false) is not Rejection.None;
        Rejection = Rejection.None;
        return !close;
    }

    private async ValueTask HandlerFailedAsync(Exception exception)
    {
        _failure = exception;
        await _connection.GoToPoolAsync(); // the log may block
        _context.Log.HandlerFailed(Id, exception);
    }

    private async ValueTask DisposeAsync(ResponseBody body)
    {
        try
        {
            await body.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            _context.Log.BodyFailed(Id, exception);
        }
    }

    private void AppendRefusal(Rejection rejection, HttpRequest? request, bool isLogged)
    {
        HttpResponse response = Refusals.For(rejection);
        Instruments.CountRefusal(rejection);
        if (rejection == Rejection.HostNotAllowed) _context.Log.HostRefused(Request.HostBytes, _context.Clock.Now);
        _sender.AppendHead(response, ContentFraming.Sized, close: true);
        ReadOnlyMemory<byte> content = default;
        if (!Head.IsHead && response.Body.TryGetBytes(out content)) _output.Buffer.Append(content.Span);
        if (isLogged) LogAnswer(request, content.Length, Instruments.NameOf(rejection), rejection.Sentence());
    }

    private void LogAnswer(HttpRequest? request, long sent, string? error, string? refusal)
    {
        TimeSpan? elapsed = request is null ? null : _context.Clock.TimeProvider.GetElapsedTime(_startedAt);
        _context.AccessLog.Write(new AccessEntry(_connection.RemoteEndPoint, request, _sender.StatusCode, sent, elapsed, error, refusal, Span));
    }
}

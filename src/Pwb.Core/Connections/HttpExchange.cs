using System.Runtime.CompilerServices;
using Pwb.Protocol;

namespace Pwb.Connections;

/// <summary>One request and its response: calls the handler, disposes of content that it left unread, and appends the response.</summary>
internal sealed class HttpExchange
{
    // Content up to this size is copied behind its head, so that both go out in one write.
    private const int MaxCopiedLength = 16 * 1024;

    private readonly HttpConnection _connection;
    private readonly ConnectionContext _context;
    private readonly ConnectionInput _input;
    private readonly ConnectionOutput _output;
    private RequestBodyStream? _content;
    private bool _isContinueDue;
    private bool _isHeadOut;
    private bool _isLogged;
    private bool _isHeadLogged;
    private volatile bool _isPending;
    private long _number;
    private int _statusCode;
    private long _startedAt;

    public HttpExchange(HttpConnection connection, ConnectionContext context)
    {
        _connection = connection;
        _context = context;
        _input = connection.Input;
        _output = connection.Output;
        Head = new RequestHead();
        Request = new HttpRequest(Head, new HttpFields(), connection);
        Reset();
    }

    public RequestHead Head { get; }

    public HttpRequest Request { get; }

    /// <summary>Why the request is refused, if it is. The refusal is not yet appended.</summary>
    public Rejection Rejection { get; private set; }

    /// <summary>Whether a handler, or the body of its response, is at work.</summary>
    public bool IsPending => _isPending;

    /// <summary>
    /// Whether the client said that it sends nothing behind this request, and has sent nothing: RFC 9112 §9.6. Content that was not read in
    /// one with its head may still have an empty line behind it, which old clients send.
    /// </summary>
    public bool IsClientsLast => !Head.IsPersistent && !Head.HasContent && _input.Buffer.UnreadLength == 0;

    /// <summary>The request's name in the log.</summary>
    public string Id => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{_connection.Id}-{_number}");

    /// <summary>Forgets the request.</summary>
    public void Reset()
    {
        _content?.EndRequest();
        _content = null;
        _isContinueDue = _isHeadOut = false;
        Rejection = Rejection.None;
        Request.Clear();
        _input.Buffer.EndRequest();
    }

    /// <summary>Answers the request whose head has just been parsed.</summary>
    /// <returns>Whether the connection stays open. If not, what is pending is to be sent, behind the refusal if there is a <see cref="Rejection"/>.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> RunAsync()
    {
        // On the pool, unless nothing can block: users' code (but for handlers that say so; a request with content has more of it), and logs.
        _isLogged = _context.Log.IsAccessEnabled;
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
            await _connection.GoToPoolAsync();
            _context.Log.HandlerFailed(Id, exception);
            response = Refusals.InternalServerError;
        }

        try
        {
            // Bodies that write themselves are users' code, and so is their disposal.
            if (response is not null && !response.Body.TryGetBytes(out _)) await _connection.GoToPoolAsync();
            return response is not null && await RespondAsync(response).ConfigureAwait(false);
        }
        finally
        {
            _isPending = false;
            if (response is not null) await DisposeAsync(response.Body).ConfigureAwait(false);
        }
    }

    /// <summary>Tells a client that waits to be told to send its content, before the first read that would wait for it: RFC 9110 §10.1.1.</summary>
    public ValueTask SendContinueAsync()
    {
        // Once there is a final status, 100 would come too late.
        if (!_isContinueDue || _isHeadOut) return default;

        _isContinueDue = false;
        _output.Buffer.Append("HTTP/1.1 100 Continue\r\n\r\n"u8);
        return _output.FlushAsync();
    }

    /// <summary>The client has not waited to be told.</summary>
    public void ContentHasArrived() => _isContinueDue = false;

    /// <summary>Appends the answer to a request that is refused.</summary>
    public void AppendRefusal(Rejection rejection)
    {
        HttpResponse response = Refusals.For(rejection);
        _context.Log.Refused(_connection.RemoteEndPoint, response.StatusCode, rejection.Sentence());
        AppendHead(response, ContentFraming.Sized, close: true);
        if (!Head.IsHead && response.Body.TryGetBytes(out ReadOnlyMemory<byte> content)) _output.Buffer.Append(content.Span);
    }

    private void BeginRequest()
    {
        _number++;
        Request.SetBytes(_input.Buffer.Array, _input.Buffer.Start);
        _input.Buffer.BeginRequest(Head.Length);
        _isContinueDue = Head.ExpectsContinue;
        if (_isHeadLogged) _context.Log.Head(Request);
        if (_isLogged) _startedAt = _context.Clock.TimeProvider.GetTimestamp();
    }

    private ValueTask<HttpResponse?> CallHandlerAsync()
    {
        // First of all, so that whatever happens next the content is consumed or the connection closed, and never read as a request.
        if (Head.HasContent)
        {
            Request.Body = _content = new RequestBodyStream(_connection, this, _context.Limits);
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
            await _connection.GoToPoolAsync();
            InvalidOperationException exception = new("The handler returned while it was still reading the content.");
            _context.Log.HandlerFailed(Id, exception);
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
        if (isInMemory && _content is { IsAtEnd: false } && !await DrainAsync(_content).ConfigureAwait(false))
        {
            if (Rejection != Rejection.None) return false;
            close = true;
        }

        _output.BeginResponse();
        ContentFraming framing = Framing(response);
        bool hasContent = !Head.IsHead && response.MayHaveContent && response.ContentLength != 0;
        close |= hasContent && framing == ContentFraming.CloseDelimited;
        long sent = bytes.Length;
        _statusCode = response.StatusCode;
        if (!isInMemory && hasContent)
        {
            // A body that goes with success may read the content while it writes; the client has to be told before the head.
            if (_isContinueDue && response.StatusCode < 300) await SendContinueAsync().ConfigureAwait(false);

            // Content that the client was not told to send, or more than would be dropped: the end is certain, and announced.
            close |= _content is { IsAtEnd: false } && (_isContinueDue || _content.HasMoreThan(_context.Limits.MaxDrainedContentLength));
            sent = await SendStreamedAsync(response, framing, close).ConfigureAwait(false);
            if (sent < 0) return false;
        }
        else
        {
            if (_output.Buffer.Length + response.Head.Length + bytes.Length > SendBuffer.MaxLength) await _output.FlushAsync().ConfigureAwait(false);
            AppendHead(response, framing, close);
            if (!hasContent) sent = 0;
            else if (bytes.Length <= MaxCopiedLength) _output.Buffer.Append(bytes.Span);
            else await _output.SendAsync(bytes).ConfigureAwait(false);
        }

        if (_isLogged) LogAnswered(_statusCode, sent);

        // The response is out, so whatever is wrong with content that comes after it ends the connection without another.
        if (_content is { IsAtEnd: false }) close = close || !await DrainAsync(_content).ConfigureAwait(false);
        Rejection = Rejection.None;
        return !close;
    }

    private ContentFraming Framing(HttpResponse response)
    {
        if (response.ContentLength is not null) return ContentFraming.Sized;
        return Head.MinorVersion == 0 ? ContentFraming.CloseDelimited : ContentFraming.Chunked;
    }

    /// <summary>Sends a response whose body writes itself.</summary>
    /// <returns>The number of bytes of content, or -1 when the connection is over or a <see cref="Rejection"/> takes the response's place.</returns>
    private async ValueTask<long> SendStreamedAsync(HttpResponse response, ContentFraming framing, bool close)
    {
        if (_output.Buffer.Length + response.Head.Length > SendBuffer.MaxLength) await _output.FlushAsync().ConfigureAwait(false);
        int mark = _output.Buffer.Length;
        int sendCount = _output.SendCount;
        AppendHead(response, framing, close);
        ResponseBodyStream stream = new(_output, framing, response.ContentLength);
        try
        {
            await response.Body.WriteToAsync(stream, _connection.Aborted).ConfigureAwait(false);
            stream.Complete();
        }
        catch (Exception exception)
        {
            if (_output.HasFailed || _input.HasFailed || _connection.Aborted.IsCancellationRequested) throw new IOException("The client is gone.", exception);
            if (exception is not RequestRejectedException) _context.Log.BodyFailed(Id, exception);
            if (_output.SendCount != sendCount) throw new IOException("The response's body failed half-way.", exception);

            // Nothing of it is on the wire yet: it can still become an orderly error.
            _output.Buffer.Truncate(mark);
            _isHeadOut = false;
            return await AppendFailureAsync(exception, close).ConfigureAwait(false);
        }
        finally
        {
            stream.EndResponse();
        }

        if (_output.HasFailed) throw new IOException("The client is gone.");
        return stream.Written;
    }

    private ValueTask<long> AppendFailureAsync(Exception exception, bool close)
    {
        if (exception is RequestRejectedException rejected)
        {
            Rejection = rejected.Rejection;
            return new ValueTask<long>(-1);
        }

        Refusals.InternalServerError.Body.TryGetBytes(out ReadOnlyMemory<byte> content);
        _statusCode = Refusals.InternalServerError.StatusCode;
        AppendHead(Refusals.InternalServerError, ContentFraming.Sized, close);
        _output.Buffer.Append(content.Span);
        return new ValueTask<long>(content.Length);
    }

    private void AppendHead(HttpResponse response, ContentFraming framing, bool close)
    {
        ReadOnlySpan<byte> dateAndServer = response.HasServer ? _context.Clock.Date : _context.Clock.DateAndServer;
        Span<byte> destination = _output.Buffer.GetSpan(response.Head.Length + ResponseHead.MaxAddedLength + dateAndServer.Length);
        _output.Buffer.Advance(ResponseHead.Write(destination, response, framing, Head, close, dateAndServer));
        _isHeadOut = true;
    }

    /// <summary>Receives and drops content that the handler has left, within bounds.</summary>
    /// <returns>Whether the content is at its end, so that the connection can be used again.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> DrainAsync(RequestBodyStream content)
    {
        long left = _context.Limits.MaxDrainedContentLength;
        long dueAt = _context.Clock.After(_context.Limits.DrainTimeout);
        if (content.HasMoreThan(left)) return false;

        while (true)
        {
            bool isOver = content.Discard(out long count);
            left -= count;
            if (left < 0) return false;
            if (isOver) break;
            if (_isContinueDue) return false; // the client was never told to send it, and need not

            await _output.FlushAsync().ConfigureAwait(false);
            int received;
            try
            {
                received = await _input.ReceiveAsync(_input.Buffer.GetFreeSpace(), Wait.Drain, dueAt, _connection.Aborted).ConfigureAwait(false);
            }
            catch (RequestRejectedException)
            {
                return false; // too slow
            }

            _input.Buffer.Received(received);
            if (received == 0) content.EndOfInput();
        }

        Rejection = content.Rejection;
        return Rejection == Rejection.None;
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

    private void LogAnswered(int statusCode, long sent) =>
        _context.Log.Answered(_connection.RemoteEndPoint, Request, statusCode, sent, _context.Clock.TimeProvider.GetElapsedTime(_startedAt));
}

using System.Runtime.CompilerServices;
using Pwb.Protocol;

namespace Pwb.Connections;

/// <summary>Sends a response: its head, framed for the request that it answers, and its content.</summary>
internal sealed class ResponseSender(HttpExchange exchange, HttpConnection connection, ConnectionContext context)
{
    // Content up to this size is copied behind its head, so that both go out in one write.
    private const int MaxCopiedLength = 16 * 1024;

    private readonly ConnectionOutput _output = connection.Output;

    /// <summary>Whether the final status is out, or about to be.</summary>
    public bool IsHeadOut { get; private set; }

    /// <summary>The status that was sent: the response's, or 500 when its body failed before anything was on the wire.</summary>
    public int StatusCode { get; private set; }

    /// <summary>Why the request is refused, if that was found out while the response's body read its content.</summary>
    public Rejection Rejection { get; private set; }

    /// <summary>Forgets the response.</summary>
    public void Reset()
    {
        IsHeadOut = false;
        Rejection = Rejection.None;
    }

    /// <summary>How the client is to find the end of the content.</summary>
    public ContentFraming FramingOf(HttpResponse response)
    {
        if (response.ContentLength is not null) return ContentFraming.Sized;
        return exchange.Head.MinorVersion == 0 ? ContentFraming.CloseDelimited : ContentFraming.Chunked;
    }

    public void AppendHead(HttpResponse response, ContentFraming framing, bool close)
    {
        ReadOnlySpan<byte> dateAndServer = response.HasServer ? context.Clock.Date : context.Clock.DateAndServer;
        Span<byte> destination = _output.Buffer.GetSpan(response.Head.Length + ResponseHead.MaxAddedLength + dateAndServer.Length);
        _output.Buffer.Advance(ResponseHead.Write(destination, response, framing, exchange.Head, close, dateAndServer));
        StatusCode = response.StatusCode;
        IsHeadOut = true;
    }

    /// <summary>Appends a response whose content is in memory, or has none to send. Only what is large is sent at once.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask AppendAsync(HttpResponse response, ReadOnlyMemory<byte> content, bool close)
    {
        if (_output.Buffer.Length + response.Head.Length + content.Length > SendBuffer.MaxLength) await _output.FlushAsync().ConfigureAwait(false);
        AppendHead(response, FramingOf(response), close);
        if (content.Length <= MaxCopiedLength) _output.Buffer.Append(content.Span);
        else await _output.SendAsync(content).ConfigureAwait(false);
    }

    /// <summary>Sends a response whose body writes itself.</summary>
    /// <returns>The number of bytes of content, or -1 when a <see cref="Rejection"/> takes the response's place.</returns>
    /// <exception cref="IOException">The connection is over.</exception>
    public async ValueTask<long> SendStreamedAsync(HttpResponse response, bool close)
    {
        if (_output.Buffer.Length + response.Head.Length > SendBuffer.MaxLength) await _output.FlushAsync().ConfigureAwait(false);
        int mark = _output.Buffer.Length;
        int sendCount = _output.SendCount;
        ContentFraming framing = FramingOf(response);
        AppendHead(response, framing, close);
        ResponseBodyStream stream = new(_output, framing, response.ContentLength);
        try
        {
            await response.Body.WriteToAsync(stream, connection.Aborted).ConfigureAwait(false);
            stream.Complete();
        }
        catch (Exception exception)
        {
            if (_output.HasFailed || connection.Input.HasFailed || connection.Aborted.IsCancellationRequested) throw new IOException("The client is gone.", exception);
            if (exception is not RequestRejectedException) exchange.BodyFailed(exception);
            if (_output.SendCount != sendCount) throw new IOException("The response's body failed half-way.", exception);

            // Nothing of it is on the wire yet: it can still become an orderly error.
            _output.Buffer.Truncate(mark);
            IsHeadOut = false;
            return AppendFailure(exception, close);
        }
        finally
        {
            stream.EndResponse();
        }

        if (_output.HasFailed) throw new IOException("The client is gone.");
        return stream.Written;
    }

    private long AppendFailure(Exception exception, bool close)
    {
        if (exception is RequestRejectedException rejected)
        {
            Rejection = rejected.Rejection;
            return -1;
        }

        Refusals.InternalServerError.Body.TryGetBytes(out ReadOnlyMemory<byte> content);
        AppendHead(Refusals.InternalServerError, ContentFraming.Sized, close);
        _output.Buffer.Append(content.Span);
        return content.Length;
    }
}

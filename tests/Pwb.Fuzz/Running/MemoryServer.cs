using System.Text;
using Microsoft.Extensions.Logging;
using Pwb.Fuzz.Misuse;

namespace Pwb.Fuzz.Running;

/// <summary>
/// A server whose connections are in memory, some by TLS. It echoes, unless the connection's <see cref="Witness"/> says that the
/// handler is to misuse its streams.
/// </summary>
internal sealed class MemoryServer : IAsyncDisposable
{
    private readonly PwbServer _server;
    private readonly FailureLog _log = new();

    private MemoryServer()
    {
        TlsOptions tls = new(ServerCertificate.SelfSigned());
        PwbServerOptions options = new()
        {
            EndPoints = [ServerEndPoint.Over(Plain), ServerEndPoint.Over(Tls) with { Tls = tls }],

            // The neighbours say nothing for as long as the corpus takes, and in between.
            Limits = new PwbServerLimits { FirstByteTimeout = TimeSpan.FromHours(1), KeepAliveTimeout = TimeSpan.FromHours(1) },
        };
        _server = new PwbServer(RequestHandler.From(AnswerAsync), options, _log);
    }

    public ConnectionQueue Plain { get; } = new("plain");

    public ConnectionQueue Tls { get; } = new("TLS");

    public static async Task<MemoryServer> StartAsync()
    {
        MemoryServer server = new();
        await server._server.StartAsync();
        return server;
    }

    /// <returns>What the log must not say; null when there is nothing.</returns>
    public string? TakeObjections() => _log.TakeObjections();

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _log.Dispose();
    }

    private static async ValueTask<HttpResponse> AnswerAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        Witness witness = (Witness)request.Connection.RemoteEndPoint!;
        string path = request.Path;
        witness.NoteBegin(path);
        if (witness.Misuse is { } misuse && path.StartsWith("/misuse/", StringComparison.Ordinal))
            return await misuse.AnswerAsync(request);

        using MemoryStream content = new();
        await request.Body.CopyToAsync(content, cancellationToken);
        string text = Encoding.Latin1.GetString(content.ToArray());
        witness.NoteWhole(path, text);
        byte[] answer = Encoding.Latin1.GetBytes(Witness.Line(path, text));
        if (!path.StartsWith("/push/", StringComparison.Ordinal)) return HttpResponse.Bytes(answer);
        return new HttpResponse(200, ResponseBody.Push(async (output, token) =>
        {
            await output.WriteAsync(answer.AsMemory(0, answer.Length / 2), token);
            await output.FlushAsync(token);
            await output.WriteAsync(answer.AsMemory(answer.Length / 2), token);
        }));
    }

    /// <summary>
    /// User code that misuses its streams leaves errors in the log. Anything else there is the server's own fault.
    /// </summary>
    private sealed class FailureLog : ILoggerFactory, ILogger
    {
        private const int HandlerFailed = 5, BodyFailed = 6;

        private volatile string? _objection;

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            bool isUsers = eventId.Id is HandlerFailed or BodyFailed && MisuseScript.IsFair(exception!);
            if (IsEnabled(logLevel) && !isUsers) _objection ??= $"log line {logLevel}: {formatter(state, exception)} {exception}";
        }

        public string? TakeObjections()
        {
            string? objection = _objection;
            _objection = null;
            return objection;
        }

        public void Dispose()
        {
        }
    }
}

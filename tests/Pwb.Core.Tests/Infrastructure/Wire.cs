namespace Pwb.Tests.Infrastructure;

/// <summary>
/// The real server over in-memory streams. One instance serves any number of connections, one after the other or at once;
/// its clock stands still unless the test moves it.
/// </summary>
internal sealed partial class Wire
{
    /// <summary>Only a server that hangs ever reaches it.</summary>
    public static readonly TimeSpan SafetyTimeout = TimeSpan.FromSeconds(30);

    public Wire(IRequestHandler handler, PwbServerOptions? options = null) =>
        Server = new PwbServer(new JournalHandler(handler), (options ?? new PwbServerOptions()) with { TimeProvider = Clock });

    public Wire(Func<HttpRequest, HttpResponse> handler, PwbServerOptions? options = null)
        : this(RequestHandler.From(handler), options)
    {
    }

    public Wire(Func<HttpRequest, CancellationToken, ValueTask<HttpResponse>> handler, PwbServerOptions? options = null)
        : this(RequestHandler.From(handler), options)
    {
    }

    /// <summary>Answers with the content of the request, read to its end.</summary>
    public static Wire Echo { get; } = new(EchoAsync);

    /// <summary>Answers 200 and leaves the content of the request unread.</summary>
    public static Wire Ignoring { get; } = new(_ => HttpResponse.Text("ignored"));

    /// <summary>The server as it is by default.</summary>
    public static Wire Default { get; } = new(new FixedResponseHandler());

    public ManualClock Clock { get; } = new();

    public PwbServer Server { get; }

    public static Task<Outcome> ExchangeAsync(
        IRequestHandler handler, byte[] input, Segmentation? segmentation = null, InputEnd end = InputEnd.Fin) =>
        new Wire(handler).ExchangeAsync(input, segmentation, end);

    public static async ValueTask<HttpResponse> EchoAsync(HttpRequest request, CancellationToken cancellationToken) =>
        HttpResponse.Bytes(await ReadAllAsync(request.Body, cancellationToken));

    public static async Task<byte[]> ReadAllAsync(Stream body, CancellationToken cancellationToken)
    {
        var content = new MemoryStream();
        await body.CopyToAsync(content, cancellationToken);
        return content.ToArray();
    }

    /// <summary>Opens a connection for a test that talks to the server step by step.</summary>
    public Connection Open(params string[] segments) => Open(new ScriptedStream(), segments);

    public Connection Open(ScriptedStream stream, params string[] segments)
    {
        foreach (string segment in segments) stream.Give(segment);
        var journal = new Journal();
        return new Connection(stream, journal, Server.ServeAsync(stream, journal, CancellationToken.None));
    }

    public Task<Outcome> ExchangeAsync(string input, Segmentation? segmentation = null, InputEnd end = InputEnd.Fin) =>
        ExchangeAsync(Latin1.Bytes(input), segmentation, end);

    /// <summary>One connection from its first byte to its end.</summary>
    public async Task<Outcome> ExchangeAsync(byte[] input, Segmentation? segmentation = null, InputEnd end = InputEnd.Fin)
    {
        segmentation ??= Segmentation.Whole;
        var stream = new ScriptedStream { AlwaysAsynchronous = segmentation.Asynchronous };
        foreach (ReadOnlyMemory<byte> segment in segmentation.Split(input)) stream.Give(segment);
        if (end == InputEnd.Fin) stream.EndInput();
        Connection connection = Open(stream);
        byte[] before = [];
        if (end == InputEnd.Wait)
        {
            await stream.WaitUntilIdleAsync();
            before = stream.Output;
            stream.EndInput();
        }

        return await connection.EndAsync(before);
    }

    private sealed class JournalHandler(IRequestHandler inner) : IRequestHandler
    {
        public ValueTask<HttpResponse> HandleAsync(HttpRequest request, CancellationToken cancellationToken)
        {
            ((Journal)request.Connection.RemoteEndPoint!).Add(request);
            return inner.HandleAsync(request, cancellationToken);
        }
    }
}

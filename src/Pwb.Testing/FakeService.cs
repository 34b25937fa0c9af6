using System.Security.Cryptography.X509Certificates;
using Pwb.Testing.Answers;
using Pwb.Testing.Connections;
using Pwb.Testing.Recordings;

namespace Pwb;

/// <summary>
/// A fake of the service that the code under test talks to: a real HTTP server, in memory or on a port, that answers as the test
/// says and records all requests. Make one for each test; it costs little.
/// </summary>
/// <example><code>
/// await using FakeService weather = new();
/// weather.On("GET /v1/{city}", HttpResponse.Text("21.5"));
/// using HttpClient http = new(weather.CreateMessageHandler());
///
/// string text = await http.GetStringAsync("https://api.weather.example/v1/Paris");
///
/// Assert.Equal("21.5", text);
/// weather.Received("GET /v1/Paris", times: 1);
/// </code></example>
public sealed partial class FakeService : IAsyncDisposable, IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<Stub> _stubs = [];
    private readonly List<RecordedRequest> _requests = [];
    private readonly Queue<ConnectionFault> _connectionFaults = [];
    private readonly HashSet<Wire> _wires = [];
    private readonly TimeProvider _time;
    private readonly int _maxKeptContent;
    private readonly PwbServer _server;
    private TaskCompletionSource _arrival = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string _state = "";
    private bool _isDisposed;

    /// <summary>Makes a service that has no answer yet and is on no port.</summary>
    /// <param name="timeProvider">The clock of late and slow answers. Default: the system's.</param>
    /// <param name="maxKeptContent">The number of bytes of each request's content that are kept. Default 1 MiB.</param>
    public FakeService(TimeProvider? timeProvider = null, int maxKeptContent = 1024 * 1024)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxKeptContent);
        _time = timeProvider ?? TimeProvider.System;
        _maxKeptContent = maxKeptContent;

        // A test has its own time limits. The server's limits for slow clients are off or a day long.
        TimeSpan day = TimeSpan.FromDays(1);
        PwbServerLimits limits = new()
        {
            MaxContentLength = long.MaxValue,
            MinContentRate = 0,
            MinResponseRate = 0,
            ContentTimeout = day,
            FirstByteTimeout = day,
            KeepAliveTimeout = day,
            RequestHeadTimeout = day,
            ResponseTimeout = day,
        };
        _server = new PwbServer(
            RequestHandler.From(HandleAsync), new PwbServerOptions { TimeProvider = _time, Limits = limits });
    }

    /// <summary>
    /// The authority that signs the certificates of all fake services of this process, for a client that asks one on a port by
    /// https. It is made anew in each process, and its key is in no file.
    /// </summary>
    public static X509Certificate2 CertificateAuthority => TestAuthority.Trusted.Certificate;

    /// <summary>
    /// The state of the service, which answers may ask for and change: see <see cref="On"/>. Default: the empty string.
    /// </summary>
    public string State
    {
        get
        {
            lock (_lock) return _state;
        }

        set
        {
            ArgumentNullException.ThrowIfNull(value);
            lock (_lock) _state = value;
        }
    }

    /// <summary>
    /// Sets the answer to some requests. Where several match, the last one that was set counts; so a test can replace an answer
    /// of its set-up. A request that matches none gets 421 Misdirected Request, and fails
    /// <see cref="ReceivedNothingUnexpected"/>.
    /// </summary>
    /// <param name="pattern">
    /// <c>[METHOD ][scheme://host[:port]]/path[?query]</c>, such as <c>GET /v1/{city}</c>, <c>/search?q=tea</c> or <c>POST
    /// https://api.example.com/orders</c>. The path is one of <see cref="Router"/>: <c>{path...}</c> is the rest. A request has
    /// to have every query parameter of the pattern, and may have more.
    /// </param>
    /// <param name="answer">The answer.</param>
    /// <param name="when">A further condition, on fields or content.</param>
    /// <param name="inState">The <see cref="State"/> in which this counts; null for any.</param>
    /// <param name="toState">The <see cref="State"/> that follows; null for the same.</param>
    /// <returns>This service.</returns>
    /// <exception cref="ArgumentException">The pattern is not valid; the message says why.</exception>
    public FakeService On(
        string pattern,
        Answer answer,
        Func<RecordedRequest, bool>? when = null,
        string? inState = null,
        string? toState = null)
    {
        ArgumentNullException.ThrowIfNull(answer);
        Add(new Stub(new RequestPattern(pattern), when, answer, inState, toState));
        return this;
    }

    /// <summary>
    /// Spoils the next connections. Connections that are open already stay as they are, and clients use them again: a fault is
    /// best set before the first request.
    /// </summary>
    /// <param name="fault">The fault.</param>
    /// <param name="times">With how many connections: at least 1. Faults that were set before come first.</param>
    /// <returns>This service.</returns>
    public FakeService OnConnect(ConnectionFault fault, int times = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(times, 1);
        lock (_lock)
        {
            for (int i = 0; i < times; i++) _connectionFaults.Enqueue(fault);
        }

        return this;
    }

    /// <summary>
    /// Writes the responses of a real service (see <see cref="Answer.Proxy"/>) to a file, for <see cref="Replay"/>. The file
    /// holds no field of a request, only a hash of its content, and no Set-Cookie. It holds queries and responses as they were:
    /// read it before you keep it.
    /// </summary>
    /// <exception cref="InvalidOperationException">No real service has answered anything.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public Task SaveAsync(string path, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        RecordedRequest[] answered = [.. Requests.Where(request => request.Response is not null)];
        if (answered.Length == 0) throw new InvalidOperationException("No real service has answered anything.");
        return RecordingFile.WriteAsync(path, answered, cancellationToken);
    }

    /// <summary>
    /// Answers as a file says: a request with the same method, target and content as one in the file gets its response. If
    /// there are several such, they come in their order, and the last one stays.
    /// </summary>
    /// <param name="path">A file written by <see cref="SaveAsync"/>.</param>
    /// <returns>This service.</returns>
    /// <exception cref="IOException">The file does not exist, or is not a recording.</exception>
    public FakeService Replay(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        foreach (var same in RecordingFile.Read(path).GroupBy(one => (one.Method, one.Target, one.ContentSha256)))
        {
            bool IsSame(RecordedRequest request) =>
                (request.Method, request.Target, RecordingFile.HashOf(request)) == same.Key;
            Answer answer = Answer.InTurn([.. same.Select(one => Answer.FromHttpResponse(one.Response.ToResponse()))]);
            Add(new Stub(null, IsSame, answer, null, null));
        }

        return this;
    }

    private void Add(Stub stub)
    {
        lock (_lock) _stubs.Add(stub);
    }
}

using System.Net.Security;
using System.Security.Authentication;
using Pwb.InMemory;
using Pwb.Tests.Infrastructure;
using Pwb.Transports;

namespace Pwb.Tests.Tls;

/// <summary>
/// How a session is told to end: RFC 8446 §6.1. It is made for one reader and one writer, and for nobody beside them.
/// </summary>
public sealed class ClosureAlertTests
{
    [Fact]
    public async Task Is_not_sent_while_the_clients_end_is_looked_for()
    {
        ManualClock clock = new();
        TaskCompletionSource entered = new(TaskCreationOptions.RunContinuationsAsynchronously),
            release = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using PwbServer server = new(
            RequestHandler.From(async (_, _) =>
            {
                entered.SetResult();
                await release.Task;
                return HttpResponse.Text("whole");
            }),
            new PwbServerOptions { TimeProvider = clock });
        (SslStream client, SslStream session, WatchedStream below) = await AgreeAsync();
        Task serving = server.ServeAsync(session);
        await client.WriteAsync("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"u8.ToArray());
        await entered.Task.WaitAsync(Wire.SafetyTimeout);

        Task looking = below.NextPendingRead();
        clock.Advance(TimeSpan.FromSeconds(2));
        server.Tick();
        await looking.WaitAsync(Wire.SafetyTimeout);
        release.SetResult();
        using MemoryStream output = new();
        await client.CopyToAsync(output).WaitAsync(Wire.SafetyTimeout);
        await serving.WaitAsync(Wire.SafetyTimeout);
        Latin1.Text(output.ToArray()).Should().EndWith("whole");
        below.AlertsWhileReading.Should().Equal(false);
    }

    [Fact]
    public async Task Is_left_out_where_the_session_is_broken()
    {
        (SslStream client, SslStream session, WatchedStream below) = await AgreeAsync();
        below.Spoils = true;
        await client.WriteAsync("x"u8.ToArray());
        Func<Task> reading = () => session.ReadAsync(new byte[1]).AsTask().WaitAsync(Wire.SafetyTimeout);
        Func<Task> telling = () => ForeignTlsTransport.SendClosureAlertAsync(session).AsTask().WaitAsync(Wire.SafetyTimeout);

        await reading.Should().ThrowAsync<IOException>();
        await telling.Should().NotThrowAsync("there is nobody left to tell");
    }

    // With TLS 1.2, whose alerts are to be seen from outside.
    private static async Task<(SslStream Client, SslStream Server, WatchedStream Below)> AgreeAsync()
    {
        MemoryPipe requests = new(), responses = new();
        WatchedStream below = new(new ConnectionEnd(requests, responses, static _ => { }));
        SslStream client = new(new ConnectionEnd(responses, requests, static _ => { }));
        SslStream server = new(below);
        SslClientAuthenticationOptions asked = new()
        {
            TargetHost = "localhost",
            EnabledSslProtocols = SslProtocols.Tls12,
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
        };
        SslServerAuthenticationOptions given = new() { ServerCertificate = ServerCertificate.SelfSigned().Current };
        await Task.WhenAll(client.AuthenticateAsClientAsync(asked), server.AuthenticateAsServerAsync(given))
            .WaitAsync(Wire.SafetyTimeout);
        return (client, server, below);
    }

    /// <summary>Passes everything on, and sees which alerts are written while somebody waits for bytes.</summary>
    private sealed class WatchedStream(ConnectionEnd below) : OddStream
    {
        private readonly Lock _lock = new();
        private readonly List<bool> _alerts = [];
        private TaskCompletionSource? _pending;
        private int _reads;

        public IReadOnlyList<bool> AlertsWhileReading
        {
            get
            {
                lock (_lock) return [.. _alerts];
            }
        }

        /// <summary>Whether the last byte of what is read is changed.</summary>
        public bool Spoils { get; set; }

        public Task NextPendingRead()
        {
            lock (_lock)
            {
                _pending = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                return _pending.Task;
            }
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            ValueTask<int> reading = below.ReadAsync(buffer, cancellationToken);
            lock (_lock)
            {
                _reads++;
                if (!reading.IsCompleted) _pending?.TrySetResult();
            }

            try
            {
                int count = await reading;
                if (Spoils && count > 0) buffer.Span[count - 1] ^= 1;
                return count;
            }
            finally
            {
                lock (_lock) _reads--;
            }
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            lock (_lock)
            {
                if (buffer.Span[0] == 21) _alerts.Add(_reads > 0);
            }

            return below.WriteAsync(buffer, cancellationToken);
        }

        protected override void Dispose(bool disposing)
        {
            below.Dispose();
            base.Dispose(disposing);
        }
    }
}

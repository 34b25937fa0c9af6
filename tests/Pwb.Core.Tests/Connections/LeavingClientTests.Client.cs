using System.Net.Security;
using System.Net.Sockets;
using Pwb.Tests.Infrastructure;
using Pwb.Tests.Tls;

namespace Pwb.Tests.Connections;

/// <content>A client over TCP, TLS or a stream of no kind that the server knows.</content>
public sealed partial class LeavingClientTests
{
    /// <summary>A client over TCP, TLS or a stream of no kind that the server knows.</summary>
    private sealed class Client : IAsyncDisposable
    {
        private readonly TlsClient? _tls;
        private readonly TcpClient? _tcp;
        private readonly ScriptedStream? _scripted;
        private readonly Stream? _stream;

        private Client(TlsClient? tls, TcpClient? tcp, ScriptedStream? scripted)
        {
            _tls = tls;
            _tcp = tcp;
            _scripted = scripted;
            _stream = tls?.Stream ?? (Stream?)tcp?.GetStream();
        }

        public static async Task<Client> ConnectAsync(PwbServer server, string way)
        {
            if (way.StartsWith("TLS", StringComparison.Ordinal))
                return new Client(await TlsClient.ConnectAsync(server), null, null);
            if (way == "TCP")
            {
                TcpClient tcp = new(server.EndPoint.Ip.AddressFamily);
                await tcp.ConnectAsync(server.EndPoint.Ip);
                return new Client(null, tcp, null);
            }

            ScriptedStream scripted = new();
            _ = server.ServeAsync(scripted);
            return new Client(null, null, scripted);
        }

        public async Task SendAsync(string text)
        {
            if (_stream is null) _scripted!.Give(text);
            else await _stream.WriteAsync(Latin1.Bytes(text));
        }

        public async Task EndAsync(bool closeNotify)
        {
            _scripted?.EndInput();
            if (_stream is SslStream session && closeNotify) await session.ShutdownAsync();
            else (_tcp?.Client ?? _tls?.Socket)?.Shutdown(SocketShutdown.Send);
        }

        public async Task<IReadOnlyList<WireResponse>> ReadToEndAsync()
        {
            if (_stream is null)
            {
                await _scripted!.WaitUntilDisposedAsync();
                return WireResponse.ParseAll(_scripted.Output);
            }

            using MemoryStream received = new();
            await _stream.CopyToAsync(received).WaitAsync(Wire.SafetyTimeout);
            return WireResponse.ParseAll(received.ToArray());
        }

        public async Task<IReadOnlyList<WireResponse>> ReadAsync(int count)
        {
            bool IsThere(byte[] bytes) => WireResponse.ParseAll(bytes) is { } all && all.Count == count && all[^1].IsComplete;
            if (_stream is null)
            {
                await _scripted!.WaitForOutputAsync(output => output.Length > 0 && IsThere(Latin1.Bytes(output)));
                return WireResponse.ParseAll(_scripted.Output);
            }

            byte[] received = [];
            byte[] buffer = new byte[1000];
            while (received.Length == 0 || !IsThere(received))
            {
                int read = await _stream.ReadAsync(buffer).AsTask().WaitAsync(Wire.SafetyTimeout);
                read.Should().BePositive();
                received = [.. received, .. buffer[..read]];
            }

            return WireResponse.ParseAll(received);
        }

        public ValueTask DisposeAsync()
        {
            _tls?.Dispose();
            _tcp?.Dispose();
            return default;
        }
    }
}

using System.Text;
using Pwb.Fuzz.Running;

namespace Pwb.Kestrel.Tests;

/// <summary>What PWB does with the first request head in some bytes that end in a FIN.</summary>
internal sealed class PwbServerUnderTest : IAsyncDisposable
{
    private readonly PwbServer _server;
    private bool _handled;

    public PwbServerUnderTest() => _server = new PwbServer(RequestHandler.From(Handle));

    /// <returns>The verdict, and the status of the first response; 0 without one.</returns>
    public async Task<(Verdict Verdict, int Status)> ParseAsync(byte[] input)
    {
        _handled = false;
        ScriptedStream stream = new(input, Segmentation.Whole);
        await ScriptedConnection.ServeAsync(_server, stream, remoteEndPoint: null);

        string output = Encoding.Latin1.GetString(stream.Output);
        int status = output.Length == 0 ? 0 : int.Parse(output.AsSpan("HTTP/1.1 ".Length, 3), null);

        // 204 and 426 come from the server itself, after it has accepted the head: OPTIONS *, WebSocket.
        return (_handled || status is 204 or 426 ? Verdict.Accepted : Verdict.Refused, status);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private HttpResponse Handle(HttpRequest request)
    {
        _handled = true;
        return HttpResponse.Text("handled");
    }
}

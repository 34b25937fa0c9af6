using System.Globalization;
using System.Net.Security;
using System.Security.Authentication;
using System.Text;
using Pwb.Fuzz.Records;
using Pwb.Fuzz.Running;

namespace Pwb.Fuzz.Misuse;

/// <summary>
/// One connection whose handler misuses its streams, with a good request behind it. Nothing that is on it is another
/// request's, and it ends.
/// </summary>
internal sealed class MisuseCase
{
    private readonly FuzzRandom _random;
    private readonly string[] _paths;
    private readonly bool _overTls;
    private readonly int _contentLength;
    private readonly MisuseScript _script;
    private readonly Witness _witness;

    /// <param name="random">Everything that is left to chance.</param>
    /// <param name="number">A number that no other connection has.</param>
    public MisuseCase(FuzzRandom random, long number)
    {
        _random = random;
        _paths = [$"/misuse/{number}", $"/echo/{number}"];
        _overTls = random.OneIn(4);
        _script = new MisuseScript(number, random);
        _witness = new Witness(_script);
        _contentLength = random.Below(30) * _script.ContentUnit.Length;
    }

    /// <returns>What was wrong; null if nothing was.</returns>
    public async Task<string?> RunAsync(MemoryServer server)
    {
        (MemoryEnd client, MemoryEnd ours) = (_overTls ? server.Tls : server.Plain).Connect(_witness);
        try
        {
            byte[] output = await ConverseAsync(client).WaitAsync(TlsCase.Patience);
            await ours.Disposed.WaitAsync(TlsCase.Patience);
            await _script.Ended.WaitAsync(TlsCase.Patience);
            return ours.Misuse ?? Check(output);
        }
        catch (TimeoutException)
        {
            return "the connection, or its user's code, does not end";
        }
        catch (MalformedResponseException exception)
        {
            return exception.Message;
        }
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{(_overTls ? "TLS" : "plain")}, content of {_contentLength} bytes; handled: {string.Join(' ', _witness.Begun)}");

    private async Task<byte[]> ConverseAsync(MemoryEnd client)
    {
        Stream stream = client;
        if (_overTls)
        {
            SslStream session = new(client);
            await session.AuthenticateAsClientAsync(TlsClient.Options(SslProtocols.None));
            stream = session;
        }

        Task<byte[]> reading = ReadAsync(stream, _random.Below(20));
        string content = string.Concat(Enumerable.Repeat(_script.ContentUnit, _contentLength / _script.ContentUnit.Length));
        byte[] all = Encoding.Latin1.GetBytes(
            $"POST {_paths[0]} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {_contentLength}\r\n\r\n{content}"
            + $"GET {_paths[1]} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        try
        {
            for (int position = 0, length; position < all.Length; position += length)
            {
                length = Math.Min(all.Length - position, 1 + _random.Below(600));
                await stream.WriteAsync(all.AsMemory(position, length));
                if (_random.OneIn(3)) await Task.Yield();
            }
        }
        catch (IOException)
        {
            // The server has ended the connection, as it may.
        }

        client.EndSending();
        byte[] output = await reading;
        await stream.DisposeAsync();
        return output;
    }

    // It takes nothing for a while, so that writes have to wait.
    private static async Task<byte[]> ReadAsync(Stream stream, int turns)
    {
        while (turns-- > 0) await Task.Yield();
        using MemoryStream output = new();
        try
        {
            await stream.CopyToAsync(output);
        }
        catch (IOException)
        {
            // What came before counts.
        }

        return output.ToArray();
    }

    private string? Check(byte[] output)
    {
        if (!_paths.Take(_witness.Begun.Count).SequenceEqual(_witness.Begun))
            return "the handler was called for what was not sent";
        if (_script.Check(_contentLength) is { } wrong) return wrong;

        IReadOnlyList<ObservedResponse> responses = Transcript.Read(output);
        for (int i = 0; i < responses.Count; i++)
        {
            string content = Encoding.Latin1.GetString(responses[i].Content);
            if (i == 0 && responses[i].Status == 500) continue; // the handler, or the body before its first byte, has failed
            if (responses[i].Status == 400 && i == responses.Count - 1) return null;
            if (responses[i].Status != 200 || i == _paths.Length) return $"a strange answer: {responses[i]}";
            string? fault = i == 0 ? _script.Check(content, responses[i].IsWhole)
                : content == Witness.Line(_paths[1], "") || !responses[i].IsWhole ? null : $"another answer: {content}";
            if (fault is not null) return fault;
        }

        return null;
    }
}

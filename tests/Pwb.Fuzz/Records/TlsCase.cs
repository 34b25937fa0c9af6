using System.Globalization;
using System.Net.Security;
using System.Security.Authentication;
using System.Text;
using Pwb.Fuzz.Running;

namespace Pwb.Fuzz.Records;

/// <summary>
/// One connection over TLS, of whose records one is changed. A record that was changed never gives an answer to a request
/// that was not sent, and never changes one; and the connection ends.
/// </summary>
internal sealed class TlsCase
{
    /// <summary>How long anything may take in memory, on a machine that is busy.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly FuzzRandom _random;
    private readonly RecordChange _change;
    private readonly int _number;
    private readonly SslProtocols _protocol;
    private readonly int _ending; // 0: close_notify and FIN, 1: FIN, 2: reset
    private readonly List<(string Path, string Content, byte[] Bytes)> _requests = [];
    private readonly Witness _witness = new();

    /// <param name="random">Everything that is left to chance.</param>
    /// <param name="number">A number that no other connection has.</param>
    public TlsCase(FuzzRandom random, long number)
    {
        _random = random;
        _change = random.OneIn(4) ? RecordChange.Nothing : random.Pick(Enum.GetValues<RecordChange>());
        _number = random.Below(random.OneIn(2) ? 3 : 12);
        _protocol = random.OneIn(2) ? SslProtocols.Tls12 : SslProtocols.Tls13;
        _ending = random.Below(8) switch { < 4 => 0, < 7 => 1, _ => 2 };
        for (int i = random.Below(6); i >= 0; i--) AddRequest(number, i);
    }

    private bool IsHarmless => _ending != 2 && _change is RecordChange.Nothing or RecordChange.Split;

    /// <returns>What was wrong; null if nothing was.</returns>
    public async Task<string?> RunAsync(MemoryServer server)
    {
        (MemoryEnd client, MemoryEnd ours) = server.Tls.Connect(_witness, isRoomy: _ending == 0);
        try
        {
            byte[] output = _random.OneIn(16)
                ? await SendGarbageAsync(client).WaitAsync(Patience)
                : await ConverseAsync(client).WaitAsync(Patience);
            await ours.Disposed.WaitAsync(Patience);
            return ours.Misuse ?? Check(output);
        }
        catch (TimeoutException)
        {
            return "the connection does not end";
        }
        catch (MalformedResponseException exception)
        {
            return exception.Message;
        }
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{_protocol}, {_requests.Count} requests, {_change} at "
            + $"record {_number}, ending {_ending}; handled: {string.Join(' ', _witness.Begun)}");

    private static async Task<byte[]> ReadToEndAsync(Stream stream)
    {
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

    private static async Task TryAsync(Func<Task> step)
    {
        try
        {
            await step();
        }
        catch (Exception)
        {
            // The server has ended the connection, as it may, or the session has noticed, and says so in many ways.
        }
    }

    private void AddRequest(long number, int i)
    {
        string kind = _random.OneIn(3) ? "push" : "echo";
        string path = string.Create(CultureInfo.InvariantCulture, $"/{kind}/{number}/{i}");
        int length = _random.Below(4) switch { 0 => 0, 1 => _random.Below(40_000), _ => _random.Below(500) };
        string content = string.Create(length, (Number: number, i), static (text, state) =>
        {
            string unit = $"GET /content/{state.Number}/{state.i} HTTP/1.1\r\nHost: localhost\r\n\r\n";
            for (int at = 0; at < text.Length; at++) text[at] = unit[at % unit.Length];
        });
        StringBuilder text = new($"{(length == 0 ? "GET" : "POST")} {path} HTTP/1.1\r\nHost: localhost\r\n");
        if (length > 0 && _random.OneIn(2))
            text.Append(CultureInfo.InvariantCulture, $"Transfer-Encoding: chunked\r\n\r\n{length:x}\r\n{content}\r\n0\r\n\r\n");
        else if (length > 0) text.Append(CultureInfo.InvariantCulture, $"Content-Length: {length}\r\n\r\n{content}");
        else text.Append("\r\n");
        _requests.Add((path, content, Encoding.Latin1.GetBytes(text.ToString())));
    }

    private async Task<byte[]> SendGarbageAsync(MemoryEnd client)
    {
        _requests.Clear();
        byte[] garbage = new byte[1 + _random.Below(300)];
        for (int i = 0; i < garbage.Length; i++) garbage[i] = _random.NextByte();
        byte[] record = [22, 3, (byte)_random.Below(5), (byte)_random.Below(64), _random.NextByte(), 1, 0];
        if (_random.OneIn(2)) garbage = [.. record, .. garbage];
        await TryAsync(async () =>
        {
            await client.WriteAsync(garbage);
            if (_random.OneIn(2))
                await client.WriteAsync(Encoding.ASCII.GetBytes("GET /plain HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        });
        client.EndSending();
        await ReadToEndAsync(client);
        return [];
    }

    private async Task<byte[]> ConverseAsync(MemoryEnd client)
    {
        RecordStream records = new(client, _change, _number, _random);
        await using SslStream session = new(records, leaveInnerStreamOpen: true);
        try
        {
            await session.AuthenticateAsClientAsync(TlsClient.Options(_protocol));
        }
        catch (Exception exception) when (exception is IOException or AuthenticationException)
        {
            await TryAsync(() => records.EndAsync(reset: false));
            await ReadToEndAsync(client);
            return IsHarmless ? throw new InvalidOperationException("A good handshake failed.", exception) : [];
        }

        records.IsHandshaking = false;

        // A session must not be told to end while it is being read. Everything is then read
        // afterwards, and finds room until then.
        Task<byte[]>? reading = _ending == 0 ? null : ReadToEndAsync(session);
        byte[] all = [.. _requests.SelectMany(request => request.Bytes)];
        await TryAsync(async () =>
        {
            for (int position = 0, length; position < all.Length; position += length)
            {
                length = Math.Min(all.Length - position, 1 + _random.Below(_random.OneIn(4) ? 20_000 : 300));
                await session.WriteAsync(all.AsMemory(position, length));
            }
        });
        if (_ending == 0) await TryAsync(session.ShutdownAsync);
        await TryAsync(() => records.EndAsync(reset: _ending == 2));
        return await (reading ?? ReadToEndAsync(session));
    }

    private string? Check(byte[] output)
    {
        if (!_requests.Select(request => request.Path).Take(_witness.Begun.Count).SequenceEqual(_witness.Begun))
            return "the handler was called for what was not sent";
        string[] contents = [.. _requests.Select(request => Witness.Line(request.Path, request.Content))];
        if (!contents.Take(_witness.Whole.Count).SequenceEqual(_witness.Whole))
            return "the handler read a content that was not sent";
        if (IsHarmless && _witness.Whole.Count < _requests.Count) return "a request was lost";

        int answered = 0;
        foreach (ObservedResponse response in Transcript.Read(output))
        {
            if (response.Status is 400 or 408 && !IsHarmless) return null; // cut off inside of a request
            if (answered == contents.Length) return "there are more answers than requests";
            string content = Encoding.Latin1.GetString(response.Content);
            bool isRight = response.IsWhole
                ? content == contents[answered] : contents[answered].StartsWith(content, StringComparison.Ordinal);
            if (response.Status != 200 || !isRight) return $"answer {answered} is not right: {response}";
            if (!response.IsWhole) break;
            answered++;
        }

        return IsHarmless && answered < contents.Length ? $"only {answered} answers came" : null;
    }
}

using System.Text;

namespace Pwb.Faults.Support;

/// <summary>Requests that something has happened to. The same seed and number give the same bytes.</summary>
internal static class Garbage
{
    private static readonly byte[][] Corpus =
    [
        .. new[]
        {
            "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "GET /11?a=b%20c HTTP/1.1\r\nHost: localhost:8888\r\nAccept: */*\r\nUser-Agent: fault/1.0\r\n"
                + "Cookie: a=b; c=d\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 11\r\nContent-Type: text/plain\r\n\r\n"
                + "hello=worldGET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5;name=\"value\"\r\nhello\r\nA\r\n"
                + "0123456789\r\n0\r\nX-Trailer: yes\r\n\r\n",
            "PUT / HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc",
            "OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
            "HEAD http://localhost/path HTTP/1.1\r\nHost: localhost\r\nRange: bytes=0-99\r\nIf-None-Match: \"x\"\r\n\r\n",
            "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET / HTTP/1.0\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        }.Select(Encoding.Latin1.GetBytes),
    ];

    private static readonly byte[][] Dictionary =
    [
        .. new[]
        {
            "\r\n", "\n", "\r", "\0", " ", "\t", ":", ";", "\r\n\r\n", "\r\n ", "HTTP/1.1", "HTTP/9.9", "Content-Length: 5\r\n",
            "Content-Length: -1\r\n", "Content-Length: 99999999999999999999\r\n",
            "Transfer-Encoding: chunked\r\n", "Transfer-Encoding: gzip, chunked\r\n", "Host: a\r\n", "0\r\n\r\n",
            "ffffffffffffffff\r\n", "%00", "%", "\u0080\u00ff", "../", "GET ", "Expect: 100-continue\r\n",
        }.Select(Encoding.Latin1.GetBytes),
    ];

    public static byte[] Make(int seed, int number)
    {
        Random random = new(unchecked((seed * 397) ^ number));
        List<byte> bytes = [.. Corpus[random.Next(Corpus.Length)]];
        for (int mutations = random.Next(0, 8); mutations > 0; mutations--) Mutate(bytes, random);
        return [.. bytes];
    }

    private static void Mutate(List<byte> bytes, Random random)
    {
        int at = random.Next(bytes.Count + 1);
        int count = Math.Min(random.Next(1, 20), bytes.Count - at);
        switch (random.Next(7))
        {
            case 0 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when at < bytes.Count:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2:
                bytes.Insert(at, (byte)random.Next(256));
                break;
            case 3:
                bytes.RemoveRange(at, count);
                break;
            case 4:
                bytes.InsertRange(at, bytes.GetRange(at, count));
                break;
            case 5:
                bytes.InsertRange(at, Dictionary[random.Next(Dictionary.Length)]);
                break;
            default:
                byte[] other = Corpus[random.Next(Corpus.Length)];
                bytes.InsertRange(at, other[random.Next(other.Length)..]);
                break;
        }
    }
}

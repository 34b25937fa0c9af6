using System.Text;

namespace Pwb.Benchmarks;

/// <summary>Requests as clients send them.</summary>
internal static class Samples
{
    public static readonly byte[] Curl = Bytes("""
        GET /11 HTTP/1.1
        Host: localhost:8888
        User-Agent: curl/8.0
        Accept: */*


        """);

    public static readonly byte[] Browser = Bytes("""
        GET /index.html?q=1 HTTP/1.1
        Host: localhost:8888
        Connection: keep-alive
        Upgrade-Insecure-Requests: 1
        User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36
        Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8
        Sec-Fetch-Site: none
        Sec-Fetch-Mode: navigate
        Sec-Fetch-User: ?1
        Sec-Fetch-Dest: document
        Accept-Encoding: gzip, deflate, br, zstd
        Accept-Language: en-GB,en;q=0.9,zh-CN;q=0.8
        Cookie: session=0123456789abcdef0123456789abcdef; theme=dark


        """);

    /// <summary>Content of 4 KB in chunks of 1 KB.</summary>
    public static readonly byte[] Chunked = Bytes(
        "POST /11 HTTP/1.1\nHost: localhost:8888\nTransfer-Encoding: chunked\n\n"
            + string.Concat(Enumerable.Repeat("400\n" + new string('x', 1024) + "\n", 4)) + "0\n\n");

    public static byte[] Bytes(string text) => Encoding.ASCII.GetBytes(text.ReplaceLineEndings("\r\n"));
}

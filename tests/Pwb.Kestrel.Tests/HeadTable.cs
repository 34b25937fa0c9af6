namespace Pwb.Kestrel.Tests;

/// <summary>
/// Heads to compare by hand-picked cases: a request line, a field line, or a whole head. Latin-1: one character, one byte.
/// </summary>
internal static class HeadTable
{
    private static readonly string[] RequestLines =
    [
        // plain
        "GET / HTTP/1.1", "HEAD / HTTP/1.1", "POST / HTTP/1.1", "PUT / HTTP/1.1", "DELETE / HTTP/1.1", "PATCH / HTTP/1.1",
        "OPTIONS / HTTP/1.1", "OPTIONS * HTTP/1.1", "TRACE / HTTP/1.1", "GET / HTTP/1.0",
        "GET /11 HTTP/1.1", "GET /favicon.ico HTTP/1.1", "GET /a/b/c?d=e&f=g HTTP/1.1", "GET /?/?/ HTTP/1.1", "GET // HTTP/1.1",
        "GET /. HTTP/1.1", "GET /../.. HTTP/1.1", "PROPFIND / HTTP/1.1", "VERSION-CONTROL / HTTP/1.1",

        // methods
        "get / HTTP/1.1", "Get / HTTP/1.1", "BREW / HTTP/1.1", "GETX / HTTP/1.1", "G / HTTP/1.1", "GET! / HTTP/1.1",
        "GE(T / HTTP/1.1", "GE\"T / HTTP/1.1", "G\0T / HTTP/1.1", "G\x80T / HTTP/1.1", "GET, / HTTP/1.1",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA / HTTP/1.1", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA / HTTP/1.1", " GET / HTTP/1.1",
        "\tGET / HTTP/1.1", "/ HTTP/1.1", " / HTTP/1.1", "GET", "",

        // white space
        "GET  / HTTP/1.1", "GET /  HTTP/1.1", "GET / HTTP/1.1 ", "GET\t/ HTTP/1.1", "GET /\tHTTP/1.1", "GET / HTTP/1.1\t",
        "GET / a HTTP/1.1", "GET / HTTP/1.1 x", "GET\x0B/ HTTP/1.1", "GET\xA0/ HTTP/1.1", "GET/ HTTP/1.1", "GET /HTTP/1.1",
        "GET  HTTP/1.1",

        // versions
        "GET /", "GET / ", "GET / HTTP", "GET / HTTP/", "GET / HTTP/1", "GET / HTTP/1.", "GET / HTTP/.1", "GET / HTTP/1.2",
        "GET / HTTP/1.9", "GET / HTTP/1.10", "GET / HTTP/1.01", "GET / HTTP/01.1", "GET / HTTP/0.9", "GET / HTTP/2.0",
        "GET / HTTP/2",
        "GET / HTTP/3.0", "GET / http/1.1", "GET / Http/1.1", "GET / HTTPS/1.1", "GET / HTTP/1,1", "GET / HTTP/1.1\0",
        "GET / HTTP/1.\xB1", "GET / HTTP/+1.1", "GET / HTTP/1.-1", "GET / HTTP 1.1", "GET / HTP/1.1", "PRI * HTTP/2.0",

        // targets: characters
        "GET /a-._~!$&'()*+,;=:@ HTTP/1.1", "GET /?a-._~!$&'()*+,;=:@/? HTTP/1.1", "GET /\" HTTP/1.1", "GET /< HTTP/1.1",
        "GET /> HTTP/1.1", "GET /\\ HTTP/1.1", "GET /^ HTTP/1.1", "GET /` HTTP/1.1", "GET /{ HTTP/1.1", "GET /| HTTP/1.1",
        "GET /} HTTP/1.1",
        "GET /# HTTP/1.1", "GET /a#b HTTP/1.1", "GET /[ HTTP/1.1", "GET /] HTTP/1.1", "GET /?[ HTTP/1.1", "GET /?a[]=1 HTTP/1.1",
        "GET /?# HTTP/1.1", "GET /?\" HTTP/1.1", "GET /?| HTTP/1.1", "GET /\x01 HTTP/1.1", "GET /\0 HTTP/1.1",
        "GET /\x7F HTTP/1.1", "GET /\x80 HTTP/1.1", "GET /\xFF HTTP/1.1",
        "GET /?\x80 HTTP/1.1", "GET /?\0 HTTP/1.1", "GET /?\x1B HTTP/1.1",

        // targets: escapes
        "GET /%20 HTTP/1.1", "GET /%2F HTTP/1.1", "GET /%2e%2e HTTP/1.1", "GET /%25 HTTP/1.1", "GET /%ff HTTP/1.1",
        "GET /%C3%A9 HTTP/1.1", "GET /%C0%AF HTTP/1.1", "GET /% HTTP/1.1", "GET /%2 HTTP/1.1", "GET /%2g HTTP/1.1",
        "GET /%g2 HTTP/1.1", "GET /%%20 HTTP/1.1", "GET /%u0041 HTTP/1.1",
        "GET /%00 HTTP/1.1", "GET /%01 HTTP/1.1", "GET /%0a HTTP/1.1", "GET /%0D HTTP/1.1", "GET /%1f HTTP/1.1",
        "GET /%1F HTTP/1.1", "GET /%7f HTTP/1.1", "GET /%7E HTTP/1.1", "GET /%80 HTTP/1.1", "GET /?%00 HTTP/1.1",
        "GET /?%0a HTTP/1.1", "GET /?%7F HTTP/1.1", "GET /?% HTTP/1.1", "GET /?%a HTTP/1.1", "GET /?%zz HTTP/1.1",
        "GET %2F HTTP/1.1", "GET %/ HTTP/1.1",

        // targets: forms
        "GET * HTTP/1.1", "POST * HTTP/1.1", "OPTIONS ** HTTP/1.1", "OPTIONS *a HTTP/1.1", "OPTIONS /* HTTP/1.1",
        "GET a HTTP/1.1", "GET a/b HTTP/1.1", "GET index.html HTTP/1.1", "GET ?a HTTP/1.1", "GET .. HTTP/1.1",
        "GET a.example:80 HTTP/1.1", "GET :80 HTTP/1.1",
        "GET http://a.example/ HTTP/1.1", "GET http://a.example HTTP/1.1", "GET http://a.example?q HTTP/1.1",
        "GET http://a.example:80/p?q HTTP/1.1", "GET https://a.example/ HTTP/1.1", "GET HTTP://a.example/ HTTP/1.1",
        "GET hTTpS://a.example/ HTTP/1.1", "GET http://[::1]/ HTTP/1.1", "GET http://[::1]:80/ HTTP/1.1",
        "GET http://127.0.0.1/ HTTP/1.1",
        "GET http:///a HTTP/1.1", "GET http:// HTTP/1.1", "GET http:/a HTTP/1.1", "GET http:a HTTP/1.1", "GET http: HTTP/1.1",
        "GET http://:80/ HTTP/1.1", "GET http://a:b/ HTTP/1.1", "GET http://a:99999/ HTTP/1.1", "GET http://u@a/ HTTP/1.1",
        "GET http://u:p@a/ HTTP/1.1", "GET http://a,b/ HTTP/1.1", "GET http://[::1/ HTTP/1.1", "GET http://::1/ HTTP/1.1",
        "GET http://[::g]/ HTTP/1.1", "GET http://[]/ HTTP/1.1", "GET http://a%zz/ HTTP/1.1", "GET http://a/%zz HTTP/1.1",
        "GET http://a/[ HTTP/1.1", "GET http://a/#f HTTP/1.1", "GET http://a\\b/ HTTP/1.1", "GET ftp://a/ HTTP/1.1",
        "GET file:///etc/passwd HTTP/1.1", "GET ws://a/ HTTP/1.1", "GET httpx://a/ HTTP/1.1", "GET ://a/ HTTP/1.1",
        "GET javascript:alert(1) HTTP/1.1",
        "OPTIONS http://a.example HTTP/1.1", "CONNECT a.example:443 HTTP/1.1", "CONNECT [::1]:443 HTTP/1.1",
        "CONNECT a.example HTTP/1.1", "CONNECT a.example: HTTP/1.1", "CONNECT :443 HTTP/1.1", "CONNECT / HTTP/1.1",
        "CONNECT * HTTP/1.1", "CONNECT http://a/ HTTP/1.1", "CONNECT u@a:443 HTTP/1.1", "CONNECT a:443/ HTTP/1.1",
        "CONNECT a:99999 HTTP/1.1",
    ];

    private static readonly string[] FieldLines =
    [
        // form
        "X: y", "X:y", "X:\ty\t", "X:  y  ", "X:", "X: ", "X: \t ", "X: y z", "X: y\tz", "x-y_z: 1", "X:y:z", "X::y",
        "!#$%&'*+-.^_`|~: v", "0: v", "X", "X y", ":", ": y", " X: y", "\tX: y", "X : y", "X\t: y", "X y: z", "X\0: y", "X(: y",
        "X): y", "X,: y", "X/: y", "X;: y", "X<: y", "X=: y", "X>: y",
        "X?: y", "X@: y", "X[: y", "X\\: y", "X]: y", "X{: y", "X}: y", "X\": y", "X\x01: y", "X\x7F: y", "X\x80: y",
        "\xEF\xBB\xBFX: y", "X\x0B: y",

        // values
        "X: \0", "X: a\0b", "X: \x01", "X: \x08", "X: \x0B", "X: \x0C", "X: \x0E", "X: \x1B[31m", "X: \x1F", "X: \x7F", "X: \x80",
        "X: \x85", "X: \x9B", "X: \xA0", "X: \xFF", "X: caf\xE9", "X: \xE2\x80\xA8", "X: \"a, b\"", "X: a\rb", "X: a\r", "X: \ra",
        "X\r: a", "X: a\nY: b", "X: a\n", "X: a\r\n b", "X: a\r\n\tb", "X: a\r\n ", "X: a\r\r\nY: b",

        // Host again
        "Host: a.example", "host: b.example", "HOST:",

        // types
        "Content-Type: a/b", "Content-Type: a/b\r\nContent-Type: a/b", "Content-Type: a/b\r\ncontent-type: c/d",
        "Content-Type: a/b, c/d", "Content-Type:",

        // lengths
        "Content-Length: 0", "Content-Length: 1", "Content-Length: 5", "content-length:5", "Content-Length:\t5\t",
        "Content-Length: 30000000", "Content-Length: 30000001", "Content-Length: 2147483648", "Content-Length: 4294967301",
        "Content-Length: 9223372036854775807", "Content-Length: 9223372036854775808", "Content-Length: 18446744073709551621",
        "Content-Length: 99999999999999999999999",
        "Content-Length:", "Content-Length: +5", "Content-Length: -5", "Content-Length: 05", "Content-Length: 00",
        "Content-Length: 0x5", "Content-Length: 5_0", "Content-Length: 5 5", "Content-Length: 5,5", "Content-Length: 5, 5",
        "Content-Length: 5;", "Content-Length: 5.0", "Content-Length: 5e1", "Content-Length: \"5\"", "Content-Length: a",
        "Content-Length: \xB2", "Content-Length: 5\0", "Content-Length: \x0B5",
        "Content-Length: 5\r\nContent-Length: 5", "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: 0\r\nContent-Length: 0", "Content_Length: 5", "content_length: 0", "Content-Length : 5",
        "Content-Length\0: 5", "Content Length: 5",

        // codings
        "Transfer-Encoding: chunked", "transfer-encoding:chunked", "Transfer-Encoding: CHUNKED", "Transfer-Encoding:\tchunked ",
        "Transfer-Encoding: gzip", "Transfer-Encoding: gzip, chunked", "Transfer-Encoding: gzip,chunked",
        "Transfer-Encoding: chunked, gzip", "Transfer-Encoding: chunked, chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding:", "Transfer-Encoding: ,", "Transfer-Encoding: ,chunked", "Transfer-Encoding: chunked,",
        "Transfer-Encoding: gzip,,chunked", "Transfer-Encoding: identity", "Transfer-Encoding: identity, chunked",
        "Transfer-Encoding: chunked;q=1", "Transfer-Encoding: chunked;", "Transfer-Encoding: \"chunked\"",
        "Transfer-Encoding: xchunked", "Transfer-Encoding: chunkedx", "Transfer-Encoding: chun ked",
        "Transfer-Encoding: \x0B" + "chunked", "Transfer-Encoding: chunked\0",
        "Transfer-Encoding: chunked\r\nContent-Length: 5", "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: gzip\r\nContent-Length: 0", "Transfer_Encoding: chunked", "Transfer-Encoding : chunked",
        "Transfer-Encoding\t: chunked", "Transfer Encoding: chunked", " Transfer-Encoding: chunked",
        "X: y\r\n Transfer-Encoding: chunked", "Transfer-Encoding:\r\n chunked",

        // expectations, connections, upgrades
        "Expect: 100-continue", "Expect: 100-Continue", "expect: 100-CONTINUE", "Expect: 100", "Expect: 200-ok", "Expect:",
        "Expect: 100-continue, 100-continue", "Expect: 100-continue\r\nExpect: 100-continue", "Connection: close",
        "Connection: keep-alive, Upgrade", "Connection:", "Connection: , ,", "Connection: close x", "Connection: a/b",
        "Connection: \"close\"", "Upgrade: h2c", "Upgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Version: 8",
    ];

    private static readonly string[] HostLines =
    [
        "Host: a", "Host: a.example", "Host: A.EXAMPLE:80", "Host:a", "Host: \ta\t", "hOSt: a", "Host: localhost:8888",
        "Host: 127.0.0.1", "Host: 127.0.0.1:8888", "Host: [::1]", "Host: [::1]:8888", "Host: [2001:db8::1]",
        "Host: [1:2:3:4:5:6:7:8]", "Host: [::ffff:127.0.0.1]", "Host: a_b", "Host: a-b", "Host: xn--a", "Host: a%41", "Host: a;b",
        "Host: a=b", "Host: a!b", "Host: ~",
        "Host: a:0", "Host: a:1", "Host: a:65535", "Host: a:65536", "Host: a:99999", "Host: a:", "Host: a:080", "Host: a:x",
        "Host: a:8x", "Host: a:+80", "Host: a:-1", "Host: a: 80", "Host: a :80", "Host: a:80:80", "Host: :80", "Host: :", "Host:",
        "Host: ", "Host: a b", "Host: a\tb", "Host: a,b", "Host: a, b", "Host: u@a", "Host: u:p@a", "Host: a/", "Host: a/b",
        "Host: http://a", "Host: a?b", "Host: a#b", "Host: a\\b", "Host: \"a\"", "Host: <a>",
        "Host: a|b", "Host: a^b", "Host: a`b", "Host: {a}", "Host: a%", "Host: a%4", "Host: a%zz", "Host: \x80", "Host: caf\xE9",
        "Host: a\0", "Host: a\x7F", "Host: [::1", "Host: ::1]", "Host: ::1", "Host: [::1]a", "Host: [::1]:", "Host: [::1]:x",
        "Host: []", "Host: [a]", "Host: [:::1]", "Host: [::1::]", "Host: [1:2:3:4:5:6:7]", "Host: [1:2:3:4:5:6:7:8:9]",
        "Host: [12345::]", "Host: [::g]", "Host: [::1.2.3]", "Host: [::1.2.3.256]", "Host: [fe80::1%25eth0]", "Host: [v1.a]",
        "Host: a\r\nHost: a", "Host: a\r\nhost: b", "Host: a\r\nX: y\r\nHost: a", "Host:\r\nHost: a", "X-Host: a", "Host : a",
        " Host: a", "Hos: a", "Hostx: a",
    ];

    private static readonly string[] WholeHeads =
    [
        "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.0\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", "GET / HTTP/1.0\r\nHost:\r\n\r\n",
        "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", "POST / HTTP/1.0\r\nExpect: x\r\n\r\n",
        "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
        "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "\rGET / HTTP/1.1\r\nHost: a\r\n\r\n", "\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        " \r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\nHost: a\r\n\r\n", "GET / HTTP/1.1\nHost: a\n\n", "GET / HTTP/1.1\r\nHost: a\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n\n", "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\rHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\rx", "GET / HTTP/1.1\r\nHost: a\r\n\r\r\n",
        "GET / HTTP/1.1\n\rHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a", "GET / HTTP/1.1\r\nHost: a\r", "GET / HTTP/1.1\r\nHost: a\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n\r", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1", "GET /", "G", "\r\n", "",
        "GET / HTTP/1.1\r\n Host: a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n \r\n\r\n",
        "\x16\x03\x01\x02\0\x01\0\x01\xFC\x03\x03", "\x80\x2E\x01\x03\x01", "GET / HTTP/1.1\0\r\nHost: a\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
        "GET /" + new string('a', 8192 - 14) + " HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /" + new string('a', 8192 - 13) + " HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n" + Lines(99) + "\r\n", "GET / HTTP/1.1\r\nHost: a\r\n" + Lines(100) + "\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: " + new string('x', 32768 - 9 - 5) + "\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: " + new string('x', 32768 - 9 - 4) + "\r\n\r\n",
    ];

    public static IEnumerable<string> All =>
    [
        .. RequestLines.Select(line => $"{line}\r\nHost: a.example\r\n\r\n"),
        .. FieldLines.Select(line => $"POST / HTTP/1.1\r\nHost: a.example\r\n{line}\r\n\r\n"),
        .. FieldLines.Select(line => $"GET / HTTP/1.0\r\n{line}\r\nX-Last: 1\r\n\r\n"),
        .. HostLines.Select(line => $"GET / HTTP/1.1\r\n{line}\r\n\r\n"),
        .. WholeHeads,
    ];

    private static string Lines(int count) => string.Concat(Enumerable.Range(0, count).Select(i => $"X{i}: y\r\n"));
}

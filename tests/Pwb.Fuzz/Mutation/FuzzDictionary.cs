namespace Pwb.Fuzz.Mutation;

/// <summary>
/// Words that HTTP servers have stumbled over, in the places where they did. Text is Latin-1: one character, one byte.
/// </summary>
internal static class FuzzDictionary
{
    public static readonly string[] LineEnds = [
        "\r\n", "\n", "\r", "\r\r\n", "\n\r", "\r\n\r\n", "\r\n ", "\r\n\t", " \r\n", "\0\r\n", "\x85", "\x0B", "\x0C"];

    public static readonly string[] Methods =
    [
        "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "QUERY", "PRI", "get", "Get",
        "GET2", "BREW", "M-SEARCH",
        "GE(T", "", "VERSION-CONTROL", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "G\x80T",
        "\"GET\"",
    ];

    public static readonly string[] Targets =
    [
        "/", "/11", "/favicon.ico", "/a?b=c", "/?", "?", "*", "*x", "", "//", "//a", "/a%20b", "/%", "/%4", "/%4x", "/%00",
        "/%1F", "/%7f", "/%80", "/?%00", "/#", "/a\\b", "/a b",
        "/\x80", "/[", "/{", "/^", "/\"", "/|", "/a;b=c,d", "/%2e%2e/%2F", "/%C0%AF", "http://a.example/", "http://a.example",
        "http://a.example?q", "HTTPS://A.example:443/x",
        "http:///x", "http://u@a/", "http://a:/", "http://a:99999/", "http://[::1]/", "http://[::1/", "http://a,b/", "http:/a",
        "http://a#f", "ftp://a/", "httpx://a/", "a.example:80",
        "/?q=a|b", "/?{%", "/?a\\^`", "/?a\"", "/?a<", "/?%zz", "/a/../b", "/a/./b", "/./..", "/../a", "/a//..", "/a/..//b",
        "/a/%2E%2e", "/.%2e/", "/%252e%252e/", "/..%2F", "/a%2fb", "/%C3%A9", "/%C3", "/%E4%BD/%A0", "/%ED%A0%80",
        "/%F0%9F%98%80/..", "http://a/../b", "http://a/%E9",
        "a.example", "a.example:", ":80", "[::1]:443",
        "/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    ];

    public static readonly string[] Versions =
    [
        "HTTP/1.1", "HTTP/1.0", "HTTP/1.2", "HTTP/1.9", "HTTP/0.9", "HTTP/2.0", "HTTP/3.0", "HTTP/1.10", "HTTP/11.1", "HTTP/1",
        "HTTP/1.", "HTTP/.1", "http/1.1", "HTTP/1,1", "HTTP /1.1",
        "HTTP/1.1 ", " HTTP/1.1", "HTTP/+1.1", "HTTP/1.\x31", "HTTP/1.1x", "HTTPS/1.1", "",
    ];

    public static readonly string[] Hosts =
    [
        "a.example", "localhost:8888", "127.0.0.1", "[::1]", "[::1]:80", "[2001:db8::1]:8080", "a:", "a:0", "a:65535", "a:65536",
        "a:080", "a:+80", "a:8_0", "a:80:80", "", ":80", "a b", "a, b", "a,b", "u@a",
        "a/b", "http://a", "a?b", "a#b", "a\\b", "[::1", "::1]", "[::1]x", "[:::1]", "[1:2:3:4:5:6:7:8]", "[1:2:3:4:5:6:7:8:9]",
        "[::ffff:1.2.3.4]", "[::1.2.3.4:5]", "[::1%25eth0]", "[v1.a]", "[]", "[12345::]",
        "a%41", "a%4", "a%zz", "\x80", "a\tb", "a\0", "a\x7F", "a_b", "a..b", ".", "-", "xn--a", "a;b", "a=b", "(a)", "<a>",
        "\"a\"",
    ];

    public static readonly string[] Numbers =
    [
        "0", "1", "2", "3", "5", "9", "10", "32", "33", "96", "97", "127", "128", "255", "256", "1024", "65535", "65536",
        "262144", "262145", "30000000", "30000001", "2147483647", "2147483648", "4294967295", "4294967296",
        "4294967301", "9223372036854775807", "9223372036854775808", "18446744073709551615", "18446744073709551616",
        "18446744073709551621", "99999999999999999999", "00", "05", "+5", "-5", "-0", " 5", "5 ", "5 5", "5,5",
        "5, 5", "5;5", "0x5", "5x", "5.0", "5e0", "5_0", "\x0B" + "5", "5\0", "\xB2", "", "f", "F", "1A",
    ];

    public static readonly string[] ChunkSizes =
    [
        "0", "1", "2", "5", "A", "a", "1f", "20", "21", "60", "61", "00", "05", "000000000000000000000000000005", "7FFFFFFF",
        "80000000", "80000005", "FFFFFFFF", "100000000", "100000005", "7FFFFFFFFFFFFFFF", "8000000000000000",
        "8000000000000005", "FFFFFFFFFFFFFFFF", "10000000000000000", "10000000000000005", "FFFFFFFFFFFFFFFFFFFFFFFF", "+5", "-5",
        "0x5", "5_", " 5", "5 ", "\t5", "5\t", "5h", "5 5", "5,5", "", "g", "\xB5", "5;", "5;a", "5 ;a", "5; a",
        "5;a ", "5;a=b", "5;a = b", "5;a=", "5;=b", "5;a=\"b\"", "5;a=\"", "5;a=\"\\\"\"", "5;a=\"\n\"", "5;a\n", "5;a;b;c=d",
        "5;;a", "5;a=b c", "5;a=\"b\"c", "5;\x80", "0;a", "0;aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    ];

    public static readonly string[] Codings =
    [
        "chunked", "Chunked", "CHUNKED", "gzip", "gzip, chunked", "chunked, gzip", "chunked, chunked", "chunked,", ", chunked",
        ",chunked", "", "identity", "identity, chunked", "chunked;q=1", "chunked ; a=b", "\"chunked\"", "xchunked",
        "chunkedx", "chunked\0", "\x0B" + "chunked", "chun ked", "chunked chunked", "gzip;q=\"a,b\", chunked", "(chunked)",
        " chunked ", "\tchunked\t", "chunke\xC4", "gzip,chunked",
    ];

    public static readonly string[] Connections =
    [
        "close", "Close", "keep-alive", "Keep-Alive", "keep-alive, close", "close, keep-alive", "x, close", "close ,x", ",close,",
        "closed", "close;a", "\"close\"", "cl ose", "upgrade", "Upgrade, close", "close\t", "TE", "", "close x", "close, a/b",
        ", ,close,,",
    ];

    public static readonly string[] Expectations =
    [
        "100-continue", "100-Continue", "100-CONTINUE", "100-continued", "100", "continue", "200-ok", "",
        "100-continue, 100-continue", "100-continue;a", "\"100-continue\"",
    ];

    public static readonly string[] Values =
    [
        "", "a", "a b", "a\tb", "\t", " ", "\x80", "\xFF", "caf\xE9", "a\0b", "a\x7F" + "b", "a\x01", "a\rb", "a\nb", "a\r\n b",
        "a\x85", "\x1B[31m", "a,b", ",", ";", "\"", "%00", "v\x0B", "v\x0C",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
            + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    ];

    public static readonly string[] FieldNames =
    [
        "X-A", "Host", "Content-Length", "Transfer-Encoding", "Connection", "Expect", "Content-Type", "Upgrade",
        "Sec-WebSocket-Version", "Trailer", "TE", "Cookie", "Authorization", "Keep-Alive", "Content_Length", "Transfer_Encoding",
        "content-length", "TRANSFER-ENCODING", "Host ", " Host", "Host\t", "X(", "X\0", "\x80", "", "X Y", "Content-Length\0",
        "Content\xADLength", "Content-Lengtp", "Proxy-Connection", "!#$%&'*+-.^_`|~",
    ];

    public static readonly string[] Separators = [
        ":", ": ", ":\t", ":  ", " :", " : ", "\t:", "", "=", "::", ":\0", ":\r\n ", ":\r"];

    public static readonly string[] Fragments =
    [
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET /smuggled HTTP/1.1\r\nHost: evil\r\n\r\n", "0\r\n\r\n", "0\r\n",
        "\r\n0\r\n\r\n", "5\r\nhello\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\x16\x03\x01", "Host: a\r\n", "Host: b\r\n",
        "Content-Length: 5\r\n", "Content-Length: 0\r\n", "Transfer-Encoding: chunked\r\n", "Connection: close\r\n",
        "Connection: keep-alive\r\n", "Expect: 100-continue\r\n", "X: y\r\n", "X: y\r\n z\r\n", "X : y\r\n", " ", "\t",
        "\r\n\r\n",
    ];

    private static readonly string[] UpgradeValues = ["websocket", "WebSocket", "h2c", "websocket, h2c", "WEBSOCKET/13", ""];

    private static readonly string[] TypeValues = ["a/b", "text/plain; charset=utf-8", "", "a/b, c/d"];

    /// <summary>All word lists: a word may also turn up where it does not belong.</summary>
    public static readonly string[][] All =
        [LineEnds, Methods, Targets, Versions, Hosts, Numbers, ChunkSizes, Codings, Connections, Expectations, Values, FieldNames,
            Separators, Fragments];

    /// <returns>Values worth trying for a field of this name.</returns>
    public static string[] ValuesFor(string name) => name.Trim().ToUpperInvariant() switch
    {
        "HOST" => Hosts,
        "CONTENT-LENGTH" or "CONTENT_LENGTH" or "SEC-WEBSOCKET-VERSION" => Numbers,
        "TRANSFER-ENCODING" or "TRANSFER_ENCODING" => Codings,
        "CONNECTION" or "PROXY-CONNECTION" => Connections,
        "EXPECT" => Expectations,
        "UPGRADE" => UpgradeValues,
        "CONTENT-TYPE" => TypeValues,
        _ => Values,
    };
}

"""Streams of bytes that a client could send: requests that are in order, and all that others were once made to read in two ways.

A stream is a function of its name, which all its targets begin with: /x/<name>.0 is the first request, .1 the next, and .h one that is
hidden in the content of another.
"""
import random

HOST = b"Host: www.example.org\r\n"


class Exact:
    """A stream that is in order: what the handler sees has to be what was sent, unless the proxy refuses it."""

    def __init__(self, make, requests):
        self.make, self.requests = make, requests


def get(target, *lines):
    return b"GET " + target + b" HTTP/1.1\r\n" + HOST + b"".join(line + b"\r\n" for line in lines) + b"\r\n"


def last(name):
    """What every stream ends with."""
    return get(name + b".z", b"Connection: close")


def post(target, content, *lines, method=b"POST"):
    return (method + b" " + target + b" HTTP/1.1\r\n" + HOST + b"".join(line + b"\r\n" for line in lines)
            + b"Content-Length: %d\r\n\r\n" % len(content) + content)


def chunked(target, content, *lines, method=b"POST"):
    return method + b" " + target + b" HTTP/1.1\r\n" + HOST + b"".join(line + b"\r\n" for line in lines) + b"Transfer-Encoding: chunked\r\n\r\n" + content


def exact():
    """Streams that are in order, with what they say: method, target behind the name, content."""
    binary = bytes(range(256)) * 3

    def hidden(name):
        return get(name + b".h")

    def one(method, content, make):
        return Exact(lambda name: make(name) + last(name), lambda name: [(method, name + b".0", content(name) if callable(content) else content)])

    yield one(b"GET", b"", lambda name: get(name + b".0"))
    yield one(b"GET", b"", lambda name: get(name + b".0", b"X-Empty:", b"X-Wide: \xe4\xf6\xfc", b"X-Same: 1", b"X-Same: 2", b"X-Long: " + b"l" * 3000))
    yield one(b"GET", b"", lambda name: get(name + b".0", b"TE: trailers", b"Connection: TE"))
    yield one(b"GET", b"", lambda name: get(name + b".0", b"Connection: X-Hop", b"X-Hop: 1"))
    yield one(b"GET", b"", lambda name: get(name + b".0", b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA", b"Connection: Upgrade, HTTP2-Settings"))
    yield one(b"OPTIONS", b"", lambda name: post(name + b".0", b"", method=b"OPTIONS"))
    yield one(b"PATCH", binary, lambda name: post(name + b".0", binary, method=b"PATCH"))
    for method in (b"POST", b"PUT", b"DELETE"):
        yield one(method, binary, lambda name, method=method: post(name + b".0", binary, method=method))
        yield one(method, b"a" * 100 + b"b", lambda name, method=method: chunked(name + b".0", b"64\r\n" + b"a" * 100 + b"\r\n001\r\nb\r\n0\r\n\r\n", method=method))
    for method in (b"GET", b"OPTIONS"):
        yield one(method, hidden, lambda name, method=method: post(name + b".0", hidden(name), method=method))
    yield one(b"POST", b"", lambda name: post(name + b".0", b""))
    yield one(b"POST", b"", lambda name: chunked(name + b".0", b"0\r\n\r\n"))
    yield one(b"POST", hidden, lambda name: post(name + b".0", hidden(name)))
    yield one(b"POST", hidden, lambda name: chunked(name + b".0", b"%X\r\n%s\r\n0\r\n\r\n" % (len(hidden(name)), hidden(name))))
    yield one(b"POST", b"\r\n0\r\n\r\n", lambda name: post(name + b".0", b"\r\n0\r\n\r\n"))
    yield one(b"POST", b"\r\n0\r\n\r\n", lambda name: chunked(name + b".0", b"7\r\n\r\n0\r\n\r\n\r\n0\r\n\r\n"))
    yield one(b"POST", b"abc", lambda name: chunked(name + b".0", b"3;name=value;flag\r\nabc\r\n0;last=\"quoted\"\r\n\r\n"))
    yield one(b"POST", b"abc", lambda name: chunked(name + b".0", b"0000000003\r\nabc\r\n000\r\nX-Trailer: 1\r\nX-Other: 2\r\n\r\n", b"Trailer: X-Trailer"))
    yield one(b"POST", b"abc" * 30_000, lambda name: chunked(name + b".0", b"".join(b"3\r\nabc\r\n" for _ in range(30_000)) + b"0\r\n\r\n"))
    yield one(b"POST", b"x" * 300_000, lambda name: post(name + b".0", b"x" * 300_000))
    yield one(b"POST", b"abc", lambda name: post(name + b".0", b"abc", b"Expect: 100-continue"))
    yield one(b"GET", b"abc", lambda name: post(name + b".0", b"abc", b"Expect: 100-continue", method=b"GET"))
    yield one(b"OPTIONS", hidden, lambda name: post(name + b".0", hidden(name), b"Expect: 100-continue", method=b"OPTIONS"))

    def many(name):
        return b"".join([get(name + b".0"), post(name + b".1", binary), get(name + b".2"), chunked(name + b".3", b"3\r\nabc\r\n0\r\n\r\n"),
                         post(name + b".4", get(name + b".h")), get(name + b".5"), last(name)])

    yield Exact(many, lambda name: [(b"GET", name + b".0", b""), (b"POST", name + b".1", binary), (b"GET", name + b".2", b""),
                                    (b"POST", name + b".3", b"abc"), (b"POST", name + b".4", get(name + b".h")), (b"GET", name + b".5", b"")])
    yield Exact(lambda name: b"".join(get(name + b".%d" % i) for i in range(20)) + last(name),
                lambda name: [(b"GET", name + b".%d" % i, b"") for i in range(20)])


TRANSFER_ENCODINGS = [
    b"Transfer-Encoding: chunked", b"Transfer-Encoding : chunked", b"Transfer-Encoding:chunked", b"Transfer-Encoding:\tchunked", b"Transfer-Encoding:\x0bchunked",
    b"Transfer-Encoding: \x0cchunked", b"Transfer-Encoding: chunked\x0c", b"Transfer-Encoding: chunked\x00", b"Transfer-Encoding\x00: chunked",
    b"Transfer-Encoding\t: chunked", b" Transfer-Encoding: chunked", b"X: y\r\n Transfer-Encoding: chunked", b"Transfer-Encoding:\r\n chunked",
    b"Transfer-Encoding: \r\n\tchunked", b"Transfer-Encoding\r\n : chunked", b"Transfer-Encoding: xchunked", b"Transfer-Encoding: chunkedx",
    b"Transfer-Encoding: chunked, identity", b"Transfer-Encoding: identity, chunked", b"Transfer-Encoding: identity", b"Transfer-Encoding: gzip, chunked",
    b"Transfer-Encoding: chunked, chunked", b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", b"Transfer-Encoding: identity\r\nTransfer-Encoding: chunked",
    b"Transfer-Encoding: x\r\nTransfer-Encoding: chunked", b"Transfer-Encoding: \"chunked\"", b"Transfer-Encoding: 'chunked'", b"Transfer-Encoding: CHUNKED",
    b"Transfer-Encoding: chunKed", b"Transfer-Encoding: chunked;q=1", b"Transfer-Encoding: chunked ;ext", b"Transfer-Encoding: ,chunked", b"Transfer-Encoding: chunked,",
    b"Transfer-Encoding:", b"Transfer_Encoding: chunked", b"Transfer-Encodin\xc7: chunked", b"X: y\nTransfer-Encoding: chunked", b"X: y\rTransfer-Encoding: chunked",
    b"X: y\n\rTransfer-Encoding: chunked", b"Transfer-Encoding: chunked\nX: y", b"Transfer-Encoding: chunked\rX: y", b"Transfer-Encoding: chunked\r\r\nX: y",
    b"TE: chunked", b"Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked", b"Connection: close, Transfer-Encoding\r\nTransfer-Encoding: chunked",
    b"Transfer-Encoding: chu\xadnked", b"Transfer-Encoding: c\xe2\x84\xaahunked", b"Transfer\xe2\x80\x90Encoding: chunked", b"Expect: 100-continue\r\nTransfer-Encoding: chunked",
    b"Upgrade: websocket\r\nConnection: Upgrade\r\nTransfer-Encoding: chunked", b"Content-Encoding: chunked", b"Transfer-Encoding;: chunked", b"Transfer-Encoding: chunked\r\nContent-Length : 3",
]

CONTENT_LENGTHS = [
    b"Content-Length: +%d", b"Content-Length: 0%d", b"Content-Length: %d ", b"Content-Length:  %d", b"Content-Length: %d,%d", b"Content-Length: %d, 0", b"Content-Length: 0, %d",
    b"Content-Length: %d\r\nContent-Length: %d", b"Content-Length: %d\r\nContent-Length: 0", b"Content-Length: 0\r\nContent-Length: %d", b"Content-Length: 0x%x",
    b"Content-Length: %d.0", b"Content-Length: %d;", b"Content-Length: -%d", b"Content-Length: %d\x0b", b"Content-Length:\x0b%d", b"Content-Length: %d\x00", b"Content-Length\x00: %d",
    b"Content-Length : %d", b"Content-Length\t: %d", b" Content-Length: %d", b"Content-Length:\r\n %d", b"Content-Length: \r\n\t%d", b"Content-Length: 1\r\n %d",
    b"X: y\nContent-Length: %d", b"X: y\rContent-Length: %d", b"Content-Length: %d\nX: y", b"Content-Length: %d\rX: y", b"Content_Length: %d", b"Content-Length: 1844674407370955161%d",
    b"Content-Length: %de0", b"Content-Length: %d %d", b"Content-Length: '%d'", b"Content-Length: \"%d\"", b"Content-Length: %d_0", b"Content-Length: \xc2\xa0%d", b"Content-Length:",
    b"Content-Length: %d\r\nConnection: Content-Length", b"Connection: close, Content-Length\r\nContent-Length: %d", b"Content-Length: %d\r\nUpgrade: h2c\r\nConnection: Upgrade",
    b"Content-Length: %d\r\nExpect: 100-continue", b"Content-Length: %d\r\nExpect: x", b"Content-Length: %d\r\nExpect: 100-continue, x", b"Content-Length: %d\r\nExpect:\r\n 100-continue",
    b"Content-Length: %d\r\nUpgrade: websocket\r\nConnection: Upgrade", b"Content-Length: %d\r\nHost: www.example.org", b"Content-Length: %d\r\nHost: other.example.org",
]

CHUNKS = [
    b"%x\n%s\r\n0\r\n\r\n", b"%x\r\n%s\n0\r\n\r\n", b"%x\r\n%s0\r\n\r\n", b"%x\r\n%s\r\n0\n\n", b"%x\r\n%s\r\n0\r\n\n", b"0x%x\r\n%s\r\n0\r\n\r\n", b" %x\r\n%s\r\n0\r\n\r\n",
    b"%x \r\n%s\r\n0\r\n\r\n", b"%x\t\r\n%s\r\n0\r\n\r\n", b"+%x\r\n%s\r\n0\r\n\r\n", b"-%x\r\n%s\r\n0\r\n\r\n", b"10000000000000%03x\r\n%s\r\n0\r\n\r\n", b"1000000000000000%02x\r\n%s\r\n0\r\n\r\n",
    b"%x;a\n%s\r\n0\r\n\r\n", b"%x;a=\"\r\n%s\r\n0\r\n\r\n", b"%x;a=\"\n\"\r\n%s\r\n0\r\n\r\n", b"%x;\rX\n\r\n%s\r\n0\r\n\r\n", b"%x;\r\n%s\r\n0\r\n\r\n", b"%x\r\r\n%s\r\n0\r\n\r\n", b"%x\x00\r\n%s\r\n0\r\n\r\n",
    b"%xg\r\n%s\r\n0\r\n\r\n", b"%x,1\r\n%s\r\n0\r\n\r\n", b"%x\r\n%s\r\n\r\n0\r\n\r\n", b"%x\r\n%sX\r\n0\r\n\r\n", b"%x\r\n%sXX0\r\n\r\n", b"%x\r\n%s\r\n0\r\nContent-Length: 9\r\n\r\n",
    b"%x\r\n%s\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n", b"%x\r\n%s\r\n0\r\nHost: other.example.org\r\n\r\n", b"%x\r\n%s\r\n0\r\nX Y: 1\r\n\r\n", b"%x\r\n%s\r\n0\r\n X: folded\r\n\r\n",
    b"%x\r\n%s\r\n0\r\nX: 1\n\n", b"%x\r\n%s\r\n0\r\nX\r\n\r\n", b"%x\r\n%s\r\n0;a=b\r\n\r\n", b"%x\r\n%s\r\n00000000000000000000\r\n\r\n", b"%x\r\n%s\r\n0 \r\n\r\n", b"\r\n%x\r\n%s\r\n0\r\n\r\n",
    b"%x;a\rb\r\n%s\r\n0\r\n\r\n", b"%x;a\x00b\r\n%s\r\n0\r\n\r\n", b"%x\r\n%s\r\n0", b"%x\r\n%s\r\n0\r\n", b"%x\r\n%s\r\n", b"%x;" + b"e" * 5000 + b"\r\n%s\r\n0\r\n\r\n",
]

REQUEST_LINES = [
    b"GET  %s HTTP/1.1", b"GET %s  HTTP/1.1", b"GET\t%s HTTP/1.1", b"GET %s\tHTTP/1.1", b"GET %s HTTP/1.1 ", b" GET %s HTTP/1.1", b"\r\nGET %s HTTP/1.1", b"\n\nGET %s HTTP/1.1",
    b"GET %s HTTP/1.2", b"GET %s HTTP/1.0", b"GET %s HTTP/2.0", b"GET %s HTTP/0.9", b"GET %s http/1.1", b"GET %s HTTP/1.10", b"GET %s HTTP/01.1", b"GET %s HTTP/1.1\x00", b"GET %s HTTP/1,1",
    b"GET %s", b"GET %s ", b"get %s HTTP/1.1", b"GE\x00T %s HTTP/1.1", b"PRI %s HTTP/1.1", b"PRI * HTTP/2.0", b"OPTIONS * HTTP/1.1", b"OPTIONS %s HTTP/1.1", b"TRACE %s HTTP/1.1",
    b"GET http://www.example.org%s HTTP/1.1", b"GET HTTP://www.example.org%s HTTP/1.1", b"GET http://www.example.org:80%s HTTP/1.1", b"GET http://other.example.org%s HTTP/1.1",
    b"GET https://www.example.org%s HTTP/1.1", b"GET http://user@www.example.org%s HTTP/1.1", b"GET //www.example.org%s HTTP/1.1", b"GET http:%s HTTP/1.1", b"GET ftp://www.example.org%s HTTP/1.1",
    b"CONNECT www.example.org:80 HTTP/1.1", b"CONNECT %s HTTP/1.1", b"CONNECT www.example.org HTTP/1.1", b"GET www.example.org:80 HTTP/1.1", b"GET * HTTP/1.1",
    b"GET %s#fragment HTTP/1.1", b"GET %s?a b HTTP/1.1", b"GET %s?a=\xe4 HTTP/1.1", b"GET %s%%00 HTTP/1.1", b"GET %s%%0d%%0aX:%%20y HTTP/1.1", b"GET %s\x7f HTTP/1.1", b"GET %s\\.. HTTP/1.1",
    b"GET /a/..%s HTTP/1.1", b"GET /a/%%2e%%2e%s HTTP/1.1", b"GET /./%s HTTP/1.1", b"GET %s/%%2f/ HTTP/1.1", b"GET %s/;/ HTTP/1.1", b"GET %s? HTTP/1.1", b"GET %s%%zz HTTP/1.1", b"GET %s%%20 HTTP/1.1",
    b"POST %s HTTP/1.1\nContent-Length: 3", b"GET %s HTTP/1.1\nX: y", b"GET %s HTTP/1.1\rX: y", b"GET %s HTTP/1.1\r\n X: y", b"GET %s HTTP/1.1\r\n: y", b"GET %s HTTP/1.1\r\nX", b"GET %s HTTP/1.1\r\nX Y: z",
    b"GET %s HTTP/1.1\r\nX: a\x00b", b"GET %s HTTP/1.1\r\nX: a\rb", b"GET %s HTTP/1.1\r\nX\x80: y", b"GET %s HTTP/1.1\r\nX: " + b"l" * 9000, b"GET %s HTTP/1.1\r\n" + b"A: b\r\n" * 120 + b"X: y",
    b"GET %s HTTP/1.1\r\nHost: www.example.org", b"GET %s HTTP/1.1\r\nHost: other.example.org", b"GET %s HTTP/1.1\r\nhost : x", b"GET %s HTTP/1.1\r\nConnection: Host", b"GET %s HTTP/1.1\r\nX-Forwarded-Host: y",
    b"GET %s HTTP/1.1\r\nConnection: keep-alive, close", b"GET %s HTTP/1.0\r\nConnection: keep-alive", b"GET %s HTTP/1.1\r\nProxy-Connection: close", b"GET %s HTTP/1.1\r\nKeep-Alive: timeout=1",
]

UPGRADES = [
    b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: bad", b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 8\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
    b"Upgrade: websocket\r\nConnection: Upgrade", b"Upgrade: h2c\r\nConnection: Upgrade", b"Upgrade: websocket", b"Upgrade: websocket, h2c\r\nConnection: Upgrade", b"Upgrade: TLS/1.0\r\nConnection: Upgrade",
]


def loose():
    """Streams that say different things to different readers. What they are made to say does not matter, but both have to read the same."""
    for line in TRANSFER_ENCODINGS:
        yield lambda name, line=line: short(name, line)
        yield lambda name, line=line: long(name, line)
        yield lambda name, line=line: b"POST " + name + b".0 HTTP/1.1\r\n" + HOST + line + b"\r\n\r\n" + b"3\r\nabc\r\n0\r\n\r\n" + last(name)
        yield lambda name, line=line: b"POST " + name + b".0 HTTP/1.0\r\n" + HOST + line + b"\r\nConnection: keep-alive\r\n\r\n" + b"3\r\nabc\r\n0\r\n\r\n" + last(name)
    for line in CONTENT_LENGTHS:
        for method in (b"POST", b"GET"):
            yield lambda name, line=line, method=method: sized(name, line, method)
    for form in CHUNKS:
        yield lambda name, form=form: chunked(name + b".0", form % (len(get(name + b".h")), get(name + b".h"))) + last(name)
    for line in REQUEST_LINES:
        yield lambda name, line=line: line.replace(b"%s", name + b".0").replace(b"%%", b"%") + b"\r\n" + HOST + b"\r\n" + last(name)
    for lines in UPGRADES:
        yield lambda name, lines=lines: b"GET /echo" + name + b".0 HTTP/1.1\r\n" + HOST + lines + b"\r\n\r\n" + get(name + b".1") + last(name)
        yield lambda name, lines=lines: b"GET " + name + b".0 HTTP/1.1\r\n" + HOST + lines + b"\r\n\r\n" + get(name + b".1") + last(name)
    for kind in (b"/unread", b"/refused", b"/small"):
        for method in (b"GET", b"POST", b"OPTIONS"):
            for more in ((), (b"Expect: 100-continue",)):
                yield lambda name, kind=kind, method=method, more=more: post(kind + name + b".0", get(name + b".h"), *more, method=method) + last(name)
                yield lambda name, kind=kind, method=method, more=more: chunked(kind + name + b".0", b"%x\r\n%s\r\n0\r\n\r\n" % (len(get(name + b".h")), get(name + b".h")), *more, method=method) + last(name)
    yield lambda name: b"GET " + name + b".0 HTTP/1.1\r\n" + HOST + b"Content-Length: 100\r\nExpect: 100-continue\r\n\r\n" + last(name)
    yield lambda name: b"GET " + name + b".0 HTTP/1.1\n" + HOST.replace(b"\r", b"") + b"\n" + last(name)
    yield lambda name: b"GET " + name + b".0 HTTP/1.1\r\n\r\n" + last(name)
    yield lambda name: b"GET " + name + b".0 HTTP/1.0\r\n\r\n" + last(name)
    yield lambda name: b"GET " + name + b".0\r\n\r\n" + last(name)
    yield lambda name: b"HEAD " + name + b".0 HTTP/1.0\r\nConnection: keep-alive\r\n" + HOST + b"\r\n"


def short(name, line):
    """The length covers little, the chunks cover a request."""
    hidden = get(name + b".h")
    content = b"%x\r\n%s\r\n0\r\n\r\n" % (len(hidden), hidden)
    return b"POST " + name + b".0 HTTP/1.1\r\n" + HOST + b"Content-Length: 4\r\n" + line + b"\r\n\r\n" + content + last(name)


def long(name, line):
    """The chunks end at once, the length covers a request."""
    content = b"0\r\n\r\n" + get(name + b".h")
    return b"POST " + name + b".0 HTTP/1.1\r\n" + HOST + line + b"\r\nContent-Length: %d\r\n\r\n" % len(content) + content + last(name)


def sized(name, line, method):
    content = get(name + b".h")
    count = line.count(b"%")
    return method + b" " + name + b".0 HTTP/1.1\r\n" + HOST + line % ((len(content),) * count) + b"\r\n\r\n" + content + last(name)


PIECES = [b"\r\n", b"\n", b"\r", b" ", b"\t", b"\x00", b":", b",", b";", b"0", b"1", b"\x0b", b"\x80", b"\r\n ", b"\r\n\r\n", b"Transfer-Encoding: chunked\r\n",
          b"Content-Length: 5\r\n", b"Connection: close\r\n", b"Connection: keep-alive\r\n", b"Expect: 100-continue\r\n", b"HTTP/1.1", b"0\r\n\r\n", b"\""]


def mutated(streams, count, seed):
    """Streams with a few changes each, the same for the same seed."""
    generator = random.Random(seed)
    for _ in range(count):
        make = generator.choice(streams)
        own = generator.getrandbits(64)
        yield lambda name, make=make, own=own: change(make(name), random.Random(own))


def change(data, generator):
    data = data if len(data) < 5000 else data[:2000] + data[-2000:]
    for _ in range(generator.randint(1, 3)):
        at = generator.randrange(len(data))
        kind = generator.randrange(5)
        if kind == 0:
            data = data[:at] + generator.choice(PIECES) + data[at:]
        elif kind == 1:
            data = data[:at] + data[at + generator.randint(1, 3):]
        elif kind == 2:
            data = data[:at] + bytes([data[at] ^ (1 << generator.randrange(8))]) + data[at + 1:]
        elif kind == 3:
            lines = data.split(b"\r\n")
            line = generator.randrange(len(lines))
            lines.insert(generator.randrange(len(lines)), lines[line])
            data = b"\r\n".join(lines)
        else:
            lines = data.split(b"\r\n")
            cut = generator.randrange(len(lines))
            data = b"\r\n".join(lines[:cut]) + b"\n" + b"\r\n".join(lines[cut:])
        data = data or b"\r\n"
    return data

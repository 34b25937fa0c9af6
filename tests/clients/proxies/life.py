"""What becomes of connections through a proxy. Each function fails with an exception, or returns what was seen, for the table in
docs/deployment.md."""
import base64
import hashlib
import queue
import random
import socket
import threading
import time

from client import Connection, Lost, chunks, echoed, eventually, once, request


def check(condition, message):
    if not condition:
        raise AssertionError(message)


def expect(answer, target, content=b"", status=200):
    check(answer.status == status and answer.seen == target, f"{target}: {answer.status}, the answer to {answer.seen!r}")
    check(answer.content == echoed(content), f"{target}: {len(answer.content)} bytes of content, not {len(content)}")


def keeps_connections(proxy, server):
    """Requests on one connection, one after the other."""
    server.take()
    with Connection(proxy.port) as connection:
        for i in range(20):
            expect(connection.ask(request("GET", f"/keep/{i}")), f"/keep/{i}")
    used = {one.connection for one in server.take() if one.target.startswith("/keep/")}
    return f"{len(used)} connections for 20 requests of a client"


def takes_pipelines(proxy, server):
    with Connection(proxy.port) as connection:
        connection.send(b"".join(request("POST", f"/line/{i}", b"%d" % i, chunked=i % 2 == 1) for i in range(20)))
        for i in range(20):
            expect(connection.read(), f"/line/{i}", b"%d" % i)


def mixes_up_nobody(proxy, server):
    """Many clients at once, each of which knows what it has asked."""
    problems = []

    def client(number):
        generator = random.Random(number)
        try:
            with Connection(proxy.port) as connection:
                for i in range(40):
                    content = generator.randbytes(generator.choice([0, 1, 1000, 20_000]))
                    target = f"/mix/{number}/{i}" + ("?chunked=1" if i % 3 == 0 else "")
                    expect(connection.ask(request("POST", target, content, chunked=i % 2 == 1)), target, content)
        except Exception as exception:  # whatever it is, a client has not got what is his
            problems.append(repr(exception))

    threads = [threading.Thread(target=client, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    check(not problems, f"{len(problems)} clients of 16: {problems[:3]}")


def takes_large_content(proxy, server):
    """Ten megabytes, chunked in both directions."""
    content = random.Random(1).randbytes(10_000_000)
    answer = once(proxy.port, b"POST /large?chunked=1 HTTP/1.1\r\nHost: www.example.org\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks(content, 50_000))
    check(hashlib.sha256(answer.content).digest() == hashlib.sha256(content).digest(), f"{answer.status}, {len(answer.content)} bytes")
    server.take()


def says_continue(proxy, server):
    """A client that waits to be told to send its content; and one to whom the server never says so."""
    with Connection(proxy.port) as connection:
        connection.send(request("POST", "/told", None, "Expect: 100-continue", "Content-Length: 5"))
        connection.timeout = 1
        try:
            connection.exactly_peek(5)
        except Lost:
            pass  # it is not told, and sends after a while, as clients do
        was_told = bool(connection.buffer)
        connection.timeout = 30
        connection.send(b"hello")
        expect(connection.read(), "/told", b"hello")
    with Connection(proxy.port) as connection:
        connection.send(request("POST", "/unread/told", None, "Expect: 100-continue", "Content-Length: 5"))
        connection.timeout = 1
        try:
            connection.exactly_peek(15)
            first = connection.buffer[9:12].decode()
        except Lost:
            first = "nothing"
        by = {"100": "by the proxy", "200": "by the server"}.get(first, "by nobody")
    return f"100 (Continue) {by if was_told else 'by nobody'}"


def defends_expectations(proxy, server):
    """A method for which content has no meaning, with content and an expectation, and a request behind it: others get what is theirs."""
    for method in ("GET", "OPTIONS", "HEAD", "DELETE"):
        for behind in (b"", b"hello"):
            with Connection(proxy.port, 1.0) as connection:
                connection.send(request(method, f"/expects/{method}", None, "Expect: 100-continue", "Content-Length: 5") + behind + request("GET", "/evil"))
                for other in range(5):
                    expect(once(proxy.port, request("GET", f"/other/{other}", None, "Connection: close")), f"/other/{other}")
    server.take()


def relays_early_answers(proxy, server, repeats):
    """An answer that comes before the content has been sent arrives, whatever is still to be sent."""
    arrived = {}
    for size in (5_000_000, 40_000_000):
        for target, status in (("/refused/early", 405), ("/small/early", 413)):
            for _ in range(repeats):
                with Connection(proxy.port, 30.0) as connection:
                    sender = threading.Thread(target=connection.send, args=(request("POST", target, None, f"Content-Length: {size}") + bytes(size),))
                    sender.start()
                    try:
                        answer = connection.read()
                        got = answer.status
                        if got == 413 and not answer.seen and size > 30_000_000:
                            got = status  # a limit of the proxy's own
                    except Lost as lost:
                        got = str(lost)
                    connection.end()
                    sender.join()
                key = (status, size // 1_000_000, got)
                arrived[key] = arrived.get(key, 0) + 1
    wrong = {key: count for key, count in arrived.items() if key[0] != key[2]}
    server.take()
    check(not wrong, "; ".join(f"{count} of {repeats} POSTs of {size} MB got {got} for {status}" for (status, size, got), count in wrong.items()))


def takes_web_sockets(proxy, server):
    """A handshake, a message, and the end."""
    target = f"/echo?id={proxy.port}"
    with Connection(proxy.port) as connection:
        key = base64.b64encode(b"0123456789abcdef").decode()
        answer = connection.ask(request("GET", target, None, "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {key}"))
        if not proxy.can_upgrade:
            check(answer.status != 101, "a WebSocket passed")
            return f"no WebSocket ({answer.status})"
        check(answer.status == 101, f"a WebSocket got {answer.status}")
        connection.send(b"\x81\x85\x00\x00\x00\x00hello")
        check(connection.exactly(7) == b"\x81\x05hello", "no echo")
        connection.send(b"\x88\x82\x00\x00\x00\x00\x03\xe8")
        check(connection.exactly(4) == b"\x88\x02\x03\xe8", "no close")
    check(eventually(lambda: str(proxy.port) in server.closed, 30) is not None, "the server was not told of the end")
    return "WebSocket"


def passes_events(proxy, server, patience):
    """Whether an event comes before there is another; and after how long the server is told that the client has left."""
    identity = f"{proxy.port}{'u' if proxy.path else ''}"
    with Connection(proxy.port, patience) as connection:
        connection.send(request("GET", f"/events?id={identity}"))
        try:
            connection.until(b"data: first\n")
            seen = "events at once"
        except Lost as lost:
            check(lost.is_timeout, f"no events: {lost}")
            seen = "events buffered"
        once(server.port, request("GET", f"/release?id={identity}"))
        if seen == "events at once":
            connection.until(b"data: second\n")
    silent = eventually(lambda: identity in server.left, patience)
    if silent is not None:
        return f"{seen}; a client that leaves is noticed {'at once' if silent < 1 else f'after {silent:.0f} s'}"
    return f"{seen}; a client that leaves is not noticed within {patience:.0f} s of silence"


def notices_the_end_when_sending(proxy, server):
    """With an event a second, the client's end is found out."""
    identity = f"{proxy.port}p{'u' if proxy.path else ''}"
    with Connection(proxy.port, 5) as connection:
        connection.send(request("GET", f"/events?id={identity}&pace=1"))
        eventually(lambda: any(one.target.startswith(f"/events?id={identity}") for one in server.requests), 10)
        once(server.port, request("GET", f"/release?id={identity}"))
        try:
            connection.until(b"data: second\n")
        except Lost:
            pass
    after = eventually(lambda: identity in server.left, 60)
    check(after is not None, "the server sends on to a client that left a minute ago")
    return f"with an event a second noticed {'at once' if after < 1 else f'after {after:.0f} s'}"


FORGED = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "gopher", "X-Forwarded-Host": "forged.example.org", "Forwarded": "for=203.0.113.9", "X-Real-IP": "203.0.113.9"}


def names_the_client(proxy, server):
    """Which fields the server gets for those that a client has forged, and whether Host is the client's."""
    server.take()
    once(proxy.port, request("GET", "/who", None, *(f"{name}: {value}" for name, value in FORGED.items())))
    one = server.take()[0]
    check(one.all("host") == ["www.example.org"], f"Host is {one.all('host')}")
    seen = []
    for name, value in FORGED.items():
        got = ", ".join(one.all(name.lower()))
        if got != value:
            seen.append(f"{name}: {got}" if got else f"no {name}")
        else:
            seen.append(f"{name} as forged")
    via = ", ".join(one.all("via"))
    return "; ".join(seen + ([f"Via: {via}"] if via else []))


def limits_heads(proxy, server):
    """The largest field of a request that arrives, and of a response."""
    largest = {"request": 0, "response": 0}
    refusals = {}
    for size in (1000, 3000, 7000, 15_000, 31_000):
        for kind in largest:
            target, lines = (f"/sized/{size}", [f"X-Large: {'x' * size}"]) if kind == "request" else (f"/field?id={size}", [])
            try:
                answer = once(proxy.port, request("GET", target, None, *lines))
                arrived = answer.status == 200 and answer.seen == target
                refusal = answer.status
            except Lost:
                arrived, refusal = False, "no answer"
            if arrived and largest[kind] is not None and kind not in refusals:
                largest[kind] = size
            elif not arrived:
                refusals.setdefault(kind, refusal)
    return "; ".join(f"{kind} fields of {size} bytes" + (f", then {refusals[kind]}" if kind in refusals else "") for kind, size in largest.items())


class Relay:
    """Stands between a proxy and the server, and sees who ends an idle connection."""

    def __init__(self, port):
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port, self.server_port = self.listening.getsockname()[1], port
        self.last = 0.0
        self.seen = queue.Queue()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            near, _ = self.listening.accept()
            far = socket.create_connection(("127.0.0.1", self.server_port))
            threading.Thread(target=self.pass_on, args=(near, far, "the proxy"), daemon=True).start()
            threading.Thread(target=self.pass_on, args=(far, near, "the server"), daemon=True).start()

    def pass_on(self, source, target, whose):
        carried = False
        try:
            while data := source.recv(65536):
                carried = True
                self.last = time.monotonic()
                target.sendall(data)
        except OSError:
            pass
        if carried:
            self.seen.put((whose, time.monotonic() - self.last))
        try:
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # it has ended already


def drops_idle_connections(proxy, relay, patience):
    """Who ends an idle connection between the two, and after how long."""
    with Connection(proxy.port) as connection:
        expect(connection.ask(request("GET", "/idle")), "/idle")
        try:
            whose, after = relay.seen.get(timeout=patience)
        except queue.Empty:
            return f"idle connections stay for more than {patience} s"
    return f"idle connections are ended by {whose} after {after:.0f} s"


def races(proxy, waves=30, clients=30):
    """Waves of requests, with pauses about as long as the server lets connections be idle; counts those that are lost."""
    counts, lost = {"GET": 0, "POST": 0}, {"GET": [], "POST": []}
    lock, barrier = threading.Lock(), threading.Barrier(clients)

    def client(number):
        generator = random.Random(number)
        for wave in range(waves):
            if barrier.wait(120) == 0:
                time.sleep(0.95 + 1.15 * wave / waves)
            barrier.wait(120)
            method = generator.choice(["GET", "POST"])
            try:
                got = once(proxy.port, request(method, "/race", b"content" if method == "POST" else None, "Connection: close")).status
            except Lost as exception:
                got = str(exception)
            with lock:
                counts[method] += 1
                if got != 200:
                    lost[method].append(got)

    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return "at the server's idle time " + ", ".join(
        f"{len(lost[method])} of {counts[method]} {method}s lost" + (f" ({', '.join(sorted(set(map(str, lost[method]))))})" if lost[method] else "") for method in counts)

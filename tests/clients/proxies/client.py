"""A client that sends bytes as they are, and reads responses strictly."""
import socket
import time


class Lost(Exception):
    """There is no whole response: the connection ended, or nothing came in time."""

    def __init__(self, message, is_timeout=False):
        super().__init__(message)
        self.is_timeout = is_timeout


class Response:
    def __init__(self, status, fields, content, interim):
        self.status, self.fields, self.content, self.interim = status, fields, content, interim

    def __getitem__(self, name):
        return ", ".join(value for key, value in self.fields if key.lower() == name)

    @property
    def seen(self):
        """The target of the request that the server has answered; empty if the proxy has."""
        return self["x-seen"]

    @property
    def is_last(self):
        return "close" in self["connection"].lower()


class Connection:
    def __init__(self, port, timeout=30.0):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.timeout = timeout
        self.buffer = b""
        self.is_closed = False

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        """Sends as much as the other side takes; it may have answered and ended already."""
        try:
            self.socket.sendall(data)
            return True
        except OSError:
            return False

    def end(self):
        """Ends both directions, for whoever waits in one of them."""
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # it has ended already

    def fill(self):
        self.socket.settimeout(self.timeout)
        try:
            data = self.socket.recv(65536)
        except TimeoutError:
            raise Lost("nothing came", is_timeout=True) from None
        except OSError as exception:
            raise Lost(f"reset: {exception}") from None
        if not data:
            self.is_closed = True
            raise Lost("the end")
        self.buffer += data

    def until(self, end):
        while end not in self.buffer:
            self.fill()
        part, self.buffer = self.buffer.split(end, 1)
        return part

    def exactly(self, count):
        while len(self.buffer) < count:
            self.fill()
        part, self.buffer = self.buffer[:count], self.buffer[count:]
        return part

    def head(self):
        lines = self.until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        version, status = lines[0].split(" ")[:2]
        if not version.startswith("HTTP/1."):
            raise ValueError(f"no status line: {lines[0]!r}")
        return int(status), [tuple(part.strip() for part in line.split(":", 1)) for line in lines[1:]]

    def read(self, method="GET"):
        """The next final response; Lost if there is none."""
        interim = []
        while True:
            if b"HTTP/" not in self.buffer[:5]:
                self.exactly_peek(5)
            status, fields = self.head()
            if status >= 200 or status == 101:
                break
            interim.append(status)
        response = Response(status, fields, b"", interim)
        if method == "HEAD" or status in (101, 204, 304):
            return response
        if "chunked" in response["transfer-encoding"].lower():
            parts = []
            while (size := int(self.until(b"\r\n").split(b";")[0], 16)) > 0:
                parts.append(self.exactly(size))
                self.exactly(2)
            while self.until(b"\r\n"):
                pass
            response.content = b"".join(parts)
        elif response["content-length"]:
            response.content = self.exactly(int(response["content-length"].split(",")[0]))
        else:
            try:
                while True:
                    self.fill()
            except Lost:
                response.content, self.buffer = self.buffer, b""
                if not self.is_closed:
                    raise
        return response

    def exactly_peek(self, count):
        while len(self.buffer) < count:
            self.fill()

    def ask(self, request, method="GET"):
        self.send(request)
        return self.read(method)


def request(method, target, content=None, *lines, chunked=False):
    """The bytes of an ordinary request."""
    head = [f"{method} {target} HTTP/1.1", "Host: www.example.org", *lines]
    if content is None:
        return ("\r\n".join(head) + "\r\n\r\n").encode("latin-1")
    if chunked:
        head.append("Transfer-Encoding: chunked")
        content = chunks(content)
    else:
        head.append(f"Content-Length: {len(content)}")
    return ("\r\n".join(head) + "\r\n\r\n").encode("latin-1") + content


def echoed(content):
    """What the server answers to it."""
    return content or b"nothing\n"


def chunks(content, size=1000):
    parts = [content[i:i + size] for i in range(0, len(content), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def once(port, data, method="GET", timeout=30.0):
    with Connection(port, timeout) as connection:
        return connection.ask(data, method)


def eventually(condition, seconds):
    """Whether the condition came true, and after how long."""
    start = time.monotonic()
    while not condition():
        if time.monotonic() - start > seconds:
            return None
        time.sleep(0.01)
    return time.monotonic() - start

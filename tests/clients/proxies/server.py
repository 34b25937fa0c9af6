"""The program with PWB inside, and what it says that its handler has seen."""
import base64
import json
import os
import subprocess
import threading

from client import eventually, once, request


class Seen:
    """A request, as the handler saw it. Without a content, nobody has read any."""

    def __init__(self, note):
        self.number, self.method, self.target, self.connection = note["number"], note["method"], note["target"], note["connection"]
        fields = note["fields"]
        self.fields = list(zip(fields[::2], fields[1::2]))
        self.content = base64.b64decode(note["content"]) if "content" in note else None
        self.is_cut = note.get("cut", False)

    def all(self, name):
        return [value for key, value in self.fields if key.lower() == name]


class Server:
    def __init__(self, program, folder):
        self.path = os.path.join(folder, "pwb.sock")
        self.log = open(os.path.join(folder, "server.log"), "wb")
        self.process = subprocess.Popen([*program, self.path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log)
        ports = json.loads(self.process.stdout.readline())
        self.port, self.brisk = ports["port"], ports["brisk"]
        os.chmod(self.path, 0o666)  # for proxies that become another user
        self.lock = threading.Lock()
        self.requests, self.left, self.closed = [], set(), set()
        self.reader = threading.Thread(target=self.follow, daemon=True)
        self.reader.start()

    def follow(self):
        for line in self.process.stdout:
            note = json.loads(line)
            with self.lock:
                if "left" in note:
                    self.left.add(note["left"])
                elif "closed" in note:
                    self.closed.add(note["closed"])
                else:
                    self.requests.append(Seen(note))

    def take(self):
        """All requests since the last time. What has been answered by now is among them."""
        number = once(self.port, request("GET", "/sync"))["x-number"]
        if eventually(lambda: any(one.number == int(number) for one in self.requests), 60) is None:
            raise TimeoutError("the server does not say what it has seen")
        with self.lock:
            requests, self.requests = self.requests, []
        return [one for one in requests if one.target != "/sync"]

    def stop(self):
        self.process.stdin.close()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.reader.join(10)
        self.log.close()

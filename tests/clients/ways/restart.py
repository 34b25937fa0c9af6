"""A supervisor that holds a socket, and restarts the server on it under load: no client may be refused, reset or left unanswered.

systemd does the same for a service with a socket unit. (systemd-socket-activate becomes the program, so it holds no socket.)
"""
import http.client
import os
import signal
import socket
import sys
import threading
import time

RESTARTS, CLIENTS = 5, 8


def start(pwb, site, listening, notices, folder):
    pid = os.fork()
    if pid:
        return pid
    os.dup2(listening.fileno(), 3)
    os.set_inheritable(3, True)
    log = os.open(os.path.join(folder, "restart.log"), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    environment = dict(os.environ, LISTEN_FDS="1", LISTEN_PID=str(os.getpid()), NOTIFY_SOCKET=notices, WATCHDOG_USEC="4000000")
    os.execve(pwb, [pwb, "--listen", "fd:3", "--log-level", "warning", site], environment)


def await_notice(supervisor, expected):
    while (notice := supervisor.recv(100).decode()) != expected:
        if notice != "WATCHDOG=1":
            raise SystemExit(f"FAIL {expected} was to come, not {notice}")


def ask(port, failures, counts, over):
    while not over.is_set():
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            client.request("GET", "/", headers={"Connection": "close"})
            response = client.getresponse()
            if response.status != 200 or response.read() != b"the site\n":
                raise OSError(f"status {response.status}")
            counts.append(1)
        except Exception as exception:  # whatever it is, a client has lost something
            failures.append(repr(exception))
        finally:
            client.close()


def main():
    pwb, site, folder = sys.argv[1:]
    listening = socket.create_server(("127.0.0.1", 0), backlog=512)
    port = listening.getsockname()[1]
    supervisor = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notices = os.path.join(folder, "notify")
    supervisor.bind(notices)
    supervisor.settimeout(30)
    failures, counts, over = [], [], threading.Event()
    pid = start(pwb, site, listening, notices, folder)
    await_notice(supervisor, "READY=1")
    clients = [threading.Thread(target=ask, args=(port, failures, counts, over)) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    for _ in range(RESTARTS):
        time.sleep(1)
        os.kill(pid, signal.SIGTERM)
        await_notice(supervisor, "STOPPING=1")
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        if code != 0:
            raise SystemExit(f"FAIL the server ended with {code}")
        pid = start(pwb, site, listening, notices, folder)
        await_notice(supervisor, "READY=1")
    watchdog = supervisor.recv(100).decode()  # it is not silent in between
    over.set()
    for client in clients:
        client.join()
    os.kill(pid, signal.SIGTERM)
    os.waitpid(pid, 0)
    if failures or watchdog != "WATCHDOG=1":
        raise SystemExit(f"FAIL {len(failures)} of {len(counts) + len(failures)} requests: {failures[:3]}, {watchdog}")
    print(f"ok   {RESTARTS} restarts under load, {len(counts)} requests of {CLIENTS} clients, none lost; READY, STOPPING, WATCHDOG")


main()

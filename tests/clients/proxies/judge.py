"""Has each proxy that is installed stand between clients and a server with PWB inside: see `run`, beside it."""
import argparse
import concurrent.futures
import os
import sys
import threading

import framing
import life
from proxies import ALL
from server import Server

SEED = 18


class Report:
    """What came of one proxy, to be printed as a whole."""

    def __init__(self, label):
        self.label, self.lines, self.passed, self.failed = label, [], 0, 0

    def ok(self, what):
        self.passed += 1
        self.lines.append(f"ok   {self.label}: {what}")

    def fail(self, what):
        self.failed += 1
        self.lines.append(f"FAIL {self.label}: {what}")

    def seen(self, what):
        self.lines.append(f"seen {self.label}: {what}")

    def attempt(self, name, function, *arguments):
        try:
            seen = function(*arguments)
        except Exception as exception:  # whatever it is, it has failed
            self.fail(f"{name}: {type(exception).__name__} {exception}")
            return
        self.ok(name)
        if seen:
            self.seen(seen)


def frame(report, proxy, server, name, streams):
    problems, refused = framing.run(proxy, server, streams)
    for case, problem in problems[:10]:
        report.lines.append(f"     {problem}\n     {case.stream[:1500] if case else b''!r}")
    text = f"{name}: {len(streams)} streams" + (f", of which it refuses {refused} itself" if refused else "")
    if problems:
        report.fail(f"{text}, {len(problems)} wrong")
    else:
        report.ok(text)


def live(report, proxy, server, is_long):
    report.attempt("keep-alive", life.keeps_connections, proxy, server)
    report.attempt("pipelining", life.takes_pipelines, proxy, server)
    report.attempt("16 clients at once", life.mixes_up_nobody, proxy, server)
    report.attempt("10 MB chunked both ways", life.takes_large_content, proxy, server)
    report.attempt("100 (Continue)", life.says_continue, proxy, server)
    report.attempt("content with an expectation where it has no meaning", life.defends_expectations, proxy, server)
    report.attempt("early answers", life.relays_early_answers, proxy, server, 5 if is_long else 1)
    report.attempt("WebSocket", life.takes_web_sockets, proxy, server)
    report.attempt("the client's fields", life.names_the_client, proxy, server)
    report.attempt("large fields", life.limits_heads, proxy, server)
    report.attempt("events", life.passes_events, proxy, server, 70 if is_long else 2)
    report.attempt("the client's end", life.notices_the_end_when_sending, proxy, server)


def started(kind, folder, port, path=None):
    return kind(folder, port, path).start()


def judge(kind, program, folder, arguments):
    """All cases of one proxy: over TCP, and over a Unix domain socket where it can."""
    folder = os.path.join(folder, kind.program)
    os.makedirs(folder)
    os.chmod(folder, 0o755)
    report = Report(kind.name)
    server = Server(program, folder)
    try:
        in_order, broken, changed = framing.cases(arguments.mutations, arguments.seed)
        for path in [None, server.path] if kind.can_unix else [None]:
            proxy = kind(folder, server.port, path)
            report.label = proxy.label
            try:
                proxy.start()
                frame(report, proxy, server, "streams in order", in_order)
                if path is None or arguments.long:
                    frame(report, proxy, server, "broken streams", broken)
                    frame(report, proxy, server, f"changed streams (seed {arguments.seed})", changed)
                live(report, proxy, server, arguments.long)
            finally:
                proxy.stop()
            in_order, broken, changed = framing.cases(arguments.mutations, arguments.seed)
        report.label = kind.name
        if arguments.long:
            wait_long(report, kind, folder, server)
    except SystemExit as exception:
        report.fail(str(exception))
    except Exception as exception:  # whatever it is, the proxy's cases have failed
        report.fail(f"{type(exception).__name__} {exception}")
    finally:
        server.stop()
    return report


def wait_long(report, kind, folder, server):
    """What takes its time: whose idle connections end when, and what is lost at that moment."""
    relay = life.Relay(server.port)
    proxies = [kind(folder, relay.port), kind(folder, server.brisk)]
    try:
        for proxy in proxies:
            proxy.start()
        report.attempt("idle connections", life.drops_idle_connections, proxies[0], relay, 130)
        report.attempt("close races", life.races, proxies[1])
    finally:
        for proxy in proxies:
            proxy.stop()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program", nargs="+", help="the server")
    parser.add_argument("--folder", required=True)
    parser.add_argument("--only", action="append", help="the name of a proxy")
    parser.add_argument("--mutations", type=int, default=None)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--long", action="store_true")
    arguments = parser.parse_args()
    if arguments.mutations is None:
        arguments.mutations = 5000 if arguments.long else 150
    wanted = [kind for kind in ALL if not arguments.only or kind.name in arguments.only or kind.program in arguments.only]
    installed = [kind for kind in wanted if kind.is_installed()]
    for kind in wanted:
        if kind not in installed:
            print(f"{kind.name}: not installed")
    passed = failed = 0
    with concurrent.futures.ThreadPoolExecutor(9 if arguments.long else 5) as pool:
        for report in pool.map(lambda kind: judge(kind, arguments.program, arguments.folder, arguments), installed):
            print("\n".join(report.lines), flush=True)
            passed += report.passed
            failed += report.failed
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()

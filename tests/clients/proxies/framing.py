"""No stream of bytes may be framed in two ways by a proxy and the server.

Four signs of that, which need no clock: a request that the handler sees without the field that the proxy adds to those it knows of; that
field inside of a content; an answer that is to another request, or in another order than on the client's connection; a request
that is seen by the handler while its answer went to nobody.
"""
import re
import threading

import corpus
from client import Connection, Lost, echoed, once, request

THREADS = 8
TARGET = re.compile(r"/x/(\d+)\.\w*")


class Case:
    def __init__(self, number, make, requests=None):
        self.number, self.name = number, b"/x/%d" % number
        self.stream = make(self.name)
        self.expected = requests(self.name) if requests else None
        self.answers, self.end, self.problems = [], "", []

    def run(self, port):
        # Whoever gets no answer to a broken stream leaves after a while, which makes no case fail; one that is in order is waited for.
        with Connection(port, 30.0 if self.expected else 0.4) as connection:
            connection.send(self.stream)
            try:
                while True:
                    method = "HEAD" if self.stream.startswith(b"HEAD") else "GET"
                    self.answers.append(connection.read(method))
                    if self.answers[-1].status == 101:
                        return
            except Lost as lost:
                self.end = str(lost)
            except (ValueError, IndexError) as exception:
                self.problems.append(f"no response: {exception}")
        self.probe(port)

    def probe(self, port):
        """Whatever has become of the proxy's connections, the next client gets the answer to its own request, or an error of the proxy."""
        target = self.name.decode() + ".p"
        for _ in range(5):
            try:
                answer = once(port, request("GET", target, None, "Connection: close"))
            except Lost as lost:
                self.problems.append(f"the next client got nothing: {lost}")
                return
            if answer.seen == target and answer.status == 200:
                return
            if answer.seen:
                self.problems.append(f"the next client got the answer to {answer.seen}")
                return
        self.problems.append(f"the next client got {answer.status} five times")


def run(proxy, server, streams):
    """Sends the streams, several at a time, and returns what is wrong with which, and how many the proxy has refused itself."""
    waiting = list(reversed(streams))

    def work():
        while True:
            try:
                case = waiting.pop()
            except IndexError:
                return
            try:
                case.run(proxy.port)
            except Exception as exception:  # whatever it is, the case has failed
                case.problems.append(repr(exception))

    server.take()
    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seen = {one.number: one for one in server.take()}
    problems = [(None, problem) for one in seen.values() for problem in mark(proxy, one)]
    by_case = {}
    for one in seen.values():
        if match := TARGET.search(one.target):
            by_case.setdefault(int(match.group(1)), []).append(one)
    answered = {int(answer["x-number"]) for case in streams for answer in case.answers if answer.seen}
    for case in streams:
        compare(proxy, case, seen, [one for one in by_case.get(case.number, []) if not one.target.endswith(".p")], answered)
        problems += [(case, problem) for problem in case.problems]
    refused = sum(1 for case in streams if case.expected and any(not answer.seen and answer.status >= 400 for answer in case.answers))
    return problems, refused


def mark(proxy, one):
    """What tells that the proxy does not know of a request, or that it does of another inside of it."""
    if not one.all(proxy.mark):
        yield f"{one.method} {one.target} was seen, and the proxy knows nothing of it: {one.fields}"
    if proxy.mark.encode() + b":" in (one.content or b"").lower():
        yield f"{one.method} {one.target} has swallowed another request: {one.content[:300]}"


def compare(proxy, case, seen, own, answered):
    """Answers are to the client's own requests, in their order, and no request is seen whose answer went to nobody."""
    last = 0
    for answer in case.answers:
        if not answer.seen:
            continue
        one = seen.get(int(answer["x-number"]))
        if one is None or one.target != answer.seen or one.number <= last:
            case.problems.append(f"the answer to {answer.seen} came, number {answer['x-number']} after {last}")
            return
        if (match := TARGET.search(one.target)) and match.group().encode() not in b"".join(case.stream.split()):
            case.problems.append(f"the answer to {answer.seen} came, which this client has not asked")
        last = one.number
    targets = {answer.seen for answer in case.answers} # a change may have given another stream this one's number
    lost = [one.target for one in own
            if one.number not in answered and one.number < last and not one.is_cut and one.target not in targets]

    # A handler may have seen a request whose content turned out to be malformed. Its answer is then the server's 400.
    refusals = sum(1 for answer in case.answers if not answer.seen and answer.status >= 400)
    if len(lost) > refusals:
        case.problems.append(f"{lost} were seen and answered to nobody, and those behind them were")
    if case.expected:
        compare_exactly(case, [one for one in own if not one.is_cut], proxy)


def compare_exactly(case, own, proxy):
    """What the handler has seen is what was sent, up to where the proxy has refused."""
    kept = [one for one in own if not one.target.endswith(".z")]
    expected = [(method, target, b"" if method.decode() in proxy.dropped else content) for method, target, content in case.expected]
    is_refused = any(not answer.seen for answer in case.answers)
    for one, (method, target, content) in zip(kept, expected):
        if is_refused and proxy.completes_broken_content:
            break
        if (one.method, one.target) != (method.decode(), target.decode()) or one.content != content:
            case.problems.append(f"{method} {target} with {len(content)} bytes was sent, {one.method} {one.target} with {len(one.content or b'')} was seen")
    for answer, (_, _, content) in zip((answer for answer in case.answers if answer.seen), expected):
        if answer.content != echoed(content):
            case.problems.append(f"{answer.seen} has got {len(answer.content)} bytes of content, not {len(content)}")
    if len(kept) != len(case.expected) and not is_refused:
        case.problems.append(f"{len(case.expected)} requests were sent, {len(kept)} seen, {[answer.status for answer in case.answers]} answered, {case.end}")


def cases(mutations, seed):
    numbers = iter(range(1_000_000))
    in_order = [Case(next(numbers), one.make, one.requests) for one in corpus.exact()]
    makers = list(corpus.loose())
    broken = [Case(next(numbers), make) for make in makers]
    changed = [Case(next(numbers), make) for make in corpus.mutated(makers + [one.make for one in corpus.exact()], mutations, seed)]
    return in_order, broken, changed

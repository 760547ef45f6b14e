"""Connections of the prober: visits share them, other kinds do not, and a stale one says nothing."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipv6.verify.model import Answer, Probe
from jiyue.probe.agent.lanes import MANY, SECURE, lanes
from jiyue.probe.agent.work import Job
from jiyue.probe.runner import Runner

GIVEN = "HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n{more}\r\n{body}"


class Keeping:
    """Serves several requests per connection, no more than `most`; `script` says what comes back by path."""

    def __init__(self, most: int = 100) -> None:
        self.most, self.connections, self.requests = most, 0, 0
        self.sock = socket.create_server(("::1", 0), family=socket.AF_INET6)
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.sock.getsockname()[1])

    def _accept(self) -> None:
        while True:
            try:
                peer, _ = self.sock.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer: socket.socket) -> None:
        with peer, peer.makefile("rb") as stream:
            for _ in range(self.most):
                line = stream.readline()
                while line and stream.readline().strip():
                    pass
                if not line:
                    return
                self.requests += 1
                path = line.split(b" ")[1].decode()
                peer.sendall(self._answer(path).encode())
                if path == "/half":
                    return

    def _answer(self, path: str) -> str:
        match path:
            case "/chunks":
                return (
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=1\r\nde\r\n0\r\nT: 1\r\n\r\n"
                )
            case "/empty":
                return "HTTP/1.1 204 No Content\r\n\r\n"
            case "/closing":
                return GIVEN.format(size=2, more="Connection: close\r\n", body="ok")
            case "/more":
                return GIVEN.format(size=2, more="", body="ok and then some that nobody asked for")
            case "/half":
                return GIVEN.format(size=20, more="", body="half")
            case "/minus":
                return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nabc\r\n0\r\n\r\n"
        return GIVEN.format(size=len(path), more="", body=path)


@contextmanager
def keeping(most: int = 100) -> Iterator[Keeping]:
    server = Keeping(most)
    try:
        yield server
    finally:
        server.sock.close()


def asked(runner: Runner, server: Keeping, paths: list[str], kind: str = "visit") -> list[Answer]:
    """One after the other: every path twice in a row would be one probe."""
    probes = [Probe("here", kind, 6, "::1", server.port, "www.test", path=path, timeout=2.0) for path in paths]
    return runner.run("here", probes)


def texts(answers: list[Answer]) -> list[object]:
    return [answer.samples[-1].get("text", answer.samples[-1]["state"]) for answer in answers]


def test_visits_share_connections(runner: Runner) -> None:
    paths = [f"/{number}" for number in range(40)]
    with keeping() as server:
        assert texts(asked(runner, server, paths)) == paths
        assert (server.requests, server.connections <= 4) == (40, True)  # no more at once than courtesy allows


def test_other_kinds_open_one_for_each_sample(runner: Runner) -> None:
    with keeping() as server:
        assert texts(asked(runner, server, ["/1", "/2", "/3"], "http")) == ["/1", "/2", "/3"]
        assert server.connections == 3


@pytest.mark.parametrize("most", [1, 2, 3])
def test_a_server_that_hangs_up_after_some_is_no_failure(runner: Runner, most: int) -> None:
    paths = [f"/{number}" for number in range(30)]
    with keeping(most) as server:
        assert texts(asked(runner, server, paths)) == paths
        assert server.requests == 30


def test_every_way_to_end_a_body(runner: Runner) -> None:
    with keeping() as server:
        seen = texts(asked(runner, server, ["/chunks", "/empty", "/closing", "/more", "/last", "/minus"]))
    assert seen == ["abcde", "", "ok", "ok", "/last", ""]


def test_an_answer_that_breaks_off_is_one(runner: Runner) -> None:
    with keeping() as server:
        (broken,) = asked(runner, server, ["/half"])
        assert broken.samples[-1]["state"] == "error" and "EOFError" in str(broken.samples[-1]["error"])


class Peak:
    """Answers every connection after a moment and knows how many there were at once at most."""

    def __init__(self, address: str) -> None:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.sock = socket.create_server((address, 0), family=family, backlog=128)
        self.now, self.peak, self.served = 0, 0, 0
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                peer, _ = self.sock.accept()
            except OSError:
                return
            with self._lock:
                self.now += 1
                self.peak = max(self.peak, self.now)
            threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer: socket.socket) -> None:
        with peer:
            peer.recv(4096)
            time.sleep(0.002)
            with self._lock:
                self.now -= 1
                self.served += 1
            peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")


def test_two_processes_share_the_work_and_spare_every_target_as_one_does(runner: Runner) -> None:
    servers = {6: Peak("::1"), 4: Peak("127.0.0.1")}
    probes = [
        Probe("here", "http", family, address, servers[family].sock.getsockname()[1], "www.test", path=f"/{number}")
        for number in range(MANY // 2 + 10)
        for family, address in ((6, "::1"), (4, "127.0.0.1"))
    ]
    first, second = lanes([Job.read(place, probe.data()) for place, probe in enumerate(probes)])
    assert {job.address for job in first} == {"::1"} and {job.address for job in second} == {"127.0.0.1"}
    answers = runner.run("here", probes)
    assert {answer.samples[-1]["state"] for answer in answers} == {"ok"}
    for server in servers.values():
        server.sock.close()
        assert (server.served, server.peak <= 4) == (MANY // 2 + 10, True)


KINDS_ = ("http", "visit", "tls", "tcp", "dns", "walk", "timing")


@given(st.lists(st.tuples(st.sampled_from(KINDS_), st.integers(0, 9), st.booleans()), min_size=MANY, max_size=MANY + 9))
def test_no_target_of_handshakes_is_in_both_processes(made: list[tuple[str, int, bool]]) -> None:
    jobs = [
        Job.read(place, Probe("here", kind, 6, f"3fff::{target}", 443, alone=alone).data())
        for place, (kind, target, alone) in enumerate(made)
    ]
    first, second = lanes(jobs)
    assert sorted(job.id for job in (*first, *second)) == list(range(len(jobs)))
    assert {job.kind for job in second} <= SECURE and not any(job.alone for job in second)
    spared = {job.address for job in first if job.kind in SECURE and not job.alone}
    assert not spared & {job.address for job in second}

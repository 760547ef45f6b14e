"""The real prober against a hostile web server on loopback: every answer ends, in time and in bounded memory."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ipv6.verify.model import Answer, Probe
from jiyue.probe.agent.guard import barred
from jiyue.probe.agent.visit import HOPS
from jiyue.probe.agent.web import TRANSFER_LIMIT
from jiyue.probe.runner import Runner

MOVED = "HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n"
PLAIN = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {size}\r\n\r\n"
SIZE = TRANSFER_LIMIT + 1_000_000


def _answer(path: str, port: int) -> bytes:
    """What the server says first, by path."""
    here = f"http://www.test:{port}"
    match path:
        case "/circle":
            return MOVED.format(to="/circle").encode()
        case "/step":
            return MOVED.format(to="/page").encode()
        case "/literal":
            return MOVED.format(to="http://198.18.1.10/").encode()
        case "/inner":
            return MOVED.format(to="http://localhost:22/").encode()
        case "/file":
            return MOVED.format(to="file:///etc/passwd").encode()
        case "/page":
            return PLAIN.format(size=2).encode() + b"ok"
        case "/huge":
            return PLAIN.format(size=10 * 1024**3).encode() + b"x" * SIZE
        case "/garbage":
            return b"\x00\xff not http\r\n\r\n"
        case "/bomb":
            head = PLAIN.format(size=6).replace("\r\n\r\n", "\r\nContent-Encoding: gzip\r\n\r\n")
            return head.encode() + b"\x1f\x8bxxxx"
        case "/latin":
            return PLAIN.format(size=4).encode() + b"\xc4\xe3\xba\xc3"
        case _ if path.startswith("/far"):
            return MOVED.format(to=f"{here}{path}x").encode()
    return b""  # says nothing, for ever


@contextmanager
def hostile() -> Iterator[int]:
    """One thread per connection; ends with the test."""
    over = threading.Event()
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as server:
        server.settimeout(0.05)
        port = server.getsockname()[1]
        threads: list[threading.Thread] = []

        def talk(peer: socket.socket) -> None:
            with peer:
                try:
                    asked = peer.recv(4096).split(b" ")
                    said = _answer(asked[1].decode(), port) if len(asked) > 1 else b""
                    peer.sendall(said)
                    if not said:
                        over.wait(10)
                except OSError:
                    pass  # the prober has seen enough

        def serve() -> None:
            while not over.is_set():
                try:
                    peer, _ = server.accept()
                except TimeoutError:
                    continue
                threads.append(threading.Thread(target=talk, args=(peer,)))
                threads[-1].start()

        main = threading.Thread(target=serve)
        main.start()
        try:
            yield port
        finally:
            over.set()
            for thread in (main, *threads):
                thread.join()


@pytest.fixture
def seen(runner: Runner) -> dict[str, Answer]:
    paths = ("/circle", "/step", "/literal", "/inner", "/file", "/page", "/huge", "/garbage", "/bomb", "/latin", "/far")
    with hostile() as port:
        probes = [Probe("here", "visit", 6, "::1", port, "www.test", path=path, timeout=6.0) for path in paths]
        probes.append(Probe("here", "visit", 6, "::1", port, "www.test", path="/silent", timeout=0.4))
        answers = runner.run("here", probes)
    return dict(zip((*paths, "/silent"), answers, strict=True))


def test_every_hostile_answer_ends_with_a_reason(seen: dict[str, Answer]) -> None:
    said = {path: answer.samples[-1] for path, answer in seen.items()}
    assert said["/circle"]["state"] == "loop"
    assert (said["/far"]["state"], said["/far"]["error"]) == ("loop", f"{HOPS} redirects")
    assert (said["/step"]["status"], said["/step"]["text"]) == (200, "ok")
    assert said["/garbage"]["state"] == "error"
    assert said["/silent"]["state"] == "timeout"
    assert said["/huge"]["cut"] is True and said["/huge"]["size"] == TRANSFER_LIMIT
    assert len(str(said["/huge"]["text"])) <= 500_000
    assert said["/bomb"]["headers"] == {"content-type": "text/html", "content-encoding": "gzip", "content-length": "6"}
    assert "�" in str(said["/latin"]["text"])
    for path, where in (("/literal", "http://198.18.1.10/"), ("/inner", "http://localhost:22/")):
        assert said[path]["elsewhere"] == where and said[path]["status"] == 302
    assert said["/file"]["elsewhere"] == "file:///etc/passwd"


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.2.17.10", "172.31.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
     "::1", "::", "fe80::1", "fd00::1", "ff02::1", "fec0::1", "::ffff:10.0.0.1", "2002:a00:1::1", "64:ff9b::7f00:1",
     "::10.0.0.1", "fe80::1%eth0", "nonsense"],
)  # fmt: skip
def test_a_name_never_leads_inside(address: str) -> None:
    assert barred(address)


@pytest.mark.parametrize(
    "address", ["198.18.1.10", "3fff:ff1:100:1000::10", "2400:3200::1", "1.2.4.8", "64:ff9b::808:808"]
)
def test_public_and_laboratory_addresses_are_open(address: str) -> None:
    assert barred(address) == ""


def test_a_device_tells_its_sockets_and_nothing_that_was_not_foreseen(runner: Runner) -> None:
    with hostile() as port:
        listed, other, odd = runner.run(
            "here",
            [Probe("here", "facts", 6, name=name) for name in ("sockets", "sockets; id", "../../etc/passwd")],
        )
    assert f"00000000000000000000000001000000 {port:04X}" in str(listed.samples[0]["text"])
    assert {other.samples[0]["state"], odd.samples[0]["state"]} == {"error"}


def test_all_samples_are_taken_when_nothing_is_to_be_decided(runner: Runner) -> None:
    with hostile() as port:
        (answer,) = runner.run(
            "here", [Probe("here", "visit", 6, "::1", port, "www.test", path="/page", samples=4, need=0)]
        )
    assert [sample["status"] for sample in answer.samples] == [200] * 4

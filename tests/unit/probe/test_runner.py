"""The runner and the real prober against servers on loopback, and everything that can go wrong on the way."""

from __future__ import annotations

import hashlib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import dns.flags
import dns.message
import dns.rrset
import pytest

from ipv6.verify.model import Answer, Probe
from jiyue.probe.package import package
from jiyue.probe.runner import Runner
from lab.ca import Authority

PAGE = '<html><link rel="stylesheet" href="/a.css"><img src="http://198.18.1.10/x.png"><p>你好</p></html>'.encode()


class Pages(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path == "/chunked":
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"5\r\nhello\r\n6; x=y\r\n world\r\n0\r\n\r\n")
            return
        body = PAGE if self.path == "/" else b"p{}" if self.path == "/a.css" else self.headers["Host"].encode()
        self.send_response(200 if self.path in ("/", "/a.css", "/host") else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


class Server6(HTTPServer):
    address_family = socket.AF_INET6


@contextmanager
def serving(context: ssl.SSLContext | None = None) -> Iterator[int]:
    server = Server6(("::1", 0), Pages)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def listening(family: socket.AddressFamily, address: str) -> Iterator[int]:
    with socket.socket(family, socket.SOCK_STREAM) as sock:
        sock.bind((address, 0))
        sock.listen()
        yield sock.getsockname()[1]


def state(answer: Answer) -> object:
    assert answer.samples, answer.problem
    return answer.samples[-1]["state"]


def test_tcp_open_and_refused_per_family(runner: Runner) -> None:
    with listening(socket.AF_INET, "127.0.0.1") as port:
        four, six = runner.run(
            "here", [Probe("here", "tcp", 4, "127.0.0.1", port), Probe("here", "tcp", 6, "::1", port)]
        )
    assert state(four) == "open"
    assert state(six) == "refused"


def test_samples_stop_as_soon_as_it_is_decided(runner: Runner) -> None:
    with listening(socket.AF_INET, "127.0.0.1") as port:
        good, bad = runner.run(
            "here",
            [
                Probe("here", "tcp", 4, "127.0.0.1", port, samples=3, need=2),
                Probe("here", "tcp", 6, "::1", port, samples=3, need=2),
            ],
        )
    assert [sample["state"] for sample in good.samples] == ["open", "open"]
    assert [sample["state"] for sample in bad.samples] == ["refused", "refused"]


def test_the_prober_is_pushed_once_and_again_when_it_was_changed(runner: Runner, calls: Path, tmp_path: Path) -> None:
    probe = Probe("here", "tcp", 4, "127.0.0.1", 1)
    runner.run("here", [probe])
    assert len(calls.read_text().split()) == 3  # asked, pushed, run
    runner.run("here", [probe])
    assert len(calls.read_text().split()) == 4
    (held,) = (tmp_path / "remote").glob("*.pyz")
    held.write_bytes(b"something else")
    (answer,) = runner.run("here", [probe])
    assert state(answer) == "refused"
    assert hashlib.sha256(held.read_bytes()).hexdigest() == package().digest


def test_http_by_address_with_host_and_kept_body(runner: Runner, tmp_path: Path) -> None:
    with serving() as port:
        page, host, chunked, lost = runner.run(
            "here",
            [
                Probe("here", "http", 6, "::1", port, "www.test"),
                Probe("here", "http", 6, "::1", port, "www.test", path="/host"),
                Probe("here", "http", 6, "::1", port, "www.test", path="/chunked"),
                Probe("here", "http", 6, "::1", port, "www.test", path="/nothing"),
            ],
        )
    sample = page.samples[0]
    assert (sample["status"], sample["size"], sample["text"]) == (200, len(PAGE), PAGE.decode())
    assert sample["sha256"] == hashlib.sha256(PAGE).hexdigest()
    assert (tmp_path / "evidence" / str(sample["sha256"])).read_bytes() == PAGE
    assert (tmp_path / "evidence" / page.evidence).is_file()
    assert host.samples[0]["text"] == f"www.test:{port}"
    assert chunked.samples[0]["text"] == "hello world"
    assert lost.samples[0]["status"] == 404


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority.create("test CA", datetime.now(UTC))


def test_tls_verifies_name_and_authority(runner: Runner, authority: Authority, tmp_path: Path) -> None:
    pair = authority.issue("www.test", datetime.now(UTC), sans=["www.test"])
    (tmp_path / "pair.pem").write_text(pair.certificate + pair.key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "pair.pem")
    trusting = Runner(tmp_path / "ssh_config", ca=authority.pair.certificate, folder=str(tmp_path / "remote"))
    with serving(context) as port:
        asked = [
            Probe("here", "tls", 6, "::1", port, "www.test"),
            Probe("here", "tls", 6, "::1", port, "other.test"),
            Probe("here", "tls", 6, "::1", port, "www.test", version="TLSv1.1"),
        ]
        good, wrong, old = trusting.run("here", asked)
        (untrusted,) = runner.run("here", asked[:1])
    assert good.samples[0]["state"] == "ok" and good.samples[0]["names"] == ["www.test"]
    assert good.samples[0]["days"] in (396, 397)
    assert wrong.samples[0]["state"] == "bad" and "other.test" in str(wrong.samples[0]["error"])
    assert old.samples[0]["state"] != "ok"
    assert untrusted.samples[0]["state"] == "bad"


@contextmanager
def name_server() -> Iterator[int]:
    """Answers any AAAA with one native and one IPv4-mapped address, authoritatively and with AD."""
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock:
        sock.bind(("::1", 0))
        sock.settimeout(10)

        def serve() -> None:
            data, peer = sock.recvfrom(2048)
            query = dns.message.from_wire(data)
            reply = dns.message.make_response(query)
            reply.flags |= dns.flags.AA | dns.flags.AD
            name = query.question[0].name
            reply.answer.append(dns.rrset.from_text(name, 300, "IN", "AAAA", "3fff::1", "::ffff:198.18.1.10"))
            sock.sendto(reply.to_wire(), peer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield sock.getsockname()[1]
        finally:
            thread.join()


def test_dns_by_address_tells_flags_ttl_and_data(runner: Runner) -> None:
    with name_server() as port:
        (answer,) = runner.run("here", [Probe("here", "dns", 6, "::1", port, "www.test", qtype="AAAA")])
    sample = answer.samples[0]
    assert (sample["rcode"], sample["aa"], sample["ad"], sample["ttl"]) == ("NOERROR", True, True, 300)
    assert sample["rdata"] == ["3fff::1", "::ffff:198.18.1.10"]


def test_a_probe_without_an_address_is_not_measured(runner: Runner) -> None:
    (answer,) = runner.run("here", [Probe("here", "tcp", 6, "", 443)])
    assert answer == Answer(problem="no address to try", evidence=answer.evidence)


def test_an_unknown_namespace_and_an_unknown_kind_are_not_measured(runner: Runner) -> None:
    lost, odd = runner.run(
        "here", [Probe("here", "tcp", 4, "127.0.0.1", 1, netns="no-such"), Probe("here", "telepathy", 4, "127.0.0.1")]
    )
    assert "namespace no-such" in lost.problem and not lost.samples
    assert "does not know 'telepathy'" in odd.problem


@pytest.mark.parametrize(
    ("host", "says"),
    [
        ("gone", "unreachable over SSH: ssh: connect to host gone port 22: No route to host"),
        ("broken", "the prober ended with 3: no such interpreter"),
        ("garbled", "the prober gave no answer"),
    ],
)
def test_a_host_that_fails_leaves_every_probe_unmeasured(runner: Runner, host: str, says: str) -> None:
    answers = runner.run_all([Probe(host, "tcp", 4, "127.0.0.1", port) for port in (1, 2)])
    assert [answer.problem for answer in answers.values()] == [says, says]
    assert not any(answer.samples for answer in answers.values())


def test_no_ssh_configuration_means_the_environment_is_not_up(tmp_path: Path) -> None:
    (answer,) = Runner(tmp_path / "none").run("here", [Probe("here", "tcp", 4, "127.0.0.1", 1)])
    assert "the environment is not up" in answer.problem


def test_the_package_is_the_same_bytes_each_time() -> None:
    first = package()
    package.cache_clear()
    assert package() == first
    assert first.digest == hashlib.sha256(first.content).hexdigest()

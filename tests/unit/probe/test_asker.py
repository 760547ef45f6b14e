"""Many questions to servers on loopback that lose, forge, cut and refuse."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

import dns.flags
import dns.message
import dns.rrset
import pytest

from jiyue.probe.agent import wire
from jiyue.probe.agent.asker import Asker
from jiyue.probe.agent.resolve import questions
from jiyue.probe.agent.work import Job, Run

Send = Callable[[bytes], None]


def reply(query: bytes, *texts: str) -> bytes:
    """A proper answer."""
    message = dns.message.from_wire(query)
    answer = dns.message.make_response(message)
    if texts:
        answer.answer.append(dns.rrset.from_text(message.question[0].name, 60, "IN", "AAAA", *texts))
    return answer.to_wire(max_size=65_535)


class Server(asyncio.DatagramProtocol):
    """Counts the questions and lets `act` answer."""

    def __init__(self, act: Callable[[int, bytes, Send], None]) -> None:
        self.act, self.seen = act, 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.seen += 1
        self.act(self.seen, data, lambda message: self.transport.sendto(message, addr))  # type: ignore[attr-defined]


async def ask(
    act: Callable[[int, bytes, Send], None], count: int = 1, timeout: float = 1.0
) -> tuple[list[bytes | BaseException], Server]:
    """`count` questions to one server; the answers in the order in which they came."""
    loop = asyncio.get_running_loop()
    transport, server = await loop.create_datagram_endpoint(lambda: Server(act), ("127.0.0.1", 0))
    port = transport.get_extra_info("sockname")[1]
    asker, heard, done = Asker(window=8, gap=0.0), [], asyncio.Event()

    def take(answer: bytes | BaseException) -> None:
        heard.append(answer)
        if len(heard) == count:
            done.set()

    for number in range(count):
        asker.put(wire.question(f"site{number}.test", "AAAA", True), "127.0.0.1", port, False, timeout, take)
    await done.wait()
    asker.close()
    transport.close()
    return heard, server


def test_every_question_is_answered_once() -> None:
    """More questions than the window holds."""
    heard, server = asyncio.run(ask(lambda _, data, send: send(reply(data, "3fff::1")), count=100))
    assert len(heard) == 100 == server.seen
    assert all(isinstance(one, bytes) for one in heard)


def test_a_lost_datagram_is_asked_for_again() -> None:
    """The first of two is dropped."""
    heard, server = asyncio.run(ask(lambda n, data, send: send(reply(data)) if n > 1 else None))
    assert server.seen == 2
    assert isinstance(heard[0], bytes)


def test_silence_is_a_timeout() -> None:
    """Nobody answers."""
    heard, server = asyncio.run(ask(lambda *_: None, timeout=0.2))
    assert isinstance(heard[0], TimeoutError)
    assert server.seen == 2


def test_a_forged_answer_does_not_end_the_question() -> None:
    """Wrong id, other question, not a response, too short: the true answer still counts."""

    def act(_: int, data: bytes, send: Send) -> None:
        true = reply(data, "3fff::1")
        send(bytes([true[0] ^ 1]) + true[1:])
        send(
            reply(
                dns.message.make_query("evil.test", "AAAA", id=int.from_bytes(data[:2], "big")).to_wire(), "3fff::bad"
            )
        )
        send(data)
        send(b"x")
        send(true)

    heard, _ = asyncio.run(ask(act))
    assert isinstance(heard[0], bytes)
    section = wire.asked(wire.question("site0.test", "AAAA", True))
    assert wire.read(heard[0], section, "AAAA").rdata == ["3fff::1"]


def test_a_closed_port_is_told_at_once() -> None:
    """ICMP says that nobody listens."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    lines: list[dict[str, object]] = []
    run = Run("", lines.append, set())
    fields = {"netns": "", "path": "/", "tls": False, "version": "", "samples": 1, "need": 1}
    job = Job(0, "dns", 4, "127.0.0.1", port, "a.test", qtype="AAAA", timeout=2.0, **fields)  # type: ignore[arg-type]
    odd = Job(1, "dns", 4, "127.0.0.1", port, "a..test", qtype="AAAA", timeout=2.0, **fields)  # type: ignore[arg-type]

    async def both() -> None:
        await questions([job, odd], run)
        run.close()

    asyncio.run(both())
    by_job = {line["job"]: line for line in lines}
    assert by_job[0]["samples"][0]["state"] == "refused"  # type: ignore[index]
    assert "no plain domain name" in str(by_job[1]["problem"])


@pytest.mark.parametrize("broken", [False, True])
def test_a_cut_answer_is_asked_for_over_tcp(broken: bool) -> None:
    """The whole answer comes over TCP on the same port; a server without TCP is an error, never an empty answer."""

    async def run() -> bytes | BaseException:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            query = await reader.readexactly(int.from_bytes(await reader.readexactly(2), "big"))
            whole = reply(query, *(f"3fff::{n:x}" for n in range(1, 60)))
            writer.write(len(whole).to_bytes(2, "big") + whole)
            writer.close()

        tcp = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = tcp.sockets[0].getsockname()[1]
        if broken:
            tcp.close()

        def act(_: int, data: bytes, send: Send) -> None:
            answer = dns.message.make_response(dns.message.from_wire(data))
            answer.flags |= dns.flags.TC
            send(answer.to_wire())

        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: Server(act), ("127.0.0.1", port))
        heard: asyncio.Future[bytes | BaseException] = loop.create_future()
        asker = Asker()
        asker.put(wire.question("a.test", "AAAA", True), "127.0.0.1", port, False, 2.0, heard.set_result)
        try:
            return await heard
        finally:
            asker.close()
            transport.close()
            tcp.close()

    answer = asyncio.run(run())
    if broken:
        assert isinstance(answer, ConnectionRefusedError)
    else:
        assert isinstance(answer, bytes)
        section = wire.asked(wire.question("a.test", "AAAA", True))
        assert len(wire.read(answer, section, "AAAA").rdata) == 59

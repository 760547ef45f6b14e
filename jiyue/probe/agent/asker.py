"""Many DNS questions at once: one connected UDP socket per server, answers matched by id and question.

Several questions are in flight per server, no more than its window; a lost datagram is asked for once more at half of
the time, a truncated answer over TCP (RFC 7766). Nothing here falls back to the other family.
"""

from __future__ import annotations

import asyncio
import random
import socket
import struct
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from . import wire

_ID = struct.Struct("!H")
_SWEEP = 0.05
_BUFFER = 4_000_000
_DRAIN = 200

Heard = Callable[["bytes | BaseException"], None]
"""Takes the answer, or why there is none: TimeoutError, OSError."""


@dataclass(slots=True)
class Flight:
    """One question on its way; times are seconds of the monotonic clock, `timeout` seconds in all."""

    query: bytes
    section: bytes
    heard: Heard
    timeout: float
    again: float = 0.0
    end: float = 0.0


@dataclass
class Line:
    """The questions to one server. `window` in flight at once, `gap` seconds between two."""

    address: str
    port: int
    window: int
    gap: float
    ids: random.SystemRandom = field(default_factory=random.SystemRandom)
    waiting: deque[Flight] = field(default_factory=deque)
    flying: dict[int, Flight] = field(default_factory=dict)
    sock: socket.socket | None = None
    next: float = 0.0
    timer: asyncio.TimerHandle | None = None
    pacer: asyncio.TimerHandle | None = None

    def put(self, flight: Flight) -> None:
        """Queue a question and send what may be sent."""
        self.waiting.append(flight)
        self.pump()

    def pump(self) -> None:
        """Send while there is room in the window and the server's gap allows it."""
        loop = asyncio.get_running_loop()
        while self.waiting and len(self.flying) < self.window and not self.pacer:
            now = time.monotonic()
            if self.gap and now < self.next:
                self.pacer = loop.call_later(self.next - now, self._paced)
                return
            self.next = now + self.gap
            flight = self.waiting.popleft()
            flight.end, flight.again = now + flight.timeout, now + flight.timeout / 2
            number = self.ids.getrandbits(16)
            while number in self.flying:
                number = self.ids.getrandbits(16)
            self.flying[number] = flight
            try:
                self._open().send(_ID.pack(number) + flight.query)
            except BlockingIOError:
                flight.again = now + _SWEEP
            except OSError as error:
                self._fail(number, error)
                continue
            if not self.timer:
                self.timer = loop.call_later(_SWEEP, self._sweep)

    def _paced(self) -> None:
        self.pacer = None
        self.pump()

    def _open(self) -> socket.socket:
        if self.sock is None:
            family = socket.AF_INET6 if ":" in self.address else socket.AF_INET
            sock = socket.socket(family, socket.SOCK_DGRAM)
            sock.setblocking(False)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
            try:
                sock.connect((self.address, self.port))
            except OSError:
                sock.close()
                raise
            asyncio.get_running_loop().add_reader(sock, self._read)
            self.sock = sock
        return self.sock

    def _read(self) -> None:
        assert self.sock is not None
        for _ in range(_DRAIN):
            try:
                message = self.sock.recv(65_535)
            except BlockingIOError:
                break
            except OSError as error:  # told by ICMP: it concerns everything under way to this server
                lost, self.flying = self.flying, {}
                for one in lost.values():
                    one.heard(error)
                break
            number = _ID.unpack_from(message)[0] if len(message) >= 12 else -1
            flight = self.flying.get(number)
            if flight is None or not wire.answers(message, flight.section):
                continue  # late, or nobody's: a forged answer must not end the question
            del self.flying[number]
            if wire.truncated(message):
                self._tasks(flight)
            else:
                flight.heard(message)
        self.pump()

    def _tasks(self, flight: Flight) -> None:
        task = asyncio.ensure_future(over_tcp(self.address, self.port, flight))
        task.add_done_callback(lambda done: flight.heard(done.exception() or done.result()))

    def _fail(self, number: int, error: BaseException) -> None:
        self.flying.pop(number).heard(error)

    def _sweep(self) -> None:
        self.timer = None
        now = time.monotonic()
        for number, flight in list(self.flying.items()):
            if now >= flight.end:
                self._fail(number, TimeoutError())
            elif now >= flight.again and self.sock is not None:
                flight.again = flight.end
                try:
                    self.sock.send(_ID.pack(number) + flight.query)
                except BlockingIOError:
                    flight.again = now
                except OSError as error:
                    self._fail(number, error)
        self.pump()
        if self.flying and not self.timer:
            self.timer = asyncio.get_running_loop().call_later(_SWEEP, self._sweep)

    def close(self) -> None:
        """Give the socket back; nothing may be in flight any more."""
        for handle in (self.timer, self.pacer):
            if handle:
                handle.cancel()
        if self.sock is not None:
            asyncio.get_running_loop().remove_reader(self.sock)
            self.sock.close()


class Asker:
    """Every server's line; `window` and `gap` for servers by address, `resolver` is the window of the own resolver."""

    def __init__(self, window: int = 4, gap: float = 0.005, resolver: int = 256) -> None:
        self._window, self._gap, self._resolver = window, gap, resolver
        self._lines: dict[tuple[str, int], Line] = {}

    def put(self, query: bytes, server: str, port: int, own: bool, timeout: float, heard: Heard) -> None:
        """Ask; `heard` is called once, from the running loop."""
        line = self._lines.get((server, port))
        if line is None:
            line = Line(server, port, self._resolver if own else self._window, 0.0 if own else self._gap)
            self._lines[server, port] = line
        line.put(Flight(query, wire.asked(query), heard, timeout))

    def close(self) -> None:
        """Close every socket."""
        for line in self._lines.values():
            line.close()


async def over_tcp(address: str, port: int, flight: Flight) -> bytes:
    """The same question over TCP; TimeoutError, OSError or EOFError."""
    async with asyncio.timeout(flight.timeout):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        reader, writer = await asyncio.open_connection(address, port, family=family)
        try:
            query = _ID.pack(random.SystemRandom().getrandbits(16)) + flight.query
            writer.write(_ID.pack(len(query)) + query)
            message = await reader.readexactly(_ID.unpack(await reader.readexactly(2))[0])
        finally:
            writer.transport.abort()
    if message[:2] != query[:2] or not wire.answers(message, flight.section):
        raise wire.Malformed("the answer over TCP is to another question")
    return message

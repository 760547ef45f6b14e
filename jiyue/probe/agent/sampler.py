"""Measures IPv4 all the time until nobody listens any more: a page per site and echoes per group, each loss told.

What never answered cannot be lost.

Request: `{"ca": PEM, "sample": {"seconds": n, "pages": [[name, address, port], ...], "groups": [[address, ...], ...],
"page_every": s, "rate": echoes per second and group, "patience": s}}`. Answers, one line a second:
`{"beat": UTC seconds, "pages": answered or lost so far, "echoes": the same, "lost": [loss, ...]}`; a loss is
`{"at": UTC seconds, "kind": "page" or "echo", "name": ..., "address": ..., "state": ..., "ms": ...}`.
"""

from __future__ import annotations

import asyncio
import os
import socket
import struct
import time
from collections.abc import Callable
from typing import Any

from .sockets import checksum
from .web import http
from .work import Job, Run

BEAT = 1.0
ROUND = 1 << 16
BUFFER = 1 << 20
"""Bytes of answers that may wait while this program does not run: some thousand."""
LATE = 0.1
"""Seconds of sleeping too long that are the machine's usual."""


class Sampler:
    """One run; `emit` writes a line and raises BrokenPipeError when the controller is gone."""

    def __init__(self, request: dict[str, Any], emit: Callable[[dict[str, Any]], None]) -> None:
        wanted = request["sample"]
        self.pages = [(str(name), str(address), int(port)) for name, address, port in wanted["pages"]]
        self.groups = [[str(address) for address in group] for group in wanted["groups"] if group]
        self.every, self.rate = float(wanted["page_every"]), float(wanted["rate"])
        self.patience, self.seconds = float(wanted["patience"]), float(wanted["seconds"])
        self.emit = emit
        self.run = Run(str(request.get("ca", "")), lambda line: None, set())
        self.counts = {"page": 0, "echo": 0}
        self.lost: list[dict[str, Any]] = []
        self.waiting: dict[int, tuple[float, str]] = {}
        self.alive: set[str] = set()
        self.sequence = int.from_bytes(os.urandom(2), "big")
        self.identity = int.from_bytes(os.urandom(2), "big")

    async def measure(self) -> None:
        """Until `seconds` are over or nobody reads."""
        loop = asyncio.get_running_loop()
        with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as sock:
            sock.setblocking(False)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
            self.sock = sock
            loop.add_reader(sock, self._heard, sock)
            tasks = [loop.create_task(self._page(n, *page)) for n, page in enumerate(self.pages)]
            tasks += [loop.create_task(self._echoes(sock, n, group)) for n, group in enumerate(self.groups)]
            try:
                await self._beats()
            except BrokenPipeError:
                pass
            finally:
                for task in tasks:
                    task.cancel()
                loop.remove_reader(sock)

    async def _beats(self) -> None:
        end = time.monotonic() + self.seconds
        while time.monotonic() < end:
            before = time.monotonic()
            await asyncio.sleep(BEAT)
            self._heard(self.sock)
            self._overdue(max(0.0, time.monotonic() - before - BEAT))
            lost, self.lost = self.lost, []
            counts = {"pages": self.counts["page"], "echoes": self.counts["echo"]}
            self.emit({"beat": round(time.time(), 3), **counts, "lost": lost})

    def _miss(self, at: float, kind: str, name: str, address: str, state: str, ms: float) -> None:
        loss = {"kind": kind, "name": name, "address": address, "state": state, "ms": ms}
        self.lost.append({"at": round(at, 3), **loss})

    async def _page(self, number: int, name: str, address: str, port: int) -> None:
        """One page every `every` seconds, spread over the second so that they do not all come at once."""
        job = Job(number, "http", 4, address, port, name, "", "", "/", port == 443, "", self.patience, 1, 1)
        due = time.monotonic() + self.every * number / max(1, len(self.pages))
        usual = None
        while True:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            at, due = time.time(), max(due + self.every, time.monotonic())
            sample = await http(job, self.run)
            self.counts["page"] += 1
            status = sample.get("status")
            usual = usual or status
            if usual and status != usual:
                said = f"status {status}" if status else str(sample["state"])
                self._miss(at, "page", name, address, said, float(sample["ms"]))

    async def _echoes(self, sock: socket.socket, number: int, group: list[str]) -> None:
        """`rate` echoes a second to the addresses of one group in turn."""
        pause, turn = 1 / self.rate, 0
        due = time.monotonic() + pause * number / max(1, len(self.groups))
        while True:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            due = max(due + pause, time.monotonic() - 1)
            address, turn = group[turn % len(group)], turn + 1
            self.sequence = (self.sequence + 1) % ROUND
            self.counts["echo"] += 1
            packet = struct.pack("!BBHHH", 8, 0, 0, self.identity, self.sequence) + b"jiyue"
            packet = packet[:2] + struct.pack("!H", checksum(packet)) + packet[4:]
            self.waiting[self.sequence] = (time.time(), address)
            try:
                sock.sendto(packet, (address, 0))
            except OSError as error:
                at, _ = self.waiting.pop(self.sequence)
                self._silent(at, address, error.strerror or "not sent", 0.0)

    def _heard(self, sock: socket.socket) -> None:
        """Take everything that has come: what lies in the socket is an answer, however late we look."""
        while True:
            try:
                data = sock.recv(2048)
            except OSError:
                return
            body = data[(data[0] & 15) * 4 :]
            if len(body) >= 8 and body[0] == 0:
                identity, sequence = struct.unpack("!HH", body[4:8])
                if identity == self.identity:
                    _, address = self.waiting.pop(sequence, (0.0, ""))
                    self.alive.add(address)

    def _overdue(self, late: float) -> None:
        """What waits too long is lost; the time that this program itself did not get to run does not count."""
        if late > LATE:
            self.waiting = {sequence: (at + late, address) for sequence, (at, address) in self.waiting.items()}
        now = time.time()
        for sequence, (at, address) in list(self.waiting.items()):
            if now - at > self.patience:
                del self.waiting[sequence]
                self._silent(at, address, "timeout", round((now - at) * 1000, 1))

    def _silent(self, at: float, address: str, state: str, ms: float) -> None:
        if address in self.alive:
            self._miss(at, "echo", "", address, state, ms)


def sample(request: dict[str, Any], emit: Callable[[dict[str, Any]], None]) -> None:
    """Run it; KeyError, TypeError or ValueError for a request that is none."""
    asyncio.run(Sampler(request, emit).measure())

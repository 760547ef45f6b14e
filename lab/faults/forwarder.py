"""The program on the host behind `lab.faults.line`: standard library only, one process per line.

Usage: forwarder.py INTERFACE TAP MARK SEED LINE(JSON). Reads frames from the tap it makes, sends them out of the
interface after the line's delay (jitter may change their order), and drops those that the seeded chance or the size
says.
"""

from __future__ import annotations

import fcntl
import heapq
import json
import os
import random
import select
import socket
import struct
import sys
import time
from pathlib import Path

TUNSETIFF = 0x400454CA
IFF_TAP, IFF_NO_PI = 0x0002, 0x1000
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1
ETHERNET = 14
WAITING = 20_000
"""Frames that wait at most; a real queue overflows as well."""


class Schedule:
    """When each frame leaves: pure, so that a seed gives the same again."""

    def __init__(self, seed: int, delay_ms: float, jitter_ms: float, loss: float, rate_kbit: int, largest: int) -> None:
        self._chance = random.Random(seed)
        self._delay, self._jitter, self._loss = delay_ms / 1000, jitter_ms / 1000, loss / 100
        self._seconds_per_byte = 8 / (rate_kbit * 1000) if rate_kbit else 0.0
        self._largest = largest
        self._free = 0.0

    def leaves(self, now: float, size: int) -> float | None:
        """The time at which a frame of `size` bytes that came at `now` (seconds) goes out, None when it is lost."""
        lost = self._chance.random() < self._loss
        late = self._chance.random() * self._jitter
        if lost or (self._largest and size - ETHERNET > self._largest):
            return None
        self._free = max(self._free, now) + size * self._seconds_per_byte
        return self._free + self._delay + late


def open_tap(name: str) -> int:
    """Make the tap device and set it up."""
    tap = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    fcntl.ioctl(tap, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TAP | IFF_NO_PI))
    disable = Path(f"/proc/sys/net/ipv6/conf/{name}/disable_ipv6")
    if disable.exists():
        disable.write_text("1")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = struct.pack("16sH22x", name.encode(), 0)
        flags = struct.unpack("16sH22x", fcntl.ioctl(control, SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sH22x", name.encode(), flags | IFF_UP))
    return tap


def main(argv: list[str]) -> None:
    """Forward until killed; a file `ready` beside the program says that it has begun."""
    interface, name, mark, seed, line = argv
    schedule = Schedule(int(seed), **json.loads(line))
    tap = open_tap(name)
    out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    out.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, int(mark))
    out.bind((interface, 0))
    Path(__file__).with_name("ready").touch()
    queue: list[tuple[float, int, bytes]] = []
    number = 0
    while True:
        wait = max(0.0, queue[0][0] - time.monotonic()) if queue else None
        readable, _, _ = select.select([tap], [], [], wait)
        for _ in range(64 if readable else 0):
            try:
                frame = os.read(tap, 65536)
            except BlockingIOError:
                break
            number += 1
            at = schedule.leaves(time.monotonic(), len(frame))
            if at is not None and len(queue) < WAITING:
                heapq.heappush(queue, (at, number, frame))
        now = time.monotonic()
        while queue and queue[0][0] <= now:
            try:
                out.send(heapq.heappop(queue)[2])
            except OSError:
                continue  # the interface is down, or the frame does not fit: a line has no way to complain


if __name__ == "__main__":
    main(sys.argv[1:])

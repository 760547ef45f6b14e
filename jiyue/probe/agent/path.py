"""The largest IPv4 packet that reaches an address unfragmented (RFC 1191), by echoes with "don't fragment" set."""

from __future__ import annotations

import asyncio
import os
import socket
import struct
import time

from .sockets import checksum
from .work import Job, Run, Sample, elapsed, failure

MTU_DISCOVER, PROBE_ONLY, MTU = 10, 3, 14
"""Linux's IP_MTU_DISCOVER, IP_PMTUDISC_PROBE (DF set, what the kernel has learnt is not believed) and IP_MTU."""
HEADERS = 28
"""Bytes of IPv4 and ICMP in front of an echo's data."""
STEPS = (1500, 1480, 1400, 1280, 576)
"""Sizes (bytes) tried below the link's own: Ethernet, one tunnel, common overlays, the smallest of IPv6 and of IPv4."""
WAIT = 0.6
TRIES = 3
"""Echoes of one size before it counts as too large: a smaller size than before takes a wave back."""


async def path(job: Job, run: Run) -> Sample:
    """`reply` with the size that came back, `timeout` when not even the smallest did."""
    started = time.monotonic()
    try:
        size = await largest(job.address)
    except OSError as error:
        return failure(error, started)
    return {"state": "reply" if size else "timeout", "ms": elapsed(started), "mtu": size}


async def largest(address: str) -> int:
    """Bytes of the largest IPv4 packet that is answered, the outgoing link's size first; 0 for none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.connect((address, 9))
        link = sock.getsockopt(socket.IPPROTO_IP, MTU)
    for size in (link, *(step for step in STEPS if step < link)):
        for _ in range(TRIES):
            if await _echo(address, size):
                return size
    return 0


async def _echo(address: str, size: int) -> bool:
    identity = int.from_bytes(os.urandom(2), "big")
    packet = struct.pack("!BBHHH", 8, 0, 0, identity, 1) + bytes(max(0, size - HEADERS))
    packet = packet[:2] + struct.pack("!H", checksum(packet)) + packet[4:]
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as sock:
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_IP, MTU_DISCOVER, PROBE_ONLY)
        sock.connect((address, 0))
        try:
            await loop.sock_sendall(sock, packet)
            await asyncio.wait_for(_answer(sock, identity, len(packet)), WAIT)
        except (TimeoutError, OSError):  # too big for the link, or nobody answers
            return False
    return True


async def _answer(sock: socket.socket, identity: int, length: int) -> None:
    loop = asyncio.get_running_loop()
    while True:
        data = await loop.sock_recv(sock, 70_000)
        body = data[(data[0] & 15) * 4 :]
        if len(body) == length and body[0] == 0 and struct.unpack("!H", body[4:6])[0] == identity:
            return

"""The path MTU to an IPv6 address: unfragmented echoes of chosen sizes, and what routers say to them (RFC 8201)."""

from __future__ import annotations

import asyncio
import os
import socket
import struct
import time

from .work import Job, Run, Sample, elapsed, failure

LEAST = 1280
"""What every IPv6 link carries (RFC 8200, section 5)."""
HEADERS = 48
"""Bytes of the IPv6 and the ICMPv6 echo header."""
# Linux names that Python's socket module lacks.
IPV6_MTU_DISCOVER, IPV6_PMTUDISC_PROBE, IPV6_RECVERR, IPV6_DONTFRAG = 23, 3, 25, 62
STEPS = 6


async def mtu(job: Job, run: Run) -> Sample:
    """Sizes are of whole packets, up to `size`. `largest` is the greatest that was answered, `told` the MTU that a
    Packet Too Big named (0: none came), `small` whether an echo of LEAST bytes was answered."""
    started = time.monotonic()
    told = 0
    try:
        with _open(job.address) as sock:
            passed, told = await _echo(sock, job.size, job.timeout)
            if passed:
                return {"state": "reply", "ms": elapsed(started), "largest": job.size, "told": 0, "small": True}
            small, other = await _echo(sock, LEAST, job.timeout)
            told = told or other
            if not small:
                return {"state": "timeout", "ms": elapsed(started), "largest": 0, "told": told, "small": False}
            low, high = LEAST, job.size
            if told and LEAST < told < job.size:  # a router said how much it takes: only that has to be shown
                if (await _echo(sock, told, job.timeout))[0]:
                    low = high = told
                else:
                    high = told
            for _ in range(STEPS):
                if high - low <= 8:
                    break
                middle = (low + high) // 2
                passed, other = await _echo(sock, middle, job.timeout / 2)
                told = told or other
                low, high = (middle, high) if passed else (low, middle)
    except OSError as error:
        return failure(error, started)
    return {"state": "reply", "ms": elapsed(started), "largest": low, "told": told, "small": True}


def _open(address: str) -> socket.socket:
    sock = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
    sock.setblocking(False)
    sock.setsockopt(socket.IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_PROBE)
    sock.setsockopt(socket.IPPROTO_IPV6, IPV6_DONTFRAG, 1)
    sock.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVERR, 1)
    sock.connect((address, 0))
    return sock


async def _echo(sock: socket.socket, size: int, timeout: float) -> tuple[bool, int]:
    """(answered, MTU that somebody told); tried twice, since one lost packet is no hole."""
    identity = int.from_bytes(os.urandom(2), "big")
    packet = struct.pack("!BBHHH", 128, 0, 0, identity, 1) + bytes(max(0, size - HEADERS))
    told = 0
    for _ in range(2):
        try:
            sock.send(packet)
        except OSError:  # an error about an earlier packet is told by the next call
            told = told or _told(sock)
            continue
        try:
            await asyncio.wait_for(_answer(sock, identity), timeout / 2)
            return True, told
        except TimeoutError:
            told = told or _told(sock)
            if told:
                break
    return False, told


async def _answer(sock: socket.socket, identity: int) -> None:
    loop = asyncio.get_running_loop()
    while True:
        try:
            data = await loop.sock_recv(sock, 70_000)
        except OSError:
            raise TimeoutError from None
        if len(data) >= 8 and data[0] == 129 and struct.unpack("!H", data[4:6])[0] == identity:
            return


def _told(sock: socket.socket) -> int:
    """The MTU in the newest Packet Too Big of the socket's error queue; 0 without any."""
    found = 0
    while True:
        try:
            _, ancillary, _, _ = sock.recvmsg(2048, 512, socket.MSG_ERRQUEUE | socket.MSG_DONTWAIT)
        except OSError:
            return found
        for level, kind, data in ancillary:
            if level == socket.IPPROTO_IPV6 and kind == IPV6_RECVERR and len(data) >= 16:
                _, origin, icmp, _, _, info, _ = struct.unpack("=IBBBBII", data[:16])
                if origin == 3 and icmp == 2:  # from ICMPv6, Packet Too Big
                    found = info

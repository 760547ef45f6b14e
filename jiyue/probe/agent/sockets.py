"""TCP, UDP and echo at one address over the stated family; nothing here ever falls back to the other."""

from __future__ import annotations

import asyncio
import os
import socket
import struct
import time

from .work import Job, Run, Sample, elapsed, failure


def _family(job: Job) -> socket.AddressFamily:
    return socket.AF_INET6 if job.family == 6 else socket.AF_INET


async def tcp(job: Job, run: Run) -> Sample:
    """Connect: `open`, `refused`, `timeout`, `unreachable`."""
    started = time.monotonic()
    with socket.socket(_family(job), socket.SOCK_STREAM) as sock:
        sock.setblocking(False)
        try:
            await asyncio.wait_for(asyncio.get_running_loop().sock_connect(sock, (job.address, job.port)), job.timeout)
        except (TimeoutError, OSError) as error:
            return failure(error, started)
        return {"state": "open", "ms": elapsed(started), "local": sock.getsockname()[0]}


async def udp(job: Job, run: Run) -> Sample:
    """Send a datagram (a DNS query for the root at port 53): `answer`, `refused` (port unreachable) or `timeout`."""
    started = time.monotonic()
    query = b"\x4a\x59\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x01"
    with socket.socket(_family(job), socket.SOCK_DGRAM) as sock:
        sock.setblocking(False)
        loop = asyncio.get_running_loop()
        try:
            sock.connect((job.address, job.port))
            for wait in (job.timeout / 2, job.timeout / 2):
                await loop.sock_sendall(sock, query)
                try:
                    await asyncio.wait_for(loop.sock_recv(sock, 4096), wait)
                    return {"state": "answer", "ms": elapsed(started)}
                except TimeoutError:
                    continue
        except OSError as error:
            return failure(error, started)
    return {"state": "timeout", "ms": elapsed(started)}


async def ping(job: Job, run: Run) -> Sample:
    """One echo (ICMP, RFC 792; ICMPv6, RFC 4443), repeated once: `reply`, `timeout` or `unreachable`."""
    started = time.monotonic()
    six = job.family == 6
    protocol = socket.IPPROTO_ICMPV6 if six else socket.IPPROTO_ICMP
    request, reply = (128, 129) if six else (8, 0)
    identity = int.from_bytes(os.urandom(2), "big")
    packet = struct.pack("!BBHHH", request, 0, 0, identity, 1) + b"jiyue"
    if not six:  # the kernel fills in the checksum of ICMPv6 only
        packet = packet[:2] + struct.pack("!H", checksum(packet)) + packet[4:]
    loop = asyncio.get_running_loop()
    with socket.socket(_family(job), socket.SOCK_RAW, protocol) as sock:
        sock.setblocking(False)
        try:
            sock.connect((job.address, 0))  # raw: only fixes the target, never waits
            for wait in (job.timeout / 2, job.timeout / 2):
                await loop.sock_sendall(sock, packet)
                try:
                    await asyncio.wait_for(_reply(sock, six, reply, identity), wait)
                    return {"state": "reply", "ms": elapsed(started)}
                except TimeoutError:
                    continue
        except OSError as error:
            return failure(error, started)
    return {"state": "timeout", "ms": elapsed(started)}


async def _reply(sock: socket.socket, six: bool, wanted: int, identity: int) -> None:
    loop = asyncio.get_running_loop()
    while True:
        data = await loop.sock_recv(sock, 2048)
        body = data if six else data[(data[0] & 15) * 4 :]
        if len(body) >= 8 and body[0] == wanted and struct.unpack("!H", body[4:6])[0] == identity:
            return


def checksum(data: bytes) -> int:
    """The internet checksum (RFC 1071)."""
    padded = data + b"\0" * (len(data) % 2)
    total: int = sum(struct.unpack(f"!{len(padded) // 2}H", padded))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF

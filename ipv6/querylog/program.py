"""Writes one line for every question that a name server reports over dnstap; runs on the server's own python3.

Usage: querylog.py SOCKET LOG BYTES RESERVE. SOCKET is a Unix socket (Frame Streams, as Knot's mod-dnstap speaks them);
LOG is opened again when somebody has renamed it. It is bounded: above BYTES in one file, or with less than RESERVE
percent of the disk free, questions are counted only, and the count is written as soon as there is room. Knot never
waits for it. A line is `TIME CLIENT PORT PROTOCOL NAME TYPE`; what stands in a name is escaped, so it stays one line.
Standard library only.
"""

from __future__ import annotations

import asyncio
import os
import re
import struct
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

ACCEPT, START, STOP, READY, FINISH = 1, 2, 3, 4, 5
CONTENT = b"protobuf:dnstap.Dnstap"
MOST = 1 << 17
"""Bytes of the longest frame: a question over TCP has 65,535 at most."""
EVERY = 0.5
PROTOCOLS = {1: "udp", 2: "tcp", 3: "tls", 4: "https"}
TYPES = {1: "A", 2: "NS", 5: "CNAME", 6: "SOA", 12: "PTR", 15: "MX", 16: "TXT", 28: "AAAA", 33: "SRV", 35: "NAPTR",
         43: "DS", 46: "RRSIG", 47: "NSEC", 48: "DNSKEY", 50: "NSEC3", 51: "NSEC3PARAM", 52: "TLSA", 59: "CDS",
         60: "CDNSKEY", 64: "SVCB", 65: "HTTPS", 251: "IXFR", 252: "AXFR", 255: "ANY", 257: "CAA"}  # fmt: skip
_PLAIN = re.compile(rb"[A-Za-z0-9_*-]")


def fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Number and value of every field of a protobuf message; ValueError when it is none."""
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        kind = tag & 7
        if kind == 0:
            value, at = _varint(data, at)
            yield tag >> 3, value
            continue
        size = {1: 8, 5: 4}.get(kind, -1)
        if kind == 2:
            size, at = _varint(data, at)
        if size < 0 or at + size > len(data):
            raise ValueError(f"field of kind {kind} and {size} bytes")
        yield tag >> 3, data[at : at + size]
        at += size


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 64, 7):
        if at >= len(data):
            raise ValueError("cut short")
        byte, at = data[at], at + 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise ValueError("number of more than 64 bits")


def line(frame: bytes) -> str:
    """The line of one dnstap frame; ValueError for what is no question, OverflowError or OSError for no time."""
    message = dict(fields(_bytes(dict(fields(frame)), 14)))
    asked, client = _bytes(message, 10), _bytes(message, 4)
    when = datetime.fromtimestamp(_number(message, 8), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    protocol = PROTOCOLS.get(_number(message, 3), "other")
    name, kind = question(asked)
    return f"{when} {ip_address(client)} {_number(message, 6)} {protocol} {name} {kind}\n"


def _bytes(message: dict[int, int | bytes], field: int) -> bytes:
    value = message.get(field)
    if not isinstance(value, bytes):
        raise ValueError("no question in it")
    return value


def _number(message: dict[int, int | bytes], field: int) -> int:
    value = message.get(field, 0)
    if not isinstance(value, int):
        raise ValueError(f"field {field} is no number")
    return value


def question(message: bytes) -> tuple[str, str]:
    """Name and type that a DNS message asks for (RFC 1035 4.1.2, types as RFC 3597 5); ValueError without one."""
    if len(message) < 12 or message[4:6] == b"\0\0":
        raise ValueError("no question in it")
    labels, at = list[str](), 12
    while True:
        size = message[at] if at < len(message) else 64
        label = message[at + 1 : at + 1 + size]
        if size > 63 or len(label) != size:
            raise ValueError("a name that is none")
        at += 1 + size
        if not size:
            break
        labels.append("".join(chr(one) if _PLAIN.match(bytes([one])) else f"\\{one:03d}" for one in label))
    if len(message) < at + 4:
        raise ValueError("cut short")
    (kind,) = struct.unpack_from("!H", message, at)
    return ".".join([*labels, ""]) if labels else ".", TYPES.get(kind, f"TYPE{kind}")


class Log:
    """The file: lines are collected and written every EVERY seconds."""

    def __init__(self, path: str, most: int, reserve: int) -> None:
        self._path, self._most, self._reserve = path, most, reserve
        self._handle = -1
        self._waiting: list[str] = []
        self.lost = 0
        self.open()

    def open(self) -> None:
        """Open it, anew when somebody has renamed it."""
        with suppress(FileNotFoundError):
            if self._handle >= 0 and Path(self._path).stat().st_ino == os.fstat(self._handle).st_ino:
                return
        handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o640)
        if self._handle >= 0:
            os.close(self._handle)
        self._handle = handle

    def add(self, text: str) -> None:
        """One more line."""
        self._waiting.append(text)

    def flush(self) -> None:
        """Write what waits, as far as there is room; OSError is no reason to end, the next one may succeed."""
        lines, self._waiting = self._waiting, []
        try:
            self.open()
            room = self._room()
            if self.lost and room:
                lines.insert(0, f"# {self.lost} questions were not written: no room, or not to be read\n")
            data = "".join(lines).encode("ascii")
            if len(data) > room:
                self.lost += sum(not one.startswith("#") for one in lines)
            elif data:
                os.write(self._handle, data)
                self.lost = 0
        except OSError as error:
            self.lost += len(lines)
            sys.stderr.write(f"{self._path}: {error.strerror}\n")

    def _room(self) -> int:
        disk = os.fstatvfs(self._handle)
        spare = disk.f_bavail - disk.f_blocks * self._reserve // 100
        return max(0, min(self._most - os.fstat(self._handle).st_size, spare * disk.f_frsize))


async def serve(path: str, log: Log) -> None:
    """Take connections for ever."""
    with suppress(FileNotFoundError):
        Path(path).unlink()
    server = await asyncio.start_unix_server(lambda reader, writer: _conversation(reader, writer, log), path)
    Path(path).chmod(0o660)
    async with server:
        while True:
            await asyncio.sleep(EVERY)
            log.flush()


async def _conversation(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, log: Log) -> None:
    """One Frame Streams connection, of either kind; what breaks the rules ends it, the server connects again."""
    try:
        while True:
            (size,) = struct.unpack("!I", await reader.readexactly(4))
            if size:
                if size > MOST:
                    return
                try:
                    log.add(line(await reader.readexactly(size)))
                except (ValueError, OverflowError, OSError):
                    log.lost += 1
                continue
            (size,) = struct.unpack("!I", await reader.readexactly(4))
            if not 4 <= size <= 512:
                return
            (kind,) = struct.unpack_from("!I", await reader.readexactly(size))
            if kind == READY:
                field = struct.pack("!II", 1, len(CONTENT)) + CONTENT
                writer.write(struct.pack("!III", 0, 4 + len(field), ACCEPT) + field)
            elif kind == STOP:
                writer.write(struct.pack("!III", 0, 4, FINISH))
                await writer.drain()
                return
            elif kind != START:
                return
    except (asyncio.IncompleteReadError, ConnectionError):
        return
    finally:
        writer.close()


def main(argv: list[str]) -> int:
    """Run until it is ended; 2 for wrong words."""
    try:
        path, file, most, reserve = argv
        log = Log(file, int(most), int(reserve))
    except (ValueError, OSError) as error:
        sys.stderr.write(f"usage: querylog.py SOCKET LOG BYTES RESERVE ({error})\n")
        return 2
    asyncio.run(serve(path, log))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

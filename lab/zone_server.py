"""Answers TCP connections in the named network namespaces of a zone host; run there by the host's own python3.

Usage: zone_server.py ZONES.json READY. ZONES is a list of {"zone", "netns" (or null), "ports"}. Every connection, over
either family, gets one line `zone=<zone> host=<host>` and is closed. READY is written when all sockets listen.
Standard library only; works on Python 3.9 and newer.
"""

from __future__ import annotations

import asyncio
import ctypes
import json
import os
import socket
import sys
from pathlib import Path

_CLONE_NEWNET = 0x40000000
_BACKLOG = 64


def enter(descriptor: int) -> None:
    """Move this thread into the network namespace behind `descriptor`; OSError when the kernel refuses."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(descriptor, _CLONE_NEWNET) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def listeners(port: int) -> list[socket.socket]:
    """Listening sockets on 0.0.0.0 and, where the namespace has IPv6, on [::] without mapped addresses."""
    made = []
    for family, address in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
        if family == socket.AF_INET6 and not _has_ipv6():
            continue
        sock = socket.socket(family, socket.SOCK_STREAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind((address, port))
        sock.listen(_BACKLOG)
        sock.setblocking(False)
        made.append(sock)
    return made


def _has_ipv6() -> bool:
    path = Path("/proc/self/net/if_inet6")
    return path.exists() and bool(path.read_text().strip())


def open_all(zones: list[dict[str, object]]) -> list[tuple[bytes, socket.socket]]:
    """Every socket of `zones` with the line it answers; this thread ends in the namespace it came from."""
    host = socket.gethostname()
    home = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    made: list[tuple[bytes, socket.socket]] = []
    for zone in zones:
        line = f"zone={zone['zone']} host={host}\n".encode()
        if zone["netns"]:
            there = os.open(f"/run/netns/{zone['netns']}", os.O_RDONLY | os.O_CLOEXEC)
            enter(there)
            os.close(there)
        ports = zone["ports"]
        assert isinstance(ports, list)
        made.extend((line, sock) for port in ports for sock in listeners(int(port)))
        enter(home)
    os.close(home)
    return made


async def serve(sockets: list[tuple[bytes, socket.socket]], ready: Path) -> None:
    """Answer for ever."""

    async def one(line: bytes, sock: socket.socket) -> None:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                writer.write(line)
                await writer.drain()
                writer.close()
                await writer.wait_closed()
            except OSError:
                pass  # the other side left first, which is its right

        server = await asyncio.start_server(answer, sock=sock)
        await server.serve_forever()

    ready.write_text("ready\n")
    await asyncio.gather(*(one(line, sock) for line, sock in sockets))


def main() -> None:
    """Read the list, open everything, then serve."""
    zones = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    asyncio.run(serve(open_all(zones), Path(sys.argv[2])))


if __name__ == "__main__":
    main()

"""The one door from the lab's nodes to the control plane: their 127.0.0.1:PORT is the machine's 127.0.0.1:PORT.

A listening socket belongs to the network namespace in which it was made: each is made inside a node, then served from
out here. Nothing is added to the machine's namespace, and no route leads anywhere.
Started by `lab.runtime` as `python -m lab.api_gate PORT SUPERVISOR NODE_PID...`; ends with the supervisor.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import socket
import sys
from contextlib import suppress

HOME = "/proc/self/ns/net"
CHUNK = 65536


def listener(pid: int, port: int) -> socket.socket:
    """A socket that listens on 127.0.0.1:`port` in the network namespace of process `pid`."""
    home = os.open(HOME, os.O_RDONLY | os.O_CLOEXEC)
    there = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    try:
        _enter(there)
        try:
            return socket.create_server(("127.0.0.1", port), backlog=128)
        finally:
            _enter(home)
    finally:
        os.close(there)
        os.close(home)


def _enter(descriptor: int) -> None:
    """setns(2) of this thread; Python has os.setns from 3.12 on."""

    library = ctypes.CDLL(None, use_errno=True)
    if library.setns(descriptor, 0x40000000) != 0:  # CLONE_NEWNET
        raise OSError(ctypes.get_errno(), "setns")


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
    with suppress(OSError):
        writer.close()


async def serve(port: int, supervisor: int, pids: list[int]) -> None:
    """Relay until the process `supervisor` is gone."""

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            back, forth = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            writer.close()
            return
        await asyncio.gather(_copy(reader, forth), _copy(back, writer))

    servers = [await asyncio.start_server(relay, sock=listener(pid, port)) for pid in pids]
    gone = asyncio.Event()
    asyncio.get_running_loop().add_reader(os.pidfd_open(supervisor), gone.set)
    await gone.wait()
    for server in servers:
        server.close()


def main() -> None:
    """Parse the numbers and serve; nothing is served unless whoever started us has recorded us."""
    if not sys.stdin.readline():
        return
    port, supervisor, *pids = map(int, sys.argv[1:])
    asyncio.run(serve(port, supervisor, pids))


if __name__ == "__main__":
    main()

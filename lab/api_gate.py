"""The one door from the lab's nodes to the control plane: their 127.0.0.1:PORT is the machine's 127.0.0.1:PORT.

A listening socket belongs to the network namespace in which it was made: each is made inside a node, then served from
out here. Nothing is added to the machine's namespace, and no route leads anywhere.
All platforms of the lab share one control plane, so kube-proxy would answer for everybody's Services. It gets a door of
its own (127.0.0.1:`PROXY_PORT`, its certificate stays out here) that shows it those of its own platform, as its own
cluster would; the others take the road through firewalls and routers.
Started by `lab.runtime` as `python -m lab.api_gate PORT SUPERVISOR PKI PID=PLATFORM...`; ends with the supervisor.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import socket
import ssl
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit

from .kube_api import DEDICATED

PROXY_PORT = 6444
"""Where a node's kube-proxy finds its own platform's Services."""
NARROWED = ("/services", "/endpointslices")

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


def narrowed(head: bytes, platform: str) -> bytes:
    """A request's head as the kube-proxy of `platform` sends it, asking for that platform's Services only."""
    line, rest = head.split(b"\r\n", 1)
    method, target, version = line.decode("ascii").split(" ", 2)
    place = urlsplit(target)
    if place.path.endswith(NARROWED):
        query = parse_qsl(place.query, keep_blank_values=True)
        own = f"{DEDICATED}={platform}"
        held = [value for key, value in query if key == "labelSelector" and value]
        others = [(key, value) for key, value in query if key != "labelSelector"]
        target = f"{place.path}?{urlencode([*others, ('labelSelector', ','.join([*held, own]))])}"
    return f"{method} {target} {version}\r\n".encode() + rest


def length_of(head: bytes) -> int:
    """Bytes of the body that follows a request's head."""
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


async def _requests(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, platform: str) -> None:
    """Hand on one request after the other; whatever is not HTTP/1.1 with a known length ends the connection."""
    with suppress(OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            writer.write(narrowed(head, platform) + await reader.readexactly(length_of(head)))
            await writer.drain()
    with suppress(OSError):
        writer.close()


@dataclass(frozen=True, slots=True)
class Node:
    """A real node: its process 1 as this machine numbers it, and the platform that it is kept for."""

    pid: int
    platform: str


async def serve(port: int, supervisor: int, nodes: Sequence[Node], tls: ssl.SSLContext) -> None:
    """Relay until the process `supervisor` is gone."""

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            back, forth = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            writer.close()
            return
        await asyncio.gather(_copy(reader, forth), _copy(back, writer))

    def narrow(platform: str) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
        async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                back, forth = await asyncio.open_connection("127.0.0.1", port, ssl=tls)
            except OSError:
                writer.close()
                return
            await asyncio.gather(_requests(reader, forth, platform), _copy(back, writer))

        return relay

    servers = []
    for node in nodes:
        servers.append(await asyncio.start_server(relay, sock=listener(node.pid, port)))
        servers.append(await asyncio.start_server(narrow(node.platform), sock=listener(node.pid, PROXY_PORT)))
    gone = asyncio.Event()
    asyncio.get_running_loop().add_reader(os.pidfd_open(supervisor), gone.set)
    await gone.wait()
    for server in servers:
        server.close()


def main() -> None:
    """Parse the words and serve; nothing is served unless whoever started us has recorded us."""
    if not sys.stdin.readline():
        return
    port, supervisor, pki, *nodes = sys.argv[1:]
    tls = ssl.create_default_context(cafile=f"{pki}/ca.crt")
    tls.load_cert_chain(f"{pki}/kube-proxy.crt", f"{pki}/kube-proxy.key")
    pairs = [word.split("=", 1) for word in nodes]
    asyncio.run(serve(int(port), int(supervisor), [Node(int(pid), platform) for pid, platform in pairs], tls))


if __name__ == "__main__":
    main()

"""Stands in for the edge of a platform's cluster where no pod runs: hands connections on to the host of the sites.

Usage: edge_stand_in.py ORIGINS.json. It is run by the host's own python3. ORIGINS is {"sites": {name: addresses},
"other": addresses}, addresses being [IPv4, IPv6] where a site is served (empty: nowhere yet); it is read again for
every connection, because IPv6 comes later. What arrives at port 80 or 443 of either family goes to the site that it
asks for (RFC 6066 or the Host header), in the same family, unread otherwise. Standard library only.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import ssl
import sys
from pathlib import Path

PATIENCE = 5.0
LONGEST = 1 << 14
SECURE = 443


async def asked(reader: asyncio.StreamReader, secure: bool) -> tuple[str, bytes]:
    """The name of the site that a visitor asks for ("" when it says none), and all that was read to know it."""
    greeting, seen = Greeting(), b""
    while len(seen) < LONGEST:
        read = await asyncio.wait_for(reader.read(4096), PATIENCE)
        seen += read
        name = greeting.name(read) if secure else host_of(seen)
        if name is not None or not read:
            return (name or "").lower(), seen
    return "", seen


class Greeting:
    """Reads a TLS greeting as far as its name; nothing is answered."""

    def __init__(self) -> None:
        self._name = ""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.sni_callback = self._called
        self._incoming = ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, ssl.MemoryBIO(), server_side=True)

    def _called(self, _tls: ssl.SSLObject, name: str | None, _context: ssl.SSLContext) -> int:
        self._name = name or ""
        return int(ssl.ALERT_DESCRIPTION_INTERNAL_ERROR)

    def name(self, read: bytes) -> str | None:
        """The name once it is known, "" when there will be none, None while more has to be read."""
        self._incoming.write(read)
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            return None
        except ssl.SSLError:
            pass
        return self._name


def host_of(seen: bytes) -> str | None:
    """The host of an HTTP request; None while its head is not whole."""
    head, whole, _ = seen.partition(b"\r\n\r\n")
    if not whole:
        return None
    for line in head.decode("latin-1").split("\r\n")[1:]:
        key, _, value = line.partition(":")
        if key.strip().lower() == "host":
            return value.strip().partition(":")[0]
    return ""


def origin(path: Path, name: str, six: bool) -> str:
    """Where that site is served in that family; "" while it is nowhere."""
    listed = json.loads(path.read_text(encoding="utf-8"))
    addresses = listed["sites"].get(name, listed["other"])
    return str(addresses[int(six)])


async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Copy until one side has said everything, and say so to the other."""
    with contextlib.suppress(OSError):
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
        writer.write_eof()


def log(text: str) -> None:
    """One line of the log."""
    sys.stdout.write(f"edge: {text}\n")
    sys.stdout.flush()


async def hand(path: Path, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One visitor."""
    port = writer.get_extra_info("sockname")[1]
    peer = writer.get_extra_info("peername")[0]
    six = writer.get_extra_info("socket").family == socket.AF_INET6
    onward = None
    try:
        name, seen = await asked(reader, port == SECURE)
        if seen and (address := origin(path, name, six)):
            answers, onward = await asyncio.wait_for(asyncio.open_connection(address, port), PATIENCE)
            log(f"{peer} to {address} for {name or 'no name'}")
            onward.write(seen)
            await asyncio.gather(pipe(reader, onward), pipe(answers, writer))
    except (OSError, ValueError, KeyError) as error:
        log(f"{peer}: {error!r}")
    finally:
        for one in (writer, onward):
            if one is not None:
                one.close()
                with contextlib.suppress(OSError):
                    await one.wait_closed()


async def serve(path: Path) -> None:
    """Answer for ever."""
    servers = []
    for family, anywhere in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
        for port in (80, SECURE):
            server = await asyncio.start_server(lambda r, w: hand(path, r, w), anywhere, port, family=family)
            servers.append(server.serve_forever())
    await asyncio.gather(*servers)


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))

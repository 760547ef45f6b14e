"""Which local addresses really listen, from /proc/net."""

from __future__ import annotations

import ipaddress
import sys
from pathlib import Path

_LISTEN, _UNCONNECTED = "0A", "07"


def listening(protocol: str) -> frozenset[tuple[str, int]]:
    """Every (address, port) that is bound and listening, `protocol` being tcp or udp."""
    state = _LISTEN if protocol == "tcp" else _UNCONNECTED
    found = set()
    for table in (protocol, f"{protocol}6"):
        path = Path("/proc/net") / table
        for line in path.read_text().splitlines()[1:] if path.exists() else ():
            words = line.split()
            if words[3] == state:
                address, port = words[1].split(":")
                found.add((decode(address), int(port, 16)))
    return frozenset(found)


def decode(text: str) -> str:
    """An address as /proc/net writes it: 32-bit words in the machine's byte order."""
    raw = bytes.fromhex(text)
    words = [raw[at : at + 4] for at in range(0, len(raw), 4)]
    if sys.byteorder == "little":
        words = [word[::-1] for word in words]
    return str(ipaddress.ip_address(b"".join(words)))


def missing(wanted: tuple[tuple[str, int], ...], protocol: str) -> tuple[tuple[str, int], ...]:
    """The wanted sockets that nothing listens on; a wildcard of the same family counts."""
    have = listening(protocol)
    return tuple(
        (address, port)
        for address, port in wanted
        if (address, port) not in have and ("::" if ":" in address else "0.0.0.0", port) not in have
    )


def label(address: str, port: int) -> str:
    """`address:port` as a person writes it."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"

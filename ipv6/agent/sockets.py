"""Which local addresses a program really listens on, from /proc."""

from __future__ import annotations

import ipaddress
import os
import re
import sys

from ipv6.agent.host import exists, listed, read

_LISTEN, _UNCONNECTED = "0A", "07"
_SOCKET = re.compile(r"socket:\[(\d+)\]")


def running(pid_file: str) -> str:
    """The process id that the file names, empty when no such process lives."""
    pid = (read(pid_file) or "").strip()
    return pid if pid.isdigit() and exists(f"/proc/{pid}") else ""


def listening(protocol: str, pid: str) -> frozenset[tuple[str, int]]:
    """Every (address, port) that the process is bound to and listens on, `protocol` being tcp or udp."""
    state = _LISTEN if protocol == "tcp" else _UNCONNECTED
    inodes = _inodes(pid)
    found = set()
    for table in (protocol, f"{protocol}6"):
        for line in (read(f"/proc/net/{table}") or "").splitlines()[1:]:
            words = line.split()
            if words[3] == state and words[9] in inodes:
                address, port = words[1].split(":")
                found.add((decode(address), int(port, 16)))
    return frozenset(found)


def _inodes(pid: str) -> frozenset[str]:
    """The sockets a process holds."""
    found = set()
    for name in listed(f"/proc/{pid}/fd") if pid else ():
        try:
            match = _SOCKET.fullmatch(os.readlink(f"/proc/{pid}/fd/{name}"))
        except OSError:  # closed meanwhile
            continue
        if match:
            found.add(match[1])
    return frozenset(found)


def decode(text: str) -> str:
    """An address as /proc/net writes it: 32-bit words in the machine's byte order."""
    raw = bytes.fromhex(text)
    words = [raw[at : at + 4] for at in range(0, len(raw), 4)]
    if sys.byteorder == "little":
        words = [word[::-1] for word in words]
    return str(ipaddress.ip_address(b"".join(words)))


def missing(wanted: tuple[tuple[str, int], ...], protocol: str, pid: str) -> tuple[tuple[str, int], ...]:
    """The wanted sockets that the process does not listen on; a wildcard of the same family counts."""
    have = listening(protocol, pid) if wanted else frozenset()
    return tuple(
        (address, port)
        for address, port in wanted
        if (address, port) not in have and ("::" if ":" in address else "0.0.0.0", port) not in have
    )


def label(address: str, port: int) -> str:
    """`address:port` as a person writes it."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"

"""Which local addresses a program really listens on, from /proc."""

from __future__ import annotations

import ipaddress
import re
import sys
from pathlib import Path

from ipv6.agent.host import read

_LISTEN, _UNCONNECTED = "0A", "07"
_SOCKET = re.compile(r"socket:\[(\d+)\]")


def running(pid_file: Path) -> str:
    """The process id that the file names, empty when no such process lives."""
    pid = (read(pid_file) or "").strip()
    return pid if pid.isdigit() and Path(f"/proc/{pid}").exists() else ""


def listening(protocol: str, pid: str) -> frozenset[tuple[str, int]]:
    """Every (address, port) that the process is bound to and listens on, `protocol` being tcp or udp."""
    state = _LISTEN if protocol == "tcp" else _UNCONNECTED
    inodes = _inodes(pid)
    found = set()
    for table in (protocol, f"{protocol}6"):
        path = Path("/proc/net") / table
        for line in path.read_text().splitlines()[1:] if path.exists() else ():
            words = line.split()
            if words[3] == state and words[9] in inodes:
                address, port = words[1].split(":")
                found.add((decode(address), int(port, 16)))
    return frozenset(found)


def _inodes(pid: str) -> frozenset[str]:
    """The sockets a process holds."""
    found = set()
    for path in Path(f"/proc/{pid}/fd").iterdir() if pid and Path(f"/proc/{pid}/fd").is_dir() else ():
        try:
            match = _SOCKET.fullmatch(str(path.readlink()))
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

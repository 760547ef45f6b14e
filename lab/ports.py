"""Is a loopback port free, and who has it if not."""

from __future__ import annotations

import errno
import socket
from collections.abc import Mapping
from pathlib import Path

from inventory.errors import EnvironmentFailed

_LISTEN = "0A"


def busy(ports: Mapping[str, int]) -> list[EnvironmentFailed]:
    """One error per port (component -> port) that cannot be bound on 127.0.0.1; nothing stays bound."""
    found = []
    for component, port in ports.items():
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                cause = f"needed by {component}, but {_reason(error, port)}"
                fix = "end that process or set another port in the environment file"
                found.append(EnvironmentFailed(f"127.0.0.1:{port}", cause, fix))
    return found


def _reason(error: OSError, port: int) -> str:
    if error.errno != errno.EADDRINUSE:
        return f"it cannot be bound ({error.strerror})"
    owner = holder(port)
    return f"it is in use by {owner}" if owner else "it is in use by another process"


def holder(port: int) -> str:
    """`name (pid 123)` of the process that listens on `port` on either family; empty when it cannot be seen."""
    inodes = set()
    for table in ("tcp", "tcp6"):
        try:
            lines = (Path("/proc/net") / table).read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            if fields[3] == _LISTEN and int(fields[1].rpartition(":")[2], 16) == port:
                inodes.add(f"socket:[{fields[9]}]")
    for process in sorted(Path("/proc").glob("[0-9]*"), key=lambda path: int(path.name)):
        try:
            if inodes.isdisjoint(map(_target, (process / "fd").iterdir())):
                continue
            name = (process / "comm").read_text(encoding="utf-8", errors="replace").strip()
        except OSError:
            continue  # it ended, or it belongs to someone else
        return f"{name} (pid {process.name})"
    return ""


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:
        return ""  # closed since it was listed

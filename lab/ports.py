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
    owner = _owner(port)
    return f"it is in use by {owner}" if owner else "it is in use by another process"


def _owner(port: int) -> str:
    """ "name (pid N)" of the process that listens on `port`; empty when it cannot be seen."""
    inodes = set()
    for table in ("tcp", "tcp6"):
        path = Path("/proc/net") / table
        if not path.exists():
            continue
        for line in path.read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == _LISTEN and int(fields[1].rpartition(":")[2], 16) == port:
                inodes.add(f"socket:[{fields[9]}]")
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            if any(str(link.readlink()) in inodes for link in (entry / "fd").iterdir()):
                return f"{(entry / 'comm').read_text().strip()} (pid {entry.name})"
        except OSError:
            continue
    return ""

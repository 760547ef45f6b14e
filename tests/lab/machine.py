"""What of the machine a lab must not change: a picture taken before and after."""

from __future__ import annotations

import subprocess
from pathlib import Path


def lab_processes(directory: Path) -> list[str]:
    """Command lines of living processes that name `directory` (the lab's launcher, supervisor, hosts)."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            continue
        if str(directory) in line:
            found.append(line)
    return found


def in_other_namespaces() -> set[str]:
    """pids of processes whose network or pid namespace is not ours: hosts and their services."""
    ours = [Path(f"/proc/self/ns/{kind}").readlink() for kind in ("net", "pid")]
    found = set()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            theirs = [(entry / "ns" / kind).readlink() for kind in ("net", "pid")]
        except OSError:
            continue
        if theirs != ours:
            found.add(entry.name)
    return found


def picture() -> dict[str, str]:
    """Interfaces, addresses, routes, named namespaces and mounts, as text."""
    commands = {
        "links": ["ip", "-o", "link"],
        "addresses": ["ip", "-o", "-brief", "address"],
        "routes": ["ip", "route", "show", "table", "all"],
        "netns": ["ip", "netns", "list"],
    }
    taken = {
        name: subprocess.run(argv, capture_output=True, text=True, check=True).stdout for name, argv in commands.items()
    }
    taken["mounts"] = Path("/proc/self/mounts").read_text()
    return taken

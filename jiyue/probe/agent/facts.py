"""What a device says about itself: a fixed list of readings, none of which changes anything.

The name chooses a reading; nothing that comes from the controller is ever part of a command.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from .work import Job, Run, Sample, elapsed, failure

LIMIT = 2_000_000
NET = Path("/proc/thread-self/net")
SYSCTL = Path("/proc/sys/net")


def _run(*argv: str) -> Callable[[float], str]:
    def read(timeout: float) -> str:
        done = subprocess.run(argv, capture_output=True, timeout=timeout, check=False)
        if done.returncode != 0:
            error = done.stderr.decode("utf-8", "replace").strip().splitlines()
            raise OSError(f"{argv[0]} ended with {done.returncode}: {error[-1][:200] if error else 'no reason'}")
        return done.stdout[:LIMIT].decode("utf-8", "replace")

    return read


def sockets(timeout: float) -> str:
    """Listening TCP sockets of this network namespace, one `address port` a line, in the kernel's own spelling."""
    lines = []
    for name in ("tcp", "tcp6"):
        path = NET / name
        if path.exists():
            for line in path.read_text().splitlines()[1:]:
                words = line.split()
                if words[3] == "0A":
                    lines.append(words[1].replace(":", " "))
    return "\n".join(lines)


def settings(timeout: float) -> str:
    """IPv6 settings per interface as `interface key value`."""
    keys = ("accept_ra", "accept_source_route", "accept_redirects", "forwarding", "disable_ipv6")
    folder = SYSCTL / "ipv6" / "conf"
    lines = []
    for interface in sorted(path.name for path in folder.iterdir()) if folder.is_dir() else ():
        for key in keys:
            path = folder / interface / key
            if path.exists():
                lines.append(f"{interface} {key} {path.read_text().strip()}")
    return "\n".join(lines)


READINGS: dict[str, Callable[[float], str]] = {
    "sockets": sockets,
    "settings": settings,
    "filter": _run("nft", "list", "table", "inet", "jiyue"),
    "learned": _run("ip", "-6", "-o", "route", "show", "table", "all", "proto", "ra"),
    "ospf4": _run("vtysh", "-c", "show ip ospf neighbor json"),
    "ospf6": _run("vtysh", "-c", "show ipv6 ospf6 neighbor json"),
    "bgp4": _run("vtysh", "-c", "show bgp ipv4 unicast summary json"),
    "bgp6": _run("vtysh", "-c", "show bgp ipv6 unicast summary json"),
    "addresses": _run("ip", "-o", "addr", "show"),
    "routes4": _run("ip", "-4", "-o", "route", "show"),
    "routes6": _run("ip", "-6", "-o", "route", "show"),
}


async def facts(job: Job, run: Run) -> Sample:
    """One reading: its `text`."""
    started = time.monotonic()
    read = READINGS.get(job.name)
    if read is None:
        return {"state": "error", "ms": elapsed(started), "error": f"no reading {job.name[:40]!r}"}
    try:
        return {"state": "ok", "text": read(job.timeout), "ms": elapsed(started)}
    except (OSError, subprocess.SubprocessError) as error:
        sample = failure(error, started)
        return {**sample, "error": str(error)[:300]}

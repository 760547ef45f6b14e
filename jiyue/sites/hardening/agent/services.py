"""The programs whose files are changed: does each take them, and let it read them again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress

from jiyue.probe.agent.baseline import nginx, sshd
from jiyue.probe.agent.baseline._host import text

SECONDS = 30.0
SETTLED = 0.3
SYSTEMD = "/run/systemd/system"
JOURNALD = ("systemctl", "restart", "systemd-journald")


def refused(services: Sequence[str]) -> str:
    """Why one of the programs would not take its files as they are now; empty when all do."""
    if "nginx" in services and nginx.present() and (why := _said("nginx", "-t", "-q", *nginx.config())):
        return f"nginx: {why}"
    if "sshd" in services:
        for _, file in sshd.listeners():
            if why := _said("/usr/sbin/sshd", "-t", "-f", file):
                return f"sshd: {why}"
    return ""


def reload(services: Sequence[str]) -> str:
    """Let the running ones read their files again; why one of them did not come back."""
    if "nginx" in services:
        _nginx()
    if "journald" in services and os.path.isdir(SYSTEMD) and (why := _said(*JOURNALD)):
        return f"journald: {why}"
    if "sshd" in services:
        return _sshd()
    return ""


def _nginx() -> None:
    """Until only workers with the new files take requests; those before may finish what they have begun."""
    before = nginx.workers()
    for pid in nginx.masters():
        _signal(pid)
    deadline = time.monotonic() + SECONDS / 6
    while before and time.monotonic() < deadline and (before & nginx.workers() or not nginx.workers()):
        time.sleep(0.05)


def _sshd() -> str:
    running = sshd.listeners()
    places = {place for pid, _ in running for place in _places(pid) if _greets(place)}
    for pid, _ in running:
        _signal(pid)
    time.sleep(SETTLED)  # the listeners before must not be taken for those after
    deadline = time.monotonic() + SECONDS / 3
    while places and time.monotonic() < deadline:
        places = {place for place in places if not _greets(place)}
        if places:
            time.sleep(0.1)
    silent = ", ".join(sorted(f"{host} port {port}" for host, port in places))
    return f"sshd does not answer any more on {silent}" if silent else ""


def _places(pid: int) -> set[tuple[str, int]]:
    """Addresses at which this process listens, a wildcard as the loopback."""
    found = set()
    try:
        links = [os.readlink(f"/proc/{pid}/fd/{name}") for name in os.listdir(f"/proc/{pid}/fd")]
    except OSError:
        return set()
    sockets = {link[8:-1] for link in links if link.startswith("socket:[")}
    for family, table in ((socket.AF_INET, "tcp"), (socket.AF_INET6, "tcp6")):
        rows = (line.split() for line in text(f"/proc/{pid}/net/{table}").splitlines()[1:])
        found |= {_place(family, row[1]) for row in rows if row[3] == "0A" and row[9] in sockets}
    return found


def _place(family: socket.AddressFamily, text: str) -> tuple[str, int]:
    words, port = text.split(":")
    raw = b"".join(bytes.fromhex(words[at : at + 8])[::-1] for at in range(0, len(words), 8))
    host = socket.inet_ntop(family, raw)
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), int(port, 16)


def _greets(place: tuple[str, int]) -> bool:
    """Whether an SSH server says its version there."""
    try:
        with socket.create_connection(place, timeout=3) as connection:
            return connection.recv(4) == b"SSH-"
    except OSError:
        return False


def _signal(pid: int) -> None:
    with suppress(ProcessLookupError):  # it has just ended by itself
        os.kill(pid, signal.SIGHUP)


def _said(*argv: str) -> str:
    """What a program complains of; empty when it is content."""
    try:
        done = subprocess.run(
            argv, capture_output=True, timeout=SECONDS, check=False, stdin=subprocess.DEVNULL, text=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        return f"{argv[0]} did not run: {error}"
    lines = done.stderr.strip().splitlines() or done.stdout.strip().splitlines()
    return (lines[0] if lines else f"{argv[0]} ended with {done.returncode}")[:300] if done.returncode else ""

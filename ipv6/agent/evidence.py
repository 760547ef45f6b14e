"""Who may have changed this device: times of files, last logins, commands typed. Hints, never proof."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ipv6.agent.host import Failed, listed, run
from ipv6.agent.shapes import Any

FILES = {
    "frr": ("/etc/frr/frr.conf",),
    "linux": ("/etc/jiyue/network", "/etc/network/interfaces"),
    "nftables": ("/etc/jiyue/nftables.conf", "/etc/nftables.conf"),
}
HISTORY = ("/root/.history_frr", "/root/.bash_history")
LOGS = ("/var/log/auth.log", "/var/log/frr/frr.log")
TAIL = 65_536
MOST = 5
LINE = 200


def identity() -> str:
    """What names this machine: systemd's machine-id(5), empty where there is none."""
    try:
        with open("/etc/machine-id", encoding="ascii", errors="replace") as file:
            return file.read().strip()[:64]
    except OSError:
        return ""


def gather(sections: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Entries of `what` (file, login, command), `when` (UTC, empty if unknown) and `text`."""
    paths = [path for raw in sections for path in _files(str(raw["driver"]), str(raw["object"]))]
    return [*_times(dict.fromkeys(paths)), *_logins(), *_typed(), *_logged()]


def foreign(sections: Sequence[Mapping[str, Any]]) -> int:
    """How many tables and include files of the same software are somebody else's; they are counted, never read."""
    objects = {str(raw["object"]) for raw in sections}
    drivers = {str(raw["driver"]) for raw in sections}
    count = 0
    if "nftables" in drivers:
        tables = [line.removeprefix("table ") for line in run(["nft", "list", "tables"]).out.splitlines()]
        count += sum(table.strip() not in objects for table in tables)
    if "nginx" in drivers:
        places = ("/etc/nginx/conf.d", "/etc/nginx/sites-enabled")
        count += sum(f"{place}/{name}" not in objects for place in places for name in listed(place))
    return count


def _files(driver: str, object: str) -> tuple[str, ...]:
    return (*FILES.get(driver, ()), *((object,) if object.startswith("/") else ()))


def _times(paths: Iterable[str]) -> Iterator[dict[str, str]]:
    for path in paths:
        try:
            found = os.stat(path)
        except OSError:
            continue
        yield {"what": "file", "when": _utc(found.st_mtime), "text": path}


def _utc(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def _logins() -> Iterator[dict[str, str]]:
    try:
        done = run(["last", "-n", str(MOST), "-F", "-w"], timeout=5)
    except Failed:
        return
    for line in done.out.splitlines()[:MOST]:
        if line.strip() and not line.startswith("wtmp"):
            yield {"what": "login", "when": "", "text": " ".join(line.split())[:LINE]}


def _typed() -> Iterator[dict[str, str]]:
    for path in HISTORY:
        lines = [
            line for line in _tail(path) if line.strip() and line.startswith(("conf", "ip ", "nft", "vtysh", "no "))
        ]
        if lines:
            when = _utc(os.stat(path).st_mtime)
            yield from ({"what": "command", "when": when, "text": line[:LINE]} for line in lines[-MOST:])


def _logged() -> Iterator[dict[str, str]]:
    """What sshd and FRR (with `log commands`) wrote about people."""
    for path in LOGS:
        lines = [line for line in _tail(path) if "Accepted " in line or "vty[" in line]
        yield from ({"what": "log", "when": "", "text": line[:LINE]} for line in lines[-MOST:])


def _tail(path: str) -> list[str]:
    try:
        with open(path, "rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - TAIL))
            return file.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return []

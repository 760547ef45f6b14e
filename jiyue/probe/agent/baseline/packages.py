"""Security updates that are published and not installed: dpkg's state against the lists that apt has fetched.

`apt-get -s upgrade` says the same and takes a second and more of the host's processor; the lists alone take tens of
milliseconds.
"""

from __future__ import annotations

import glob
import os
import re
import subprocess
from itertools import zip_longest
from typing import Any

from ._host import text

LISTS = "/var/lib/apt/lists"
STATUS = "/var/lib/dpkg/status"
MOST = 200
_PART = re.compile(r"(\d+|\D+)")


def read() -> dict[str, Any]:
    """`manager` (dpkg, or empty), `pending` (name, have, want), `fetched` (epoch seconds, 0: never), `reboot`."""
    status = text(STATUS)
    if not status:
        return {"manager": "", "pending": [], "fetched": 0, "reboot": False}
    have = {
        name: version for name, version, block in _packages(status) if "\nStatus: install ok installed" in f"\n{block}"
    }
    files = sorted(glob.glob(f"{LISTS}/*security*_Packages*"))
    wanted: dict[str, str] = {}
    for file in files:
        for name, version, _ in _packages(_listing(file)):
            if name in have and newer(version, wanted.get(name, have[name])):
                wanted[name] = version
    fetched = [os.stat(file).st_mtime for file in glob.glob(f"{LISTS}/*Release")]
    pending = [{"name": name, "have": have[name], "want": wanted[name]} for name in sorted(wanted)]
    reboot = os.path.exists("/run/reboot-required")
    told = max(fetched, default=0.0) if files else 0.0
    return {"manager": "dpkg", "pending": pending[:MOST], "count": len(pending), "fetched": told, "reboot": reboot}


def _listing(file: str) -> str:
    if file.endswith("_Packages"):
        return text(file)
    command = ["/usr/lib/apt/apt-helper", "cat-file", file]
    done = subprocess.run(command, capture_output=True, timeout=15, check=False, stdin=subprocess.DEVNULL)
    return done.stdout.decode("utf-8", "replace")


def _packages(listed: str) -> list[tuple[str, str, str]]:
    """Name, version and block of each entry."""
    found = []
    for block in listed.split("\n\n"):
        name, version = _field(block, "Package"), _field(block, "Version")
        if name and version:
            found.append((name, version, block))
    return found


def _field(block: str, key: str) -> str:
    at = 0 if block.startswith(f"{key}: ") else block.find(f"\n{key}: ") + 1
    if at == 0 and not block.startswith(f"{key}: "):
        return ""
    return block[at:].partition("\n")[0].partition(": ")[2].strip()


def newer(one: str, other: str) -> bool:
    """Whether the first version is greater (deb-version(7))."""
    return _key(one) > _key(other)


class _key:
    """A version in its order."""

    def __init__(self, version: str) -> None:
        epoch, colon, rest = version.partition(":")
        self.epoch, rest = (int(epoch), rest) if colon and epoch.isdigit() else (0, version)
        upstream, _, revision = rest.rpartition("-") if "-" in rest else (rest, "", "0")
        self.parts = (upstream, revision)

    def __gt__(self, other: _key) -> bool:
        if self.epoch != other.epoch:
            return self.epoch > other.epoch
        for mine, theirs in zip(self.parts, other.parts, strict=True):
            if order := _compare(mine, theirs):
                return order > 0
        return False


def _compare(one: str, other: str) -> int:
    for mine, theirs in zip_longest(_split(one), _split(other), fillvalue=""):
        if mine == theirs:
            continue
        if (mine or "0").isdigit() and (theirs or "0").isdigit() and (mine.isdigit() or theirs.isdigit()):
            if int(mine or 0) != int(theirs or 0):
                return 1 if int(mine or 0) > int(theirs or 0) else -1
            continue
        left, right = [_weight(char) for char in mine], [_weight(char) for char in theirs]
        for a, b in zip_longest(left, right, fillvalue=0):
            if a != b:
                return 1 if a > b else -1
    return 0


def _split(text: str) -> list[str]:
    """Alternately not digits and digits, beginning with what is not digits."""
    parts = _PART.findall(text)
    return ["", *parts] if parts and parts[0].isdigit() else parts


def _weight(char: str) -> int:
    """`~` before the end, letters before all other signs."""
    return -1 if char == "~" else ord(char) if char.isalpha() else ord(char) + 256

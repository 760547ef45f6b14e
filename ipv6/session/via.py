"""Over which of its addresses a device is being asked, from its own tables; pure.

Sources: Huawei VRP 8 command references, `display tcp status` (local and foreign address and port, state) and `display
users` (`+` marks the caller's line, with its address); H3C command references for Comware 7, `display tcp` and `display
users` (`+` marks the caller's line, the address stands below under that line's name). What they do not say is empty,
and the gate for the management path then stays closed.
"""

from __future__ import annotations

import re

_ADDRESS = r"(?:\d{1,3}\.){3}\d{1,3}"
_CONNECTION = re.compile(
    rf"(?<![\d.])(?P<local>{_ADDRESS}):\d+\s+(?P<foreign>{_ADDRESS}):\d+\s.*\bestab", re.IGNORECASE
)
_LINE = re.compile(r"\b(?:VTY|TTY|SSH)\s+\d+\b")
_PORT = re.compile(r"interface\s+(\S+)\s*$")


def caller(users: str) -> str:
    """The address that the asking session comes from; empty when it is not said, or said of several."""
    lines = users.splitlines()
    own = [line for line in lines if re.match(r"\s*\+\s+\d", line)]
    if len(own) != 1:
        return ""
    if found := re.findall(rf"(?<![\d.]){_ADDRESS}(?![\d.])", own[0]):
        return found[0] if len(found) == 1 else ""
    name = _LINE.search(own[0])
    return _location(lines, name[0].split()) if name else ""


def _location(lines: list[str], name: list[str]) -> str:
    """What stands below `VTY 1   :`."""
    inside = False
    for line in lines:
        if not line.startswith((" ", "\t")):
            inside = line.rstrip().endswith(":") and line.rstrip(": ").split() == name
        elif inside and (said := re.fullmatch(rf"\s*Location:\s*({_ADDRESS})\s*", line)):
            return said[1]
    return ""


def local(connections: str, foreign: str) -> str:
    """The device's own address of the connections from `foreign`; empty when there is none, or more than one."""
    found = {one["local"] for line in connections.splitlines() if (one := _CONNECTION.search(line))
             and foreign and one["foreign"] == foreign}  # fmt: skip
    return found.pop() if len(found) == 1 else ""


def port(interfaces: str, address: str) -> str:
    """The interface in whose configuration the address stands; empty when there is none."""
    here = ""
    for line in interfaces.splitlines():
        if found := _PORT.fullmatch(line):
            here = found[1]
        elif address and line.split()[:3] == ["ip", "address", address]:
            return here
    return ""

"""What a vendor's command line can do, and how the session finds it: `SESSION` in `ipv6/drivers/<name>/session.py`."""

from __future__ import annotations

import math
import re
import time
from dataclasses import dataclass
from importlib import import_module

from ipv6.agent.host import Failed, Refused
from ipv6.session import via
from ipv6.session.shell import Complaint, Shell

STANDIN = re.compile(r"(?i)\bstand-in\b")


@dataclass(frozen=True, slots=True)
class Identity:
    """Who answers: the version line, the serial number, and whether it says that it only stands in for a device."""

    version: str
    serial: str
    standin: bool


class Vendor:
    """One vendor's words. Every method starts and ends in the user view, whatever happens in between is its own work.

    `label` is the name of the change on the device: letters and digits, it starts with a letter.
    """

    name: str
    supported: re.Pattern[str]
    connections: str
    """The command that lists its TCP connections."""

    def normalise(self, text: str) -> str:
        """The canonical text of what the device prints."""
        raise NotImplementedError

    def open(self, shell: Shell) -> Identity:
        """Switch the pager off and ask who it is; Refused for software that this driver does not know."""
        raise NotImplementedError

    def running(self, shell: Shell) -> str:
        """The running configuration in canonical form; Failed with the line when it is not whole."""
        printed = shell.run("display current-configuration", limit=120.0)
        if trouble := unreadable(printed):
            raise Failed(f"its running configuration cannot be read: {trouble}")
        return self.normalise(printed)

    def via(self, shell: Shell) -> dict[str, str]:
        """Over which of its addresses it is being asked, and the port that holds it; empty when it does not say."""
        try:
            caller = via.caller(shell.run("display users"))
            address = via.local(shell.run(self.connections, limit=60.0), caller)
            ports = shell.run("display current-configuration interface", limit=120.0) if address else ""
        except Complaint:
            return {}
        return {"address": address, "port": via.port(ports, address)} if address else {}

    def seconds(self, timer: float) -> float:
        """How long the device waits when `timer` seconds are asked for; Refused when it cannot."""
        raise NotImplementedError

    def ready(self, shell: Shell) -> None:
        """Refused while the device is in a mode without a timed rollback, or holds somebody else's unfinished work."""
        raise NotImplementedError

    def check(self, shell: Shell, commands: str, intended: str) -> None:
        """Let the device look at the commands, as far as it can without doing them; leaves nothing behind."""
        raise NotImplementedError

    def commit(self, shell: Shell, label: str, seconds: float, commands: str, intended: str) -> None:
        """Carry the commands out with the device's own rollback armed before any of them takes effect."""
        raise NotImplementedError

    def confirm(self, shell: Shell, label: str) -> bool:
        """Disarm the rollback; False when the device says that there is none any more."""
        raise NotImplementedError

    def save(self, shell: Shell, label: str) -> None:
        """Make what runs survive a restart, and drop what was kept for going back."""
        raise NotImplementedError

    def abort(self, shell: Shell, label: str) -> None:
        """Back to before `commit`, now."""
        raise NotImplementedError


def unreadable(printed: str) -> str:
    """Why a printed configuration is not to be trusted, with its line; empty when it is whole: both end in `return`."""
    lines = printed.rstrip().splitlines() or [""]
    for number, line in enumerate(lines, 1):
        if not line.replace("\t", " ").isprintable():
            return f"line {number}: {line[:120]!r}"
    return "" if lines[-1].strip() == "return" else f"line {len(lines)}: it breaks off, `return` is missing"


def vendor(name: str) -> Vendor:
    """The session of a driver; Refused when it has none."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{1,19}", name):
        raise Refused(f"{name!r} is not the name of a driver")
    try:
        found = import_module(f"ipv6.drivers.{name}.session").SESSION
    except ModuleNotFoundError as error:
        raise Refused(f"driver {name}: it is not worked over a session") from error
    if not isinstance(found, Vendor):
        raise Refused(f"driver {name}: its session defines no SESSION")
    return found


def enter(shell: Shell, commands: str, until: float = math.inf) -> None:
    """Type commands one by one in the view where the shell stands; Complaint names the first that is not taken, Failed
    how many were typed when `until` (monotonic seconds) has come."""
    lines = commands.splitlines()
    for number, line in enumerate(lines):
        if time.monotonic() > until:
            raise Failed(f"it is too slow: {number} of {len(lines)} commands are in and half of its timer is over")
        shell.run(line.strip())


def leave(shell: Shell) -> None:
    """Back to the user view; nothing may wait to be committed."""
    if not shell.prompt.startswith("<"):
        shell.run("return")

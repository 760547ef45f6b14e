"""Comware 7 over its command line: every command takes effect at once, so the rollback is armed before the first.

Source: H3C fundamentals configuration guide, configuration file management: `configuration commit delay` (minutes; the
rollback point is the configuration when the timer started), `configuration commit`, `configuration replace file`,
`save [force]`, `save file`; "make sure no one else is configuring the device". `screen-length disable`, `display
device manuinfo` and the `[Y/N]:` questions after the same guides.
"""

from __future__ import annotations

import math
import re
import time

from ipv6.agent.engine import first_difference
from ipv6.agent.host import Refused
from ipv6.drivers.h3c_comware.text import normalise
from ipv6.session.shell import Complaint, Shell
from ipv6.session.vendor import STANDIN, Identity, Vendor, enter, leave

_LONGEST = 65535
_REPLACE = {r"save current configuration": "N", r"Continue": "Y"}
_SAVE = {r"will be saved|overwrite|exists|[Dd]elete|Continue": "Y"}
_SERIAL = re.compile(r"(?i)DEVICE_SERIAL_NUMBER\s*:\s*(\S+)")


class Comware(Vendor):
    """Commit delay, commands, commit; back by the file that was saved before."""

    name = "h3c_comware"
    supported = re.compile(r"Comware Software, Version 7\.")
    connections = "display tcp"

    def normalise(self, text: str) -> str:
        return normalise(text)

    def open(self, shell: Shell) -> Identity:
        shell.run("screen-length disable")
        version = shell.run("display version")
        line = next((line.strip() for line in version.splitlines() if self.supported.search(line)), "")
        if not line:
            raise Refused("it is no Comware 7: `display version` does not say so")
        serial = _SERIAL.search(shell.run("display device manuinfo"))
        if not serial:
            raise Refused("`display device manuinfo` names no serial number")
        return Identity(line, serial[1], bool(STANDIN.search(version)))

    def seconds(self, timer: float) -> float:
        minutes = math.ceil(timer / 60)
        if not 1 <= minutes <= _LONGEST:
            raise Refused(f"a timer of {timer:g} s; configuration commit delay takes 1 to {_LONGEST} minutes")
        return minutes * 60.0

    def ready(self, shell: Shell) -> None:
        """What runs must be what is saved: an unsaved line is somebody's unfinished work, and `save` would keep it."""
        running = _plain(shell.run("display current-configuration", limit=120.0))
        saved = _plain(shell.run("display saved-configuration", limit=120.0))
        if running != saved:
            difference = first_difference(saved, running)
            raise Refused(f"somebody's unsaved changes run on it: {difference}; save or undo them on the device")

    def check(self, shell: Shell, commands: str, intended: str) -> None:
        """Comware has no dry run: the texts were looked at before; here, that it is a configuration's commands."""
        wrong = [line for line in commands.splitlines() if line.split()[:1] in (["save"], ["reboot"], ["return"])]
        if wrong:
            raise Refused(f"{wrong[0].strip()!r} is no line of a configuration")

    def commit(self, shell: Shell, label: str, seconds: float, commands: str, intended: str) -> None:
        shell.run(f"save {_file(label)}", _SAVE, limit=120.0)
        shell.run("system-view")
        shell.run(f"configuration commit delay {int(seconds // 60)}", _SAVE)
        # A line typed after the timer has fired would stay: nothing would take it back.
        until = time.monotonic() + seconds / 2
        try:
            enter(shell, commands, until)
        finally:
            leave(shell)

    def confirm(self, shell: Shell, label: str) -> bool:
        shell.run("system-view")
        try:
            shell.run("configuration commit", _SAVE, limit=120.0)
        except Complaint:
            return False
        finally:
            leave(shell)
        return True

    def save(self, shell: Shell, label: str) -> None:
        shell.run("save force", limit=120.0)
        self._forget(shell, label)

    def abort(self, shell: Shell, label: str) -> None:
        """Replace by the saved file, then disarm; without that file nothing had been typed yet."""
        shell.run("system-view")
        try:
            shell.run(f"configuration replace file {_file(label)}", _REPLACE, limit=120.0)
            shell.run("configuration commit", _SAVE, check=False)
        except Complaint as error:
            if "exist" not in str(error):
                raise
        finally:
            leave(shell)
        self._forget(shell, label)

    def _forget(self, shell: Shell, label: str) -> None:
        shell.run(f"delete /unreserved {_file(label)}", _SAVE, check=False)


def _file(label: str) -> str:
    return f"flash:/{label}.cfg"


def _plain(text: str) -> str:
    """A whole configuration without what a device prints anew each time."""
    kept = (line.rstrip() for line in text.splitlines())
    return "\n".join(line for line in kept if line.strip() and not line.startswith((" version", "#", "!")))


SESSION = Comware()

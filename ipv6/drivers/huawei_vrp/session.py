"""VRP 8 over its command line, in two-phase validation mode only.

Sources: NetEngine 8000 command reference V800R023: `commit [trial [time]] [persist id]` (60 to 65535 s), `abort trial
[persist id]`, `clear configuration candidate`, `display configuration candidate`; NE40E feature description, two-phase
validation mode: `*` in a prompt is an uncommitted configuration, `~` none; `system-view immediately` has neither mark
and no rollback. A trial with a persistence id outlives the session that began it.
"""

from __future__ import annotations

import re

from ipv6.agent.engine import first_difference
from ipv6.agent.host import Failed, Refused
from ipv6.drivers.huawei_vrp.text import normalise
from ipv6.session.shell import Complaint, Shell
from ipv6.session.vendor import STANDIN, Identity, Vendor, enter, leave

SHORTEST, LONGEST = 60, 65535
_YES = {r"trial|committed|written to the device|overwrite|Continue|sure": "Y"}
_ESN = re.compile(r"(?i)\bESN[^:]*:\s*(\S+)")


class Vrp(Vendor):
    """Candidate, trial with a persistence id, second commit."""

    name = "huawei_vrp"
    supported = re.compile(r"VRP \(R\) software, Version 8\.")
    connections = "display tcp status"

    def normalise(self, text: str) -> str:
        return normalise(text)

    def open(self, shell: Shell) -> Identity:
        shell.run("screen-length 0 temporary")
        version = shell.run("display version")
        line = next((line.strip() for line in version.splitlines() if self.supported.search(line)), "")
        if not line:
            raise Refused("it is no VRP 8: `display version` does not say so")
        esn = _ESN.search(shell.run("display esn"))
        if not esn:
            raise Refused("`display esn` names no serial number")
        return Identity(line, esn[1], bool(STANDIN.search(version)))

    def seconds(self, timer: float) -> float:
        if not SHORTEST <= timer <= LONGEST:
            raise Refused(f"a timer of {timer:g} s; commit trial takes {SHORTEST} to {LONGEST}")
        return float(int(timer))

    def ready(self, shell: Shell) -> None:
        shell.run("system-view")
        mark = shell.prompt[1:2]
        if mark == "*":
            raise Refused("somebody's uncommitted changes are in its candidate; commit or clear them on the device")
        if mark != "~":
            leave(shell)
            raise Refused("a device in immediate mode has no commit trial; switch it to two-phase mode")
        # Another's trial would be confirmed by our commit or take our change along when it ends.
        if re.search(r"(?i)trial status\s*:\s*active", shell.run("display configuration trial status", check=False)):
            leave(shell)
            raise Refused("another configuration trial is running; wait for its end or abort it on the device")
        leave(shell)

    def check(self, shell: Shell, commands: str, intended: str) -> None:
        """The device takes every command into its candidate, which must read as intended; then it is cleared."""
        shell.run("system-view")
        try:
            self._stage(shell, commands, intended)
        except Complaint as error:
            raise Refused(f"the device does not take {error}") from error
        finally:
            self._clear(shell)

    def _stage(self, shell: Shell, commands: str, intended: str) -> None:
        enter(shell, commands)
        found = normalise(shell.run("display configuration candidate", limit=120.0))
        if found != intended:
            raise Refused(f"the candidate is not as intended: {first_difference(intended, found)}")

    def _clear(self, shell: Shell) -> None:
        shell.run("clear configuration candidate", _YES)
        leave(shell)

    def commit(self, shell: Shell, label: str, seconds: float, commands: str, intended: str) -> None:
        shell.run("system-view")
        try:
            self._stage(shell, commands, intended)
            shell.run(f"commit trial {int(seconds)} persist {label}", limit=120.0)
        except (Complaint, Refused):
            self._clear(shell)
            raise
        leave(shell)

    def confirm(self, shell: Shell, label: str) -> bool:
        shell.run("system-view")
        try:
            shell.run(f"commit persist {label}", _YES, limit=120.0)
        except Complaint:
            return False
        finally:
            leave(shell)
        return True

    def save(self, shell: Shell, label: str) -> None:
        shell.run("save", _YES, limit=120.0)

    def abort(self, shell: Shell, label: str) -> None:
        shell.run("system-view")
        try:
            shell.run(f"abort trial persist {label}", _YES, limit=120.0)
        except Complaint as error:
            # No such trial: it was never begun, or has taken itself back already. Reading back decides.
            if "trial" not in str(error).lower():
                raise Failed(str(error)) from error
        finally:
            leave(shell)


SESSION = Vrp()

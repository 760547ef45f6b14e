"""Knot on the device: its configuration file, its sockets, and record sets through the control socket.

Knot 3.2 takes everything but `listen` by `knotc reload`; a changed listen address needs a restart, during which the
other server answers.
"""

from __future__ import annotations

import re

from ipv6.agent.device import Device
from ipv6.agent.host import Refused, exists, must, read, run, scratch, start, systemd, until, write
from ipv6.agent.lines import normalise
from ipv6.agent.sockets import missing, running, silent, taken
from ipv6.drivers.knot.text import listens, sink

PID = "/run/knot/knot.pid"
_NO_SERIAL = re.compile(r"serial: (-|none)", re.IGNORECASE)


class Knot(Device):
    """The configuration file and the sockets that really listen for it."""

    def read(self, object: str) -> str:
        text = normalise(read(object) or "")
        found = text + silent(listens(text), "udp", running(PID))
        if (there := sink(text)) and not taken(there):
            found += f"# nobody takes the questions at {there}\n"
        return found

    def check(self, object: str, text: str, commands: str) -> None:
        if (there := sink(text)) and not taken(there):
            raise Refused(f"nobody takes the questions at {there}; see `jiyue dns querylog`")
        with scratch() as directory:
            staged = f"{directory}/knot.conf"
            write(staged, text, 0o600)
            done = run(["knotc", "-c", staged, "conf-check"])
        if done.code:
            raise Refused(f"knotc conf-check: {done.last}")

    def apply(self, object: str, commands: str) -> None:
        before, after = listens(read(object) or ""), listens(commands)
        write(object, commands, 0o640)
        if not running(PID) or set(before) != set(after) or missing(after, "udp", running(PID)):
            _restart(object)
        else:
            must(["knotc", "reload"], timeout=60)
        _ready()

    def restore(self, object: str, text: str) -> None:
        self.apply(object, text)


def _restart(config: str) -> None:
    if systemd():
        must(["systemctl", "restart", "knot"], timeout=60)
        return
    pid = running(PID)
    if pid:
        must(["knotc", "stop"])
        until(lambda: not exists(f"/proc/{pid}") or running(PID) != pid, "knotd did not stop")
    start(["knotd", "-d", "-c", config])


def _ready() -> None:
    """Until it answers its control socket and no zone is without a serial."""

    def up() -> bool:
        done = run(["knotc", "zone-status"])
        return done.code == 0 and not _NO_SERIAL.search(done.out)

    until(up, "knotd did not load every zone")


DEVICE = Knot()

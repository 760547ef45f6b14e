"""FRR on the device: what runs goes through vtysh; nothing is written to disk before it is confirmed."""

from __future__ import annotations

from ipv6.agent.device import Device
from ipv6.agent.host import Failed, Refused, exists, must, read, run, write
from ipv6.drivers.frr.delta import delta
from ipv6.drivers.frr.text import normalise, unreadable

CONFIG = "/etc/frr/frr.conf"
PRINTED = "Current configuration:\n!\n"
"""What stands before the configuration itself in what vtysh prints."""


class Frr(Device):
    """The running configuration of all daemons, as one object."""

    def __init__(self) -> None:
        self._printed = ""

    def read(self, object: str) -> str:
        printed = must(["vtysh", "-c", "show running-config"])
        if trouble := unreadable(printed):
            raise Failed(f"its running configuration cannot be read: {trouble}")
        self._printed = printed
        return normalise(printed)

    def saved(self, object: str) -> str | None:
        text = read(CONFIG)
        return None if text is None else normalise(text)

    def check(self, object: str, text: str, commands: str) -> None:
        done = _vtysh(["-C"], text + commands)
        if done:
            raise Refused(f"vtysh -C: {done}")

    def apply(self, object: str, commands: str) -> None:
        complaint = _vtysh([], commands)
        if complaint:
            raise Failed(f"vtysh: {complaint}")

    def restore(self, object: str, text: str) -> None:
        forward, _ = delta(self.read(object), text)
        if forward:
            self.apply(object, forward)

    def persist(self, object: str, text: str) -> None:
        """What was just read goes into the file whole and durably, owner and mode kept; `write memory` writes the same
        text, but straight into the file. That word is used where the file is none yet, or something else was read."""
        _, mark, body = self._printed.partition(PRINTED)
        if mark and exists(CONFIG) and normalise(body) == text:
            write(CONFIG, body.removesuffix("end\n"))
        else:
            must(["vtysh", "-c", "write memory"])


def _vtysh(options: list[str], text: str) -> str:
    """Run `text` as a file; vtysh goes on after a bad line, so every word it says counts. Empty: all taken.

    The file is in memory: going back must not need room on a disk.
    """
    done = run(["vtysh", *options, "-f", "/proc/self/fd/0"], text)
    complaints = [line for line in (done.out + done.err).splitlines() if line.startswith("%") or "line " in line]
    if done.code or complaints:
        return complaints[0][:300] if complaints else done.last
    return ""


DEVICE = Frr()

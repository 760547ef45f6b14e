"""Unbound on the device: our include, and the sockets that really listen for it.

`unbound-control reload` takes everything but the addresses it listens on; those need a restart, during which clients
ask again. What is without a trust anchor is refused: it would answer, and validate nothing.
"""

from __future__ import annotations

from ipv6.agent.device import Device
from ipv6.agent.host import Failed, Refused, exists, must, read, run, scratch, start, systemd, until, write
from ipv6.agent.lines import normalise
from ipv6.agent.sockets import missing, running, silent
from ipv6.drivers.unbound.text import CONTROL, PID, listens

MAIN = "/etc/unbound/unbound.conf"
ANCHORS = ("auto-trust-anchor-file", "trust-anchor-file", "trust-anchor")


class Unbound(Device):
    """The include file; the rest of the configuration belongs to the host."""

    def read(self, object: str) -> str:
        text = normalise(read(object) or "")
        return text + silent(listens(text), "udp", running(PID))

    def check(self, object: str, text: str, commands: str) -> None:
        with scratch() as directory:
            staged = f"{directory}/staged.conf"
            write(staged, text, 0o600)
            done = run(["unbound-checkconf", staged])
        if done.code:
            raise Refused(f"unbound-checkconf: {done.last.replace(staged, object)}")
        if not any(run(["unbound-checkconf", "-o", option, MAIN]).out.strip() for option in ANCHORS):
            raise Refused(f"{MAIN} names no trust anchor: nothing would be validated")

    def apply(self, object: str, commands: str) -> None:
        old = read(object) or ""
        write(object, commands)
        done = run(["unbound-checkconf", MAIN])
        if done.code:
            write(object, old)
            raise Failed(f"unbound-checkconf: {done.last}")
        wanted = listens(commands)
        if set(listens(old)) != set(wanted) or missing(wanted, "udp", running(PID)):
            _restart()
        else:
            must(["unbound-control", "-s", CONTROL, "reload"], timeout=60)
        until(lambda: not missing(wanted, "udp", running(PID)), "unbound does not listen")

    def restore(self, object: str, text: str) -> None:
        self.apply(object, text)


def _restart() -> None:
    if systemd():
        must(["systemctl", "restart", "unbound"], timeout=60)
        return
    if pid := running(PID):
        must(["kill", pid])
        until(lambda: not exists(f"/proc/{pid}"), "unbound did not stop")
    start(["unbound", "-c", MAIN])


DEVICE = Unbound()

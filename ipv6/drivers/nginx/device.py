"""nginx on the device: the include is replaced as a whole, nginx reloaded, and its sockets looked at."""

from __future__ import annotations

import os
import signal
import time

from ipv6.agent.device import Device
from ipv6.agent.host import Failed, Refused, read, run, scratch, start, systemd, write
from ipv6.agent.lines import normalise
from ipv6.agent.sockets import listening, missing, running, silent
from ipv6.drivers.nginx.text import listens, without_addresses

PID = "/run/nginx.pid"
_WAIT = 5.0
_STAGE = """\
pid {directory}/pid;
error_log stderr;
events {{ }}
http {{ access_log off; include {directory}/staged.conf; }}
"""


class Nginx(Device):
    """The include file and the sockets that really listen for it."""

    def read(self, object: str) -> str:
        text = normalise(read(object) or "")
        return text + silent(listens(text), "tcp", running(PID))

    def check(self, object: str, text: str, commands: str) -> None:
        """Syntax and certificates on a staged copy; its sockets are unnamed, the addresses may not exist yet."""
        with scratch() as directory:
            staged, main = f"{directory}/staged.conf", f"{directory}/nginx.conf"
            _put(staged, without_addresses(text, directory))
            _put(main, _STAGE.format(directory=directory))
            done = run(["nginx", "-t", "-q", "-c", main])
        if done.code:
            raise Refused(f"nginx -t: {done.last.replace(staged, object)}")

    def apply(self, object: str, commands: str) -> None:
        old = read(object) or ""
        write(object, commands)
        done = run(["nginx", "-t", "-q"])
        if done.code:
            write(object, old)
            raise Failed(f"nginx -t: {done.last}")
        if pid := running(PID):
            os.kill(int(pid), signal.SIGHUP)  # what `nginx -s reload` sends, after reading everything once more
        else:
            start(["systemctl", "start", "nginx"] if systemd() else ["nginx"])
        _wait(listens(normalise(old)), listens(normalise(commands)))

    def restore(self, object: str, text: str) -> None:
        self.apply(object, text)


def _put(path: str, text: str) -> None:
    """A file that nobody needs after the check."""
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def _wait(before: tuple[tuple[str, int], ...], after: tuple[tuple[str, int], ...]) -> None:
    """Until the new sockets listen and the dropped ones are closed; the reading afterwards tells what is missing."""
    gone = set(before) - set(after)
    deadline = time.monotonic() + _WAIT
    while time.monotonic() < deadline and _unsettled(after, gone):
        time.sleep(0.05)


def _unsettled(after: tuple[tuple[str, int], ...], gone: set[tuple[str, int]]) -> bool:
    pid = running(PID)
    return bool(missing(after, "tcp", pid) or gone & listening("tcp", pid))


DEVICE = Nginx()

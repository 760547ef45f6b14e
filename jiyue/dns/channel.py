"""The way to a name server's own port 53: forwarded over the management path, closed with this process.

Record sets are taken only from the server's loopback, so whoever publishes needs the management path and the TSIG key.
"""

from __future__ import annotations

import socket
import subprocess
import time
from contextlib import closing
from pathlib import Path
from typing import Protocol

from inventory.errors import EnvironmentFailed

LOOPBACK = "127.0.0.1"
_START = 15.0
_TRIES = 3


class Reach(Protocol):
    """Gives address and TCP port at which a name server answers; EnvironmentFailed when there is no way."""

    def endpoint(self, server: str) -> tuple[str, int]: ...


class Channels:
    """SSH forwards, one per server, opened at first use; a broken one is opened again."""

    def __init__(self, ssh_config: Path, user: str = "root") -> None:
        self._config, self._user = ssh_config, user
        self._open: dict[str, tuple[subprocess.Popen[bytes], int]] = {}

    def __enter__(self) -> Channels:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def endpoint(self, server: str) -> tuple[str, int]:
        """The local end of the forward to `server`."""
        known = self._open.get(server)
        if known is not None and known[0].poll() is None:
            return LOOPBACK, known[1]
        if known is not None:
            _end(self._open.pop(server)[0])
        if not self._config.is_file():
            raise EnvironmentFailed(str(self._config), "there is no such SSH configuration", "start the lab first")
        said = ""
        for _ in range(_TRIES):  # another program may take the port that was free a moment ago
            port = _free_port()
            process = self._start(server, port)
            said = _wait(process, port)
            if not said:
                self._open[server] = process, port
                return LOOPBACK, port
            _end(process)
        raise EnvironmentFailed(server, f"its port 53 cannot be reached over SSH: {said}", "see `jiyue lab status`")

    def close(self) -> None:
        """End every forward."""
        for process, _ in self._open.values():
            _end(process)
        self._open.clear()

    def _start(self, server: str, port: int) -> subprocess.Popen[bytes]:
        # A connection of its own: a shared one would keep the forward when this process is gone.
        argv = ["setpriv", "--pdeathsig", "TERM", "--", "ssh", "-F", str(self._config), "-N", "-T"]
        for option in ("ControlMaster=no", "ControlPath=none", "BatchMode=yes", "ExitOnForwardFailure=yes"):
            argv += ["-o", option]
        argv += ["-l", self._user, "-L", f"{LOOPBACK}:{port}:{LOOPBACK}:53", "--", server]
        try:
            return subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd="/"
            )
        except OSError as error:
            raise EnvironmentFailed("ssh", f"it cannot be started: {error.strerror}", "run: jiyue doctor") from error


def _free_port() -> int:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def _wait(process: subprocess.Popen[bytes], port: int) -> str:
    """Empty when the forward listens, else why not."""
    deadline = time.monotonic() + _START
    while time.monotonic() < deadline:
        if process.poll() is not None:
            said = (process.stderr.read() if process.stderr else b"").decode("utf-8", "replace").strip()
            return said.splitlines()[-1] if said else f"ssh ended with status {process.returncode}"
        with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
            if probe.connect_ex((LOOPBACK, port)) == 0:
                return ""
        time.sleep(0.02)
    return f"no answer within {_START:g} s"


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    if process.stderr:
        process.stderr.close()

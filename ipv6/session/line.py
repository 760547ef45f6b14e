"""The connection: OpenSSH's client on a terminal of its own, so that a password is typed and never handed over."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import tempfile
import termios
import time
from collections.abc import Sequence
from contextlib import suppress

_WIDE = struct.pack("HHHH", 0, 512, 0, 0)


class Lost(Exception):
    """The connection could not be made or ended; the text is ssh's own word."""


class Line:
    """One terminal with one ssh in it; `with` ends it."""

    def __init__(self, argv: Sequence[str]) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, _WIDE)
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - closed in `close`

        # setsid(1) gives ssh the terminal. Python code between fork and exec runs what libraries hang there too (gRPC's
        # has ended such a child); without any, the child is started without a fork of this process.
        self._process = subprocess.Popen(["setsid", "--ctty", *argv], stdin=slave, stdout=slave, stderr=self._said)
        os.close(slave)

    def __enter__(self) -> Line:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def write(self, text: str) -> None:
        """Type it."""
        data = text.encode()
        try:
            while data:
                data = data[os.write(self._master, data) :]
        except OSError as error:
            raise Lost(self._why()) from error

    def read(self, seconds: float) -> str:
        """What has come, empty when nothing came for `seconds`; Lost when the connection is gone."""
        ready, _, _ = select.select([self._master], [], [], max(0.0, seconds))
        if not ready:
            return ""
        try:
            data = os.read(self._master, 65536)
        except OSError as error:
            raise Lost(self._why()) from error
        if not data:
            raise Lost(self._why())
        return data.decode("utf-8", "replace")

    def _why(self) -> str:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(2)
        size = os.fstat(self._said.fileno()).st_size
        lines = os.pread(self._said.fileno(), size, 0).decode("utf-8", "replace").strip().splitlines()
        return lines[-1].strip() if lines else "the connection ended without a word"

    def close(self) -> None:
        """End ssh; the device sees the session drop."""
        if self._master < 0:
            return
        os.close(self._master)
        self._master = -1
        until = time.monotonic() + 2
        while self._process.poll() is None and time.monotonic() < until:
            time.sleep(0.01)
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._said.close()


def command(ssh_config: str, user: str, device: str, connect: int, password: bool) -> list[str]:
    """ssh's command line: host keys pinned, a connection of its own; a password is only asked for when there is one."""
    fixed = {
        "StrictHostKeyChecking": "yes",
        "ControlMaster": "no",
        "ControlPath": "none",
        "ConnectTimeout": str(connect),
        "ServerAliveInterval": "5",
        "ServerAliveCountMax": "3",
        "NumberOfPasswordPrompts": "1",
        "BatchMode": "no" if password else "yes",
        "LogLevel": "ERROR",
    }
    if password:
        fixed["PasswordAuthentication"] = "yes"
    options = [f"-o{name}={value}" for name, value in fixed.items()]
    return ["ssh", "-F", ssh_config, "-tt", "-e", "none", *options, "-l", user, "--", device]

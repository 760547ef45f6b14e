"""Running a command on a host through the environment's SSH configuration; nothing else reaches a host from here."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO


@dataclass(frozen=True, slots=True)
class Reply:
    """What a remote command gave back; `problem` is why it did not run (unreachable, too slow), else empty."""

    code: int
    out: bytes
    err: str
    problem: str = ""


class Alive:
    """The clients that run; after `end` none does for long."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[bytes]] = set()
        self.over = False

    def add(self, process: subprocess.Popen[bytes]) -> None:
        """One more."""
        self._running.add(process)
        if self.over:
            process.kill()

    def discard(self, process: subprocess.Popen[bytes]) -> None:
        """It has ended."""
        self._running.discard(process)

    def kill(self) -> None:
        """End all that run now."""
        for process in tuple(self._running):
            process.kill()

    def end(self) -> None:
        """End all that run and that will."""
        self.over = True
        self.kill()


def ssh(config: Path, host: str, command: str, data: bytes = b"", timeout: float = 60.0) -> Reply:
    """Run `command` on `host` with `data` on its standard input; never raises for what the far side does."""
    lines: list[bytes] = []
    reply = stream(config, host, command, data, timeout, lines.append)
    return Reply(reply.code, b"".join(lines), reply.err, reply.problem)


def stream(
    config: Path,
    host: str,
    command: str,
    data: bytes,
    timeout: float,
    heard: Callable[[bytes], None],
    alive: Alive | None = None,
) -> Reply:
    """As `ssh`, but every line of the answer is told to `heard` the moment it is there, with its end; `out` is empty.

    Whatever ends this function ends the command's SSH client too, which is in `alive` as long as it runs.
    """
    if not config.is_file():
        return Reply(255, b"", "", f"no SSH configuration at {config.name}: the environment is not up")
    argv = ["ssh", "-F", str(config), "-o", "BatchMode=yes", "-T", "--", host, command]
    pipe = subprocess.PIPE
    try:
        process = subprocess.Popen(argv, stdin=pipe, stdout=pipe, stderr=pipe)
    except OSError as error:
        return Reply(255, b"", "", f"ssh cannot be started: {error.strerror}")
    assert process.stdin and process.stdout and process.stderr
    if alive is not None:
        alive.add(process)
    late = threading.Event()

    def give_up() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(timeout, give_up)
    errors: list[bytes] = []
    sides = (
        threading.Thread(target=_feed, args=(process.stdin, data), daemon=True),
        threading.Thread(target=lambda stderr: errors.append(stderr.read()), args=(process.stderr,), daemon=True),
    )
    try:
        timer.start()
        for side in sides:
            side.start()
        for line in process.stdout:
            heard(line)
        code = process.wait()
        for side in sides:
            side.join()
    finally:
        timer.cancel()
        if process.poll() is None:
            process.kill()
            process.wait()
        if alive is not None:
            alive.discard(process)
        for end in (process.stdout, process.stderr):
            end.close()
    text = b"".join(errors).decode("utf-8", "replace").strip()
    if late.is_set():
        return Reply(255, b"", text, f"no answer within {timeout:.0f} s")
    if code == 255:
        return Reply(255, b"", text, f"unreachable over SSH: {text.splitlines()[-1] if text else 'no reason'}")
    return Reply(code, b"", text)


def _feed(stdin: IO[bytes], data: bytes) -> None:
    with suppress(OSError):  # the far side may end before it has read everything
        stdin.write(data)
    with suppress(OSError):
        stdin.close()

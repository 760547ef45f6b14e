"""Programs that wait on the hosts for their next request: a move asks a host twenty times and starts one there."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType

from jiyue.probe.ssh import Reply


class Sessions:
    """As many per host as are asked at the same time; all of them end with the `with` block.

    `argv` is what starts one on a host.
    """

    def __init__(self, argv: Callable[[str], list[str]]) -> None:
        self._argv = argv
        self._idle: dict[str, list[subprocess.Popen[bytes]]] = {}
        self._all: list[subprocess.Popen[bytes]] = []
        self._lock = threading.Lock()

    def __enter__(self) -> Sessions:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._all:
            process.kill()
        for process in self._all:
            process.wait()
            for end in (process.stdin, process.stdout, process.stderr):
                if end:
                    with suppress(OSError):  # what was not flushed has no reader any more
                        end.close()

    def ask(self, host: str, first: bytes, next: bytes, patience: float) -> Reply:
        """One line of answer to one line of request: `first` for a program that has just started, `next` for one that
        waits. One that has died while it waited is replaced; its request is asked again, as all of them may be."""
        with self._lock:
            waiting = self._idle.setdefault(host, [])
            process = waiting.pop() if waiting else None
        if process is not None:
            reply = self._exchange(host, process, next, patience)
            if reply.out or reply.problem:
                return reply
        try:
            process = subprocess.Popen(
                self._argv(host), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
            )
        except OSError as error:
            return Reply(255, b"", "", f"ssh cannot be started: {error.strerror}")
        with self._lock:
            self._all.append(process)
        return self._exchange(host, process, first, patience)

    def _exchange(self, host: str, process: subprocess.Popen[bytes], line: bytes, patience: float) -> Reply:
        assert process.stdin and process.stdout and process.stderr
        late = threading.Event()

        def give_up() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(patience, give_up)
        timer.start()
        try:
            with suppress(OSError):  # it is gone; why it is stands in what it said
                process.stdin.write(line)
                process.stdin.flush()
            out = process.stdout.readline()
        finally:
            timer.cancel()
        if out.endswith(b"\n"):
            with self._lock:
                self._idle[host].append(process)
            return Reply(0, out, "")
        if late.is_set():
            return Reply(255, b"", "", f"no answer within {patience:.0f} s")
        process.kill()
        text, code = process.stderr.read().decode("utf-8", "replace").strip(), process.wait()
        if code == 255:
            return Reply(255, b"", text, f"unreachable over SSH: {text.splitlines()[-1] if text else 'no reason'}")
        return Reply(code or 1, b"", text)

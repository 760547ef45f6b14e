"""Two processes side by side, where there is much to do: handshakes keep a processor busy, and threads of one Python
would wait for each other more than they would gain."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
from collections.abc import Callable

from .output import Output
from .work import Job

SECURE = frozenset({"http", "visit", "tls"})
"""Kinds whose work is mostly TLS."""
MANY = 200
"""Jobs for which a second process is worth its start."""
BLOCK = 65_536
PR_SET_PDEATHSIG = 1


def lanes(jobs: list[Job]) -> tuple[list[Job], list[Job]]:
    """What two processes do side by side: the second has every other target of those that cost handshakes, the first
    has the rest. A target belongs to one of them, so what it is spared (see `Courtesy`) stays the same."""
    if len(jobs) < MANY or (os.cpu_count() or 1) < 2:
        return jobs, []
    turns: dict[str, int] = {}
    first, second = list[Job](), list[Job]()
    for job in jobs:
        there = job.kind in SECURE and not job.alone and turns.setdefault(job.address or job.name, len(turns)) % 2
        (second if there else first).append(job)
    return first, second


def beside(work: Callable[[], None], output: Output) -> threading.Thread:
    """Start `work` in a process of its own, which says what it has to say through `output` of this one; the thread
    that passes it on ends with it and is not started yet.

    To be called before there are threads: a forked process has only the one that forked.
    """
    get, put = os.pipe()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            os.close(get)
            os.dup2(put, sys.stdout.fileno())
            work()
            code = 0
        except BaseException as error:
            sys.excepthook(type(error), error, error.__traceback__)
        finally:
            os._exit(code)
    os.close(put)
    return threading.Thread(target=_pass_on, args=(get, pid, output))


def _pass_on(get: int, pid: int, output: Output) -> None:
    left = b""
    try:
        while block := os.read(get, BLOCK):
            lines, end, left = (left + block).rpartition(b"\n")
            if end:
                output.pass_on(lines + end)
    finally:
        os.close(get)
        os.waitpid(pid, 0)

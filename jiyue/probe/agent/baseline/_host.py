"""How readings look at their host: programs, processes, files."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from . import SECONDS

LIMIT = 4_000_000
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def said(*argv: str) -> tuple[int, str, str]:
    """Exit status, output and errors of a program; OSError when it is missing, SubprocessError when it is too slow."""
    done = subprocess.run(
        argv, capture_output=True, timeout=SECONDS, check=False, stdin=subprocess.DEVNULL,
        env={"PATH": PATH, "LC_ALL": "C", "HOME": "/root"},
    )  # fmt: skip
    out, err = done.stdout[:LIMIT], done.stderr[:10_000]
    return done.returncode, out.decode("utf-8", "replace"), err.decode("utf-8", "replace")


def commands() -> Iterator[tuple[int, str]]:
    """Process id and command line (as ps shows it) of every process of this host."""
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                raw = Path("/proc", name, "cmdline").read_bytes()
            except OSError:  # it has ended
                continue
            yield int(name), raw.replace(b"\0", b" ").decode("utf-8", "replace").strip()


def text(path: str) -> str:
    """A file's text, empty when there is none or it may not be read."""
    try:
        with open(path, "rb") as stream:
            return stream.read(LIMIT).decode("utf-8", "replace")
    except OSError:
        return ""

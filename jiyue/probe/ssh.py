"""Running a command on a host through the environment's SSH configuration; nothing else reaches a host from here."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Reply:
    """What a remote command gave back; `problem` is why it did not run (unreachable, too slow), else empty."""

    code: int
    out: bytes
    err: str
    problem: str = ""


def ssh(config: Path, host: str, command: str, data: bytes = b"", timeout: float = 60.0) -> Reply:
    """Run `command` on `host` with `data` on its standard input; never raises for what the far side does."""
    if not config.is_file():
        return Reply(255, b"", "", f"no SSH configuration at {config.name}: the environment is not up")
    argv = ["ssh", "-F", str(config), "-o", "BatchMode=yes", "-T", "--", host, command]
    try:
        done = subprocess.run(argv, input=data, capture_output=True, timeout=timeout, check=False)
    except subprocess.TimeoutExpired:
        return Reply(255, b"", "", f"no answer within {timeout:.0f} s")
    except OSError as error:
        return Reply(255, b"", "", f"ssh cannot be started: {error.strerror}")
    text = done.stderr.decode("utf-8", "replace").strip()
    if done.returncode == 255:
        return Reply(255, done.stdout, text, f"unreachable over SSH: {text.splitlines()[-1] if text else 'no reason'}")
    return Reply(done.returncode, done.stdout, text)

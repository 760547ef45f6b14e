"""Faults on purpose: a host that dies, a link that goes down and comes back."""

from __future__ import annotations

import subprocess
from pathlib import Path

from inventory.errors import EnvironmentFailed, InputError

from .access import enter_argv
from .process import Process
from .spec import MGMT_INTERFACE
from .state import read_state


def kill_host(state_dir: Path, host: str) -> None:
    """End every process of `host` at once; its links go with it. Only a new lab brings it back."""
    enter_argv(state_dir, host, ["true"])
    pid = read_state(state_dir).host(host).pid
    process = Process.of(pid) if pid else None
    if process is not None and not process.end():
        raise EnvironmentFailed(f"lab: {host}", "does not end", "take the lab down")


def set_link(state_dir: Path, host: str, interface: str, up: bool, netns: str | None = None) -> None:
    """Set one interface of `host` up or down; InputError for one it does not have, or its management link."""
    if interface == MGMT_INTERFACE:
        raise InputError(f"lab: {host}", f"{interface} is the way in", "name a data interface")
    state = "up" if up else "down"
    argv = enter_argv(state_dir, host, ["ip", "link", "set", "dev", interface, state], netns)
    done = subprocess.run(argv, capture_output=True, text=True, timeout=20, check=False)
    if done.returncode != 0:
        raise InputError(f"lab: {host} {interface}", done.stderr.strip(), "name one of its interfaces")

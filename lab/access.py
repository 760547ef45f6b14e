"""The two ways into a host: SSH as the product does it, and straight through the kernel for a look around."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from inventory.errors import EnvironmentFailed, InputError

from .spec import HOST_ENV
from .state import HostState, LabState, read_state


def _host(state: LabState, name: str) -> HostState:
    if state.phase == "down":
        raise EnvironmentFailed("lab", "is not up", "run: jiyue lab up")
    try:
        host = state.host(name)
    except KeyError:
        known = ", ".join(sorted(each.name for each in state.hosts)[:20])
        raise InputError(f"lab: {name}", "no such host", f"one of: {known}") from None
    if host.pid is None:
        raise EnvironmentFailed(f"lab: {name}", "this host is down", "run: jiyue lab down, then jiyue lab up")
    return host


def exec_argv(state_dir: Path, host: str, argv: Sequence[str]) -> list[str]:
    """The command that runs `argv` on `host` over SSH as root, quoted for the shell at the other end."""
    _host(read_state(state_dir), host)
    return ["ssh", "-F", str(state_dir / "ssh_config"), host, "--", shlex.join(argv)]


def enter_argv(
    state_dir: Path, host: str, argv: Sequence[str], netns: str | None = None, state: LabState | None = None
) -> list[str]:
    """The command that runs `argv` inside the namespaces of `host` without SSH; pass `state` to save a look-up."""
    pid = _host(state or read_state(state_dir), host).pid
    inside = ["ip", "netns", "exec", netns, *argv] if netns else list(argv)
    clean = ["env", "-i", *(f"{name}={value}" for name, value in HOST_ENV.items()), "TERM=dumb"]
    return ["nsenter", "--target", str(pid), "--mount", "--uts", "--net", "--pid", "--", *clean, *inside]

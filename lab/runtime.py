"""Bring a lab up, take it down, say how it is. Nothing is left on the machine when `down` returns.

The lab is one process tree: killing its head (or a crash of it) removes every host, link and mount with it.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from inventory.atomic import write_whole
from inventory.errors import EnvironmentFailed, Problems

from . import control_plane
from .check import problems
from .control_plane import ControlPlaneBinaries
from .errors import failed
from .files import private_dir
from .groups import remove_groups
from .keys import KeyPair, host_keys, new_pair
from .node_parts import NodeParts, node_parts
from .preflight import missing
from .process import Process, only_child, spawn, table
from .spec import HOST_ENV, LabSpec
from .ssh import SshPaths, client_config, known_hosts
from .state import LabState, Record, control_dir, locked, read_record, read_state, write_record

Progress = Callable[[str, int, int], None]

_UNSHARE = ("unshare", "--net", "--mount", "--pid", "--uts", "--fork", "--kill-child=SIGKILL", "--mount-proc")
_LEFTOVERS = ("spec.json", "status.json", "ssh_config", "kubeconfig", "state.json", "ssh", "rootfs", "images")


def status(state_dir: Path) -> LabState:
    """The lab of `state_dir` as it is now."""
    return read_state(state_dir)


def up(
    spec: LabSpec,
    state_dir: Path,
    progress: Progress = lambda text, done, total: None,
    binaries: ControlPlaneBinaries | None = None,
    timeout: float = 90.0,
) -> LabState:
    """Start `spec` and return when every service is up and the control plane answers.

    A lab that already runs this spec is left alone (`fresh` False). Problems for a bad spec; EnvironmentFailed for
    another spec that is up, a machine that lacks something, a busy port, or a host that does not start. After any
    error, and when interrupted, nothing is left running.
    """
    state_dir = state_dir.resolve()
    found = problems(spec)
    if found:
        raise Problems(found)
    with locked(state_dir):
        state = read_state(state_dir)
        if state.phase == "running":
            if state.digest == spec.digest():
                progress("the lab is already up", 1, 1)
                return state
            fix = "run: jiyue lab down, then again"
            raise EnvironmentFailed("lab", f"another lab ({state.name}) is up", fix)
        _clean(state_dir)
        lacking = missing(spec)
        if lacking:
            raise failed(lacking)
        if spec.control_plane is not None:
            control_plane.check(spec.control_plane, binaries)
        try:
            return _start(spec, state_dir, progress, binaries, time.monotonic() + timeout)
        except BaseException:
            _clean(state_dir)
            raise


def down(state_dir: Path) -> bool:
    """End the lab of `state_dir` and remove its state; True when there was something to end. Logs and the CA stay."""
    if not state_dir.is_dir():
        return False
    state_dir = state_dir.resolve()
    with locked(state_dir):
        return _clean(state_dir)


def _start(
    spec: LabSpec, directory: Path, progress: Progress, binaries: ControlPlaneBinaries | None, deadline: float
) -> LabState:
    write_whole(directory / "spec.json", spec.to_json(), 0o600)
    record = Record(spec.name, spec.digest(), time.monotonic())
    plane = None
    if spec.control_plane is not None and binaries is not None:
        plane = control_plane.ControlPlane(spec.control_plane, binaries, directory)
        pid, go = plane.launch()
        first = Process.of(_first_of(pid))
        record = replace(record, plane_launcher=Process.of(pid), plane=first, server=plane.server)
        write_record(directory, record)
        _release(go, "go\n")
    if spec.hosts:
        _start_hosts(spec, directory, record, node_parts(spec, binaries, directory))
        _wait_for_hosts(directory, progress, deadline)
    if plane is not None:
        _open_gate(spec, directory)
        plane.wait(progress, deadline)
    record = read_record(directory) or record
    write_record(directory, replace(record, complete=True))
    return replace(read_state(directory), fresh=True)


def _start_hosts(spec: LabSpec, directory: Path, record: Record, nodes: NodeParts) -> None:
    """Launch the supervisor, note it, then hand it the keys (it does nothing before it has them)."""
    ssh = private_dir(directory / "ssh")
    paths = SshPaths(directory / "ssh_config", ssh / "controller", ssh / "known_hosts", _private_run(directory))
    keys, controller = host_keys(host.name for host in spec.hosts), new_pair("controller")
    write_whole(paths.identity, controller.private, 0o600)
    write_whole(paths.known_hosts, known_hosts(spec, keys), 0o600)
    env = {**HOST_ENV, "PYTHONPATH": str(Path(__file__).parent.parent), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [*_UNSHARE, sys.executable, "-m", "lab.supervisor", str(directory)]
    pid, go = spawn(command, env, directory / "supervisor.log")
    supervisor = _first_of(pid)
    write_record(directory, replace(record, launcher=Process.of(pid), supervisor=Process.of(supervisor)))
    write_whole(paths.config, client_config(spec, paths, supervisor), 0o600)
    given = {"hosts": _plain(keys), "controller": controller.public, "nodes": nodes.to_plain()}
    _release(go, json.dumps(given))


def _open_gate(spec: LabSpec, directory: Path) -> None:
    """The real nodes' way to the API server; without real nodes there is none."""
    nodes = {host.name for host in spec.hosts if host.node}
    record, plane = read_record(directory), spec.control_plane
    if not nodes or record is None or record.supervisor is None or plane is None:
        return
    kept = {node.name: node.dedicated for node in plane.nodes}
    found = [f"{host.pid}={kept[host.name]}" for host in read_state(directory).hosts if host.name in nodes and host.pid]
    words = [str(plane.apiserver_port), str(record.supervisor.pid), str(directory / "kube" / "pki"), *found]
    command = [sys.executable, "-m", "lab.api_gate", *words]
    env = {**HOST_ENV, "PYTHONPATH": str(Path(__file__).parent.parent), "PYTHONDONTWRITEBYTECODE": "1"}
    pid, go = spawn(command, env, directory / "logs" / "api-gate.log")
    write_record(directory, replace(record, gate=Process.of(pid)))
    _release(go, "go\n")


def _plain(keys: dict[str, KeyPair]) -> dict[str, tuple[str, str]]:
    return {name: (pair.private, pair.public) for name, pair in keys.items()}


def _release(descriptor: int, text: str) -> None:
    """Hand over what a new process waits for; one that has ended already is found by those who wait for it."""
    with suppress(BrokenPipeError), os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)


def _private_run(directory: Path) -> Path:
    path = control_dir(directory)
    path.mkdir(mode=0o700, exist_ok=True)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise EnvironmentFailed(str(path), "is not a private directory of ours", "remove it")
    return path


def _first_of(launcher: int) -> int:
    """Process 1 of the pid namespace that `launcher` made."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        pid = only_child(launcher, table())
        if pid is not None:
            return pid
        if Process.of(launcher) is None:
            break
        time.sleep(0.01)
    raise EnvironmentFailed("lab", "a process tree did not start", "see the logs in the lab's directory")


def _wait_for_hosts(directory: Path, progress: Progress, deadline: float) -> None:
    while True:
        state = read_state(directory, pids=False)
        services = [s for host in state.hosts for s in host.services.values()]
        ready = sum(s == "up" for s in services)
        progress(f"hosts {sum(h.phase == 'up' for h in state.hosts)}/{len(state.hosts)}", ready, len(services))
        if state.hosts and all(host.phase == "up" and not host.errors for host in state.hosts):
            return
        if state.phase in ("failed", "down"):
            raise _failure(directory, state)
        if time.monotonic() > deadline:
            waiting = [f"{h.name} ({h.phase})" for h in state.hosts if h.phase != "up"]
            cause = f"{len(waiting)} hosts are not up in time: {', '.join(waiting[:5])}"
            raise EnvironmentFailed("lab", cause, "see supervisor.log in the lab's directory")
        time.sleep(0.1)


def _failure(directory: Path, state: LabState) -> EnvironmentFailed:
    broken = [
        EnvironmentFailed(f"lab: {host.name}", error, "correct its configuration")
        for host in state.hosts
        for error in host.errors
    ]
    if broken:
        return failed(broken)
    cause = state.error or "the supervisor ended"
    return EnvironmentFailed("lab", cause, f"see {directory / 'supervisor.log'}")


def _clean(directory: Path) -> bool:
    """End whatever is recorded, then the shared SSH connections, then remove the state."""
    record = read_record(directory)
    found = record is not None
    for process in record.processes() if record else ():
        if not process.end():
            raise EnvironmentFailed(f"lab: process {process.pid}", "does not end", "end it by hand, then again")
    sockets = control_dir(directory)
    if sockets.is_dir():
        _close_connections(sockets)
    for name in _LEFTOVERS:
        path = directory / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    control_plane.remove(directory)
    remove_groups(sockets.name)
    return found


def _close_connections(sockets: Path) -> None:
    """Shared connections end by themselves once their proxies died with the lab; ask those that have not noticed."""
    deadline = time.monotonic() + 2
    while any(sockets.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.05)
    for socket in sockets.iterdir():
        command = ["ssh", "-F", "/dev/null", "-o", f"ControlPath={socket}", "-O", "exit", "lab"]
        subprocess.run(command, capture_output=True, timeout=10, check=False)
        socket.unlink(missing_ok=True)
    sockets.rmdir()

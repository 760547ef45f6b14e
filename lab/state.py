"""What a lab leaves in its state directory while it runs, and what `status` makes of it."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from inventory.atomic import write_whole
from inventory.errors import EnvironmentFailed

from .files import private_dir
from .process import Entry, Process, only_child, table

RECORD = "state.json"


@dataclass(frozen=True, slots=True)
class HostState:
    """One host: `pid` is its process 1 as this machine numbers it, None when it is down."""

    name: str
    pid: int | None
    phase: str
    services: dict[str, str]
    errors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ControlPlaneState:
    """The control plane: where it answers and whether its process tree lives."""

    running: bool
    pid: int
    server: str
    kubeconfig: str


@dataclass(frozen=True, slots=True)
class LabState:
    """The lab at one moment. `phase`: down, starting, running, failed. `fresh`: this call started it.

    `started` is seconds of the monotonic clock of boot `boot`.
    """

    phase: str
    name: str = ""
    digest: str = ""
    pid: int = 0
    boot: str = ""
    started: float = 0.0
    fresh: bool = False
    error: str = ""
    hosts: tuple[HostState, ...] = ()
    control_plane: ControlPlaneState | None = None

    def host(self, name: str) -> HostState:
        """The host of that name; KeyError when the lab has none."""
        for host in self.hosts:
            if host.name == name:
                return host
        raise KeyError(name)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for `--json`."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Record:
    """The controller's own note: which processes are the lab's, by identity; `complete` once `up` has seen it all.

    Each tree has a launcher (in the machine's pid namespace) and process 1 of its own: the second is gone only when
    every process of the tree is, so waiting for it is waiting for all.
    """

    name: str
    digest: str
    started: float
    launcher: Process | None = None
    supervisor: Process | None = None
    plane_launcher: Process | None = None
    plane: Process | None = None
    gate: Process | None = None
    server: str = ""
    complete: bool = False

    def processes(self) -> tuple[Process, ...]:
        """Every process tree's head that was recorded, the inner ones first."""
        known = (self.supervisor, self.launcher, self.gate, self.plane, self.plane_launcher)
        return tuple(process for process in known if process is not None)

    def whole(self) -> bool:
        """True while every recorded part lives."""
        return all(process.alive() for process in self.processes())


def write_record(directory: Path, record: Record) -> None:
    """Replace the note."""
    write_whole(directory / RECORD, json.dumps(asdict(record), indent=1), 0o600)


def read_record(directory: Path) -> Record | None:
    """The note, or None when there is none; a note nobody can read counts as a failed environment."""
    path = directory / RECORD
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        for key in ("launcher", "supervisor", "plane_launcher", "plane", "gate"):
            data[key] = Process(**data[key]) if data.get(key) else None  # an earlier version wrote fewer
        return Record(**data)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise EnvironmentFailed(str(path), f"cannot be read ({error})", "remove it after a look at it") from error


def control_dir(directory: Path) -> Path:
    """Where shared SSH connections keep their sockets: short, as a socket path ends at 108 bytes."""
    return Path("/run") / f"jiyue-{hashlib.sha256(str(directory.resolve()).encode()).hexdigest()[:8]}"


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Hold the lab's lock; EnvironmentFailed when another command has it. The kernel frees it with its holder."""
    private_dir(directory)
    descriptor = os.open(directory / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            fix = "wait until it has finished"
            raise EnvironmentFailed(str(directory), "another command works on this lab", fix) from None
        yield
    finally:
        os.close(descriptor)


def read_state(directory: Path, pids: bool = True) -> LabState:
    """The lab as it is now; phase "down" when nothing of it lives. Without `pids` the hosts' are not looked up."""
    record = read_record(directory)
    if record is None or not any(process.alive() for process in record.processes()):
        return LabState("down")
    try:
        status = json.loads((directory / "status.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        status = {"phase": "starting", "hosts": {}}
    supervisor = record.supervisor.pid if record.supervisor and record.supervisor.alive() else None
    phase = "running" if record.complete else "starting"
    if status["phase"] == "failed" or not record.whole():
        phase = "failed"
    error = status.get("error", "") if record.whole() else "a part of the lab was killed"
    plane = record.plane
    return LabState(
        phase=phase,
        name=record.name,
        digest=record.digest,
        pid=record.supervisor.pid if record.supervisor else 0,
        boot=record.processes()[0].boot,
        started=record.started,
        error=error,
        hosts=_hosts(status["hosts"], supervisor, table() if supervisor and pids else {}),
        control_plane=None
        if plane is None
        else ControlPlaneState(plane.alive(), plane.pid, record.server, str(directory / "kubeconfig")),
    )


def _hosts(
    hosts: dict[str, dict[str, Any]], supervisor: int | None, entries: Mapping[int, Entry]
) -> tuple[HostState, ...]:
    """Match the supervisor's view (its own pid numbers) with this machine's numbers."""
    launchers = {entry.inner[-1]: pid for pid, entry in entries.items() if entry.parent == supervisor and entry.inner}
    found = []
    for name, host in hosts.items():
        launcher = launchers.get(host["pid"]) if host["phase"] != "down" else None
        found.append(
            HostState(
                name=name,
                pid=only_child(launcher, entries) if launcher else None,
                phase=host["phase"] if supervisor else "down",
                services=dict(host["services"]),
                errors=tuple(host["errors"]),
            )
        )
    return tuple(found)

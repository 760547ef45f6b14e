"""Reaches the devices: one Ansible task for all of them, every host answers or is reported as not answering."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from inventory.errors import EnvironmentFailed, InputError
from ipv6.apply.bundle import program, session_program
from ipv6.apply.controller import Reach
from ipv6.apply.playbook import play, short
from ipv6.ports import DeviceResult, Target

PLAYBOOKS = {
    **dict.fromkeys(("observe", "status"), "observe"),
    **dict.fromkeys(("commit", "arm"), "push"),
    "confirm": "confirm",
    "rollback": "rollback",
}
STATES = ("observed", "committed", "armed", "confirmed", "rolled-back", "refused", "failed")
_HOST = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


@dataclass(frozen=True, slots=True)
class AnsibleTransport:
    """`ipv6.ports.Transport` over ansible-runner.

    `ssh_config` says how to reach a device by its name; `work_dir` takes the files of runs, which are removed after
    each; `playbooks` is the project's folder. `forks` is how many devices are talked to at a time. `limit` is the
    longest a run may take, `connect` ssh's own, in seconds. `sessions` are the devices that are worked over their
    command line from this machine, with the driver that does it; what is remembered of them lies beside `work_dir`, and
    `passwords` are theirs, by device ("" for all others), where the environment gives none.
    """

    ssh_config: Path
    work_dir: Path
    playbooks: Path
    user: str = "root"
    forks: int = 20
    limit: int = 900
    connect: int = 8
    sessions: Mapping[str, str] = field(default_factory=dict)
    passwords: Mapping[str, str] = field(default_factory=dict, repr=False)

    def run(self, targets: Sequence[Target], label: str) -> tuple[DeviceResult, ...]:
        """One result per target, in their order; InputError for targets that are no single sensible operation."""
        if not targets:
            return ()
        playbook = self._playbook(targets)
        if not self.ssh_config.is_file():
            raise EnvironmentFailed(str(self.ssh_config), "there is no such SSH configuration", "start the lab first")
        self.work_dir.mkdir(parents=True, exist_ok=True)
        directory = Path(
            tempfile.mkdtemp(prefix=f"{re.sub(r'[^a-z0-9-]+', '-', label.lower())[:40]}-", dir=self.work_dir)
        )
        try:
            results, status = self._ansible(directory.resolve(), playbook, targets)
        finally:
            shutil.rmtree(directory, ignore_errors=True)
        return tuple(results.get(target.device) or _silent(target.device, status) for target in targets)

    def _playbook(self, targets: Sequence[Target]) -> Path:
        operations = {str(target.payload.get("op")) for target in targets}
        devices = [target.device for target in targets]
        if len(operations) != 1 or not operations <= set(PLAYBOOKS):
            raise InputError("transport", f"one run is one operation, not {', '.join(sorted(operations))}")
        for device in devices:
            if not _HOST.fullmatch(device) or devices.count(device) > 1:
                raise InputError("transport", f"device {device!r} is named twice or is no host name")
        path = self.playbooks.resolve() / f"{PLAYBOOKS[operations.pop()]}.yml"
        if not path.is_file():
            raise EnvironmentFailed(str(path), "the playbook is missing", "run from the project's folder")
        return path

    def _program(self, target: Target) -> str:
        """What runs for a device: the agent on it, or a session here."""
        name = self.sessions.get(target.device, "")
        if not name:
            return program(target.payload)
        memory = self.work_dir.resolve().with_name(f"{self.work_dir.name}-sessions")
        way = {"driver": name, "ssh_config": str(self.ssh_config.resolve()), "user": self.user}
        return session_program(target.payload, {**way, "memory": str(memory), "connect": self.connect})

    def _ansible(
        self, directory: Path, playbook: Path, targets: Sequence[Target]
    ) -> tuple[dict[str, DeviceResult], str]:
        """Results by device, and how the run itself ended."""
        programs = {target.device: self._program(target) for target in targets}
        reach = Reach(self.ssh_config, self.user, self.forks, self.connect, self.limit)
        here = frozenset(self.sessions) & set(programs)
        said, status = play(directory, playbook, programs, reach, here, self.passwords)
        found = (result_of(event) for event in said)
        return {result.device: result for result in found if result and result.device in programs}, status


def result_of(event: Mapping[str, Any]) -> DeviceResult | None:
    """The device's result in one runner event, None for events that carry none."""
    kind, data = event.get("event"), event.get("event_data") or {}
    if kind not in ("runner_on_ok", "runner_on_failed", "runner_on_unreachable"):
        return None
    device, result = str(data.get("host", "")), data.get("res") or {}
    if kind == "runner_on_unreachable":
        return DeviceResult(device, "unreachable", short(result.get("msg")) or "it could not be reached")
    try:
        answer = json.loads(str(result.get("stdout", "")).strip().splitlines()[-1])
        state = answer["state"]
    except (ValueError, LookupError, TypeError):
        said = result.get("stderr") or result.get("module_stderr") or result.get("msg") or result.get("stdout")
        return DeviceResult(device, "failed", short(said) or "it gave no answer")
    if state not in STATES or answer.get("device") != device:
        return DeviceResult(device, "failed", f"it answered as {answer.get('device')!r} with state {state!r}")
    return DeviceResult(device, state, str(answer.get("reason", "")), answer)


def _silent(device: str, status: str) -> DeviceResult:
    """A target without a result is an error of its own, never left out."""
    return DeviceResult(device, "failed", f"it gave no result ({status})")

"""SIGKILL of the command, the engine or the provider at a chosen step of `up`, and what must be true afterwards.

Run as a module it is the command that gets killed: python -m tests.infra.kills PROJECT PLANE PLATFORM [BACKEND]
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

from infra import fleetwork as work
from infra.cluster import ApiServer
from infra.fleet import Fleet, drift, up
from infra.live import Snapshot
from infra.objects.platform import PlatformObjects
from infra.result import StackResult
from tests.infra.scene import fleet_of
from tests.infra.world import DIGEST, ROOT, raw_values

PROGRAMS = {"command": "python", "engine": "pulumi", "provider": "pulumi-resource"}
RENDER = work.render


def smaller(objects: PlatformObjects) -> PlatformObjects:
    """The same platform with three functions and without roles: a run takes seconds, every kind of step is left."""
    kept = dict(list(objects.functions.items())[:3])
    zones = {
        zone: tuple(item for item in items if not item.name.startswith("allow") and item.kind != "LimitRange")
        for zone, items in objects.zones.items()
    }
    return replace(objects, functions=kept, zones=zones, rbac=())


def shrink() -> None:
    """Let this process work on smaller platforms."""

    def render(*given: object, **named: object) -> PlatformObjects:
        return smaller(RENDER(*given, **named))  # type: ignore[arg-type]

    work.render = render


@dataclass(frozen=True)
class Kill:
    """Which program dies, and after how many finished steps (0: half a second after the start)."""

    target: str
    step: int


@dataclass
class Campaign:
    """Kills on some platforms; `faults` are broken promises, in words."""

    fleet: Fleet
    project: Path
    plane: Path
    backend: str = ""
    faults: list[str] = field(default_factory=list)
    fired: list[Kill] = field(default_factory=list)
    _uids: dict[str, str] = field(default_factory=dict)

    def strike(self, platform: str, kill: Kill) -> None:
        """One run that is killed; what it leaves is looked at."""
        command = [
            sys.executable,
            "-m",
            "tests.infra.kills",
            str(self.project),
            str(self.plane),
            platform,
            self.backend,
        ]
        with subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True
        ) as child:
            assert child.stdout is not None
            if kill.step == 0:
                time.sleep(0.5)
            else:
                for line in child.stdout:
                    if int(line) >= kill.step:
                        break
            if _hit(child, kill.target):
                self.fired.append(kill)
            child.stdout.close()
            child.wait()
        self.look(platform)

    def recover(self, platform: str) -> StackResult:
        """The next run by itself: it must end well, and leave all there, once, the same as before."""
        result = up(self.fleet, [platform], {platform: (DIGEST, raw_values(platform))})[platform]
        if not result.ok:
            self.faults.append(f"{platform}: {result.state}: {result.reason[:300]}")
        self.look(platform)
        for line in drift(self.fleet, [platform])[platform].lines:
            self.faults.append(f"{platform}: {line}")
        return result

    def look(self, platform: str) -> None:
        """An object that was seen once keeps its UID for ever: it is neither lost nor made a second time."""
        job = work.jobs(self.fleet, [platform], [])[0]
        kinds = {(item.api_version, item.kind) for item in job.objects.all}
        server = ApiServer(self.fleet.kubeconfig, self.fleet.context(platform))
        live = Snapshot(server, kinds)
        server.close()
        for item in job.objects.all:
            there = live.item(item.key)
            uid = str(there["metadata"]["uid"]) if there else ""
            before = self._uids.get(item.place)
            if before and uid != before:
                self.faults.append(f"{item.place}: {'made anew' if uid else 'lost'}")
            if uid:
                self._uids[item.place] = uid


def _hit(child: subprocess.Popen[str], target: str) -> bool:
    """Kill the program of that kind in the child's session; whether there was one."""
    for pid in _session(child.pid):
        try:
            name = Path(f"/proc/{pid}/comm").read_text().strip()
        except OSError:
            continue
        if name == PROGRAMS[target] or (target == "command" and pid == child.pid):
            os.kill(pid, signal.SIGKILL)
            return True
        if target == "provider" and name.startswith(PROGRAMS[target]):
            os.kill(pid, signal.SIGKILL)
            return True
    return False


def _session(session: int) -> Iterable[int]:
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session:
            yield int(path.parent.name)


def change(project: Path, platform: str, tag: str) -> None:
    """Give the stack something to do: another image tag, which is free of any approval."""
    path = project / "stacks" / f"Pulumi.{platform}.yaml"
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if "imageTag" not in line]
    path.write_text("\n".join([*lines, f"  jiyue:imageTag: '{tag}'"]) + "\n", encoding="utf-8")


def campaign(here: Campaign, platforms: Sequence[str], kills: int, seed: int) -> None:
    """`kills` kills over the platforms: half of each one's during its first `up`, the others while it is changed."""
    chance, left = Random(seed), kills
    for number, platform in enumerate(platforms):
        share = left // (len(platforms) - number)
        left -= share
        steps = work.jobs(here.fleet, [platform], [])[0].objects.steps
        for point in _points(chance, share - share // 2, steps - 2):
            here.strike(platform, point)
        here.recover(platform)
        for turn, point in enumerate(_points(chance, share // 2, steps + 4)):
            change(here.project, platform, f"0.{turn + 2}")
            here.strike(platform, point)
        here.recover(platform)


def _points(chance: Random, count: int, steps: int) -> list[Kill]:
    targets = list(PROGRAMS)
    every = [Kill(target, step) for target in targets for step in range(steps)]
    return chance.sample(every, count) if count <= len(every) else chance.choices(every, k=count)


def tell(platform: str, done: int, total: int, text: str) -> None:
    """One line per finished step, for whoever waits to kill."""
    sys.stdout.write(f"{done}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    shrink()
    project, plane, platform, *backend = sys.argv[1:]
    fleet = replace(fleet_of(Path(project), Path(plane)), backend="".join(backend))
    ended = up(fleet, [platform], {platform: (DIGEST, raw_values(platform))}, tell)[platform]
    sys.stderr.write(f"{ended.state}: {ended.reason}\n")

"""SIGKILL of the command, the engine or the provider at a chosen step of `up`, and what must be true afterwards.

Run as a module it is the command that gets killed: python -m tests.infra.kills PROJECT PLANE PLATFORM [BACKEND]
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
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

TARGETS = ("command", "engine", "provider")
COMMS = {"engine": "pulumi", "provider": "pulumi-resource"}
"""What the kernel calls them (15 letters of a program's name)."""

RECOVERED = 4
"""After so many kills of later runs one run is left alone, and has to be whole."""

LOOK = 0.02
LATE = 0.3
"""Seconds after a step within which the command is struck; the others only work while steps go on."""

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
    """Which program dies, in which kind of run, and after how many finished steps of it.

    `run` is "first" (nothing, or what killed runs left) or "later" (a change to what is up); 0 steps: as soon as the
    program is there.
    """

    target: str
    run: str
    step: int
    delay: float = field(default=0.0, compare=False)


@dataclass
class Campaign:
    """Kills on some platforms; `faults` are broken promises, in words."""

    fleet: Fleet
    project: Path
    plane: Path
    backend: str = ""
    faults: list[str] = field(default_factory=list)
    fired: list[Kill] = field(default_factory=list)
    said: Callable[[str], None] = lambda text: None
    _uids: dict[str, str] = field(default_factory=dict)

    def strike(self, platform: str, kill: Kill) -> bool:
        """One run that is killed; what it leaves is looked at. False when the program had ended before its point."""
        words = [str(self.project), str(self.plane), platform, self.backend]
        command = [sys.executable, "-m", "tests.infra.kills", *words]
        with subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True
        ) as child:
            assert child.stdout is not None
            for number, _ in enumerate(child.stdout, 1) if kill.step else ():
                if number >= kill.step:
                    break
            time.sleep(kill.delay)
            hit = _hit(child, kill.target, patient=kill.step == 0)
            if hit:
                self.fired.append(kill)
            child.stdout.read()  # whoever is left goes on telling
            child.wait()
        self.look(platform)
        self.said(f"{len(self.fired)} {platform} {kill} {'hit' if hit else 'too late'}, faults: {len(self.faults)}")
        return hit

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


def _hit(child: subprocess.Popen[str], target: str, patient: bool) -> bool:
    """Kill a program of the child's session that is alive; whether there was one. `patient` waits until there is."""
    while True:
        for pid, name in living(child.pid):
            if pid == child.pid if target == "command" else name == COMMS[target]:
                os.kill(pid, signal.SIGKILL)
                return True
        if not patient or child.poll() is not None:
            return False
        time.sleep(LOOK)


def living(session: int) -> Iterable[tuple[int, str]]:
    """Number and name of every process of a session that is not dead already."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            head, _, tail = path.read_text().rpartition(")")
        except OSError:
            continue
        fields = tail.split()
        if int(fields[3]) == session and fields[0] not in "ZX":
            yield int(path.parent.name), head.partition("(")[2]


def change(project: Path, platform: str, tag: str) -> None:
    """Give the stack something to do: another image tag, which is free of any approval."""
    path = project / "stacks" / f"Pulumi.{platform}.yaml"
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if "imageTag" not in line]
    path.write_text("\n".join([*lines, f"  jiyue:imageTag: '{tag}'"]) + "\n", encoding="utf-8")


def campaign(here: Campaign, platforms: Sequence[str], kills: int, seed: int) -> None:
    """`kills` kills over the platforms: half of them during first runs, half while something is changed.

    A point that comes too late, because the program has ended, does not count and is followed by another one.
    """
    chance = Random(seed)
    steps = min(work.jobs(here.fleet, [name], [])[0].objects.steps for name in platforms)
    first, later = points(chance, "first", steps - 3), points(chance, "later", 2 * steps - 4)
    for number, platform in enumerate(platforms):
        share = (kills - len(here.fired)) // (len(platforms) - number)
        up_to = len(here.fired) + share - share // 2
        while first and len(here.fired) < up_to and here.strike(platform, first.pop()):
            pass
        here.recover(platform)
        up_to, turn = up_to + share // 2, 1
        while later and len(here.fired) < up_to:
            turn += 1
            change(here.project, platform, f"0.{turn}")
            here.strike(platform, later.pop())
            if turn % RECOVERED == 0:
                here.recover(platform)
        here.recover(platform)


def points(chance: Random, run: str, steps: int) -> list[Kill]:
    """Every point of a run of so many steps, each of the three programs, in an order by chance."""
    found = [
        Kill(target, run, step, chance.uniform(0, LATE) if target == "command" else 0.0)
        for target in TARGETS
        for step in range(steps)
    ]
    chance.shuffle(found)
    return found


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

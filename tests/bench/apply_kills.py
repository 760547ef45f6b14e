"""SIGKILL at 300 places of a whole apply of one platform: the same command again must end in the same state.

The process that applies is a real one with the real store (SQLite, full sync) and is killed by the kernel at a random
effect, before or after it: a line of the journal, a result, an order to a device, a probe. The devices are the model
of the tests (`tests/unit/apply/world.py`), kept in a file, so that they outlive it; the real agent's timers and
restores are measured by the lockouts. Then time passes (none, until little is left on the timers, until they fired),
one in four is killed a second time, and the command is run again. A manual step is anything needed beyond that.
"""

from __future__ import annotations

import os
import pickle
import random
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ipv6.apply.flow import apply
from ipv6.apply.run import Policy
from jiyue.store import Store, open_store
from tests.bench.record import Record
from tests.unit.apply.world import NOW, Fuse, Scene, StillClock, World, inventory
from tests.unit.review.office import lab_approve, lab_trust

POINTS = 300
BEFORE, PLATFORM = ("shared", "hunan"), "changsha"
LATER: tuple[Callable[[World], None], ...] = (lambda world: None, World.almost, World.silence)


class Deadly(Fuse):
    """Ends the process as SIGKILL does: nothing is caught, flushed or cleaned up."""

    def burn(self) -> None:
        """Count one; die when it is time."""
        self.count += 1
        if self.count == self.at:
            os.kill(os.getpid(), signal.SIGKILL)


class Kept(World):
    """The devices of the tests in a file: what one of them has done is done, whoever dies."""

    file: Path

    def _one(self, device: str, payload: dict[str, Any]) -> Any:
        found = super()._one(device, payload)
        self.keep()
        return found

    def keep(self) -> None:
        """Whole or not at all."""
        new = self.file.with_suffix(".new")
        new.write_bytes(pickle.dumps((self.texts, self.records, self.seen)))
        new.replace(self.file)

    def load(self) -> None:
        """As they stand now."""
        self.texts, self.records, self.seen = pickle.loads(self.file.read_bytes())


class Counted:
    """The real store; each of its writes is an effect, before and after it."""

    def __init__(self, store: Store, fuse: Fuse) -> None:
        self._store, self._fuse = store, fuse

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._store, name)
        if name not in ("journal", "put_result", "applied", "reverted"):
            return found

        def write(*values: Any) -> None:
            self._fuse.burn()
            found(*values)
            self._fuse.burn()

        return write


@dataclass(frozen=True)
class Place:
    """One province on disk: the store, the devices, the keys."""

    folder: Path
    keys: Path

    @property
    def devices(self) -> Path:
        """The file of the devices."""
        return self.folder / "devices"

    def store(self) -> Store:
        """The real store."""
        return open_store(self.folder / "jiyue.db", lab_trust(self.keys), lambda: NOW)

    def world(self, scene: Scene) -> Kept:
        """The devices as they stand now."""
        world = Kept(fuse=scene.fuse)
        world.file = self.devices
        world.load()
        return world


def run(place: Place, platforms: tuple[str, ...], kill: int = 0) -> tuple[int, int]:
    """One apply in a process of its own: its exit code (-9 when killed) and the effects that it came to."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        try:
            fuse = Deadly(kill)
            code = _apply(place, platforms, fuse)
            os.write(writer, str(fuse.count).encode())
        finally:
            os._exit(code if "code" in locals() else 70)
    os.close(writer)
    with os.fdopen(reader, "rb") as stream:
        count = stream.read()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), int(count or 0)


def _apply(place: Place, platforms: tuple[str, ...], fuse: Fuse) -> int:
    scene = Scene((*BEFORE, PLATFORM))
    scene.fuse, scene.vantage.fuse = fuse, fuse
    world = place.world(scene)
    scene.vantage.world = world
    digests = {name: scene.digests[name] for name in platforms}
    parts = (Counted(place.store(), fuse), world, scene.vantage, StillClock(), scene.told)
    lock = place.folder / "lock"
    policy = Policy(probers=1)
    return apply(digests, inventory(), *parts, f"run-{os.getpid()}", lock, policy, sleep=scene.sleep).exit_code  # type: ignore[arg-type]


@contextmanager
def province() -> Iterator[tuple[Place, int, Any, Callable[[str], Place]]]:
    """Everything approved, all but the platform applied; how many effects it takes, how the devices look at the end,
    and a maker of fresh copies."""
    with tempfile.TemporaryDirectory(prefix="jiyue-kills-") as text:
        root = Path(text)
        first = Place(root / "first", root / "keys")
        first.folder.mkdir()
        scene, store = Scene((*BEFORE, PLATFORM)), first.store()
        for change in scene.changes.values():
            key = store.save_proposal(change, "wang")
            lab_approve(store, key, first.keys, NOW)
            for site in change.sites:
                store.put_assessment(site["name"], "passed", NOW, "2026-06-01T00:00:00Z", {})
        store.database.close()
        world = Kept(texts=scene.world.texts)
        world.file = first.devices
        world.keep()
        if run(first, BEFORE)[0] != 0:
            raise SystemExit("what goes before could not be applied: the figure would not count")

        def fresh(name: str) -> Place:
            shutil.copytree(first.folder, root / name)
            return Place(root / name, first.keys)

        whole = fresh("whole")
        code, effects = run(whole, (PLATFORM,))
        if code != 0:
            raise SystemExit("the undisturbed apply failed: the figure would not count")
        yield whole, effects, look(whole), fresh
        shutil.rmtree(root / "whole")


def look(place: Place) -> tuple[Any, ...]:
    """What runs, what is served, what waits, and what the store says runs."""
    world = place.world(Scene((*BEFORE, PLATFORM)))
    store = place.store()
    try:
        return (*world.picture(), world.pending(), store.applied_digest(PLATFORM))
    finally:
        store.database.close()


def killed(place: Place, effects: int, wanted: Any, draw: random.Random) -> tuple[int, str]:
    """Kill it at a random place (one in four twice), let time pass, run it again: manual steps, and what was wrong."""
    said = []
    for _ in range(2 if draw.random() < 0.25 else 1):
        at, later = draw.randint(1, effects), draw.choice(LATER)
        code, _ = run(place, (PLATFORM,), at)
        said.append(f"killed at {at} of {effects}: {code}")
        world = place.world(Scene((*BEFORE, PLATFORM)))
        later(world)
        world.keep()
    code, _ = run(place, (PLATFORM,))
    found = look(place)
    good = code == 0 and found == wanted
    return int(not good), "" if good else f"{'; '.join(said)}; again: {code}, {found[2:]}"


def campaign(points: int, seed: int) -> tuple[int, int, list[str]]:
    """Manual steps over that many points, how many places there are, and what went wrong."""
    draw, steps, wrong = random.Random(seed), 0, []
    with province() as (_, effects, wanted, fresh):
        for number in range(points):
            place = fresh(f"n{number}")
            more, why = killed(place, effects, wanted, draw)
            steps += more
            wrong += [why] if why else []
            shutil.rmtree(place.folder)
    return steps, effects, wrong


def measure(rounds: int) -> list[Record]:
    """All points once, in `rounds` parts with seeds of their own."""
    steps, effects, wrong = 0, 0, list[str]()
    for seed in range(rounds):
        more, effects, said = campaign(-(-POINTS // rounds), seed)
        steps += more
        wrong += said
    if wrong:
        print("\n".join(wrong[:10]))
    points = -(-POINTS // rounds) * rounds
    work = (
        f"the applying process killed (SIGKILL) at {points} random ones of {effects} places of a platform's apply, "
        "a quarter of them twice, then run again: real process and store, model devices; end state byte-equal"
    )
    none, value = "none, a goal only", float(steps)
    return [
        Record("apply-kills", work, none, None, value, "manual steps", None, "0", steps == 0, points, (value, value))
    ]

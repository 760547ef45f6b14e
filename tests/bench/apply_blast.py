"""How far a bad change gets: many seeded ones, the same mistake in every city, in the model world of the tests.

A mistake is one role's device that refuses, breaks, goes silent, harms IPv4, or answers nothing over IPv6 (seen by
address, by name, or only after a while). The canary is changed in batches of a random share. What may have been touched
when the run ends is the canary's batches up to the one in which the mistake can be seen, never another city; and all of
it is back at its base.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inventory.rollout import Pace
from ipv6.apply.batches import Member, batches
from ipv6.apply.flow import apply
from ipv6.apply.run import Policy
from ipv6.change.model import ChangeSet, DeviceChange
from ipv6.change.order import rank
from ipv6.ports import DeviceResult, ProbeReport
from tests.bench.record import Record
from tests.unit.apply.world import Scene, StillClock, Vantage, World, base_text, inventory

CHANGES = 500
CITIES, CANARY = ("changsha", "zhuzhou", "xiangtan"), "changsha"
ROLES = ("site-host", "firewall", "pe")
AT_ONCE = ("refuses", "breaks", "goes silent", "harms IPv4", "harms IPv4 at once")
WHEN_WHOLE = ("no IPv6 by address", "no IPv6 by name", "no IPv6 after a while")


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong, on which role's devices, and how large a batch is."""

    kind: str
    role: str
    share: int


class Wrong(World):
    """Devices of which those of one role do not bear the change."""

    mistake: Mistake

    def _one(self, device: str, payload: dict[str, Any]) -> DeviceResult:
        bad = payload["op"] == "commit" and payload["sections"] and device in _devices(self.mistake.role)
        if bad and self.mistake.kind == "refuses":
            return DeviceResult(device, "refused", "the check of its text failed")
        found = super()._one(device, payload)
        if bad and self.mistake.kind == "breaks":
            return super()._one(device, {**payload, "op": "rollback"})
        if bad and self.mistake.kind == "goes silent":
            return DeviceResult(device, "unreachable", "no answer")
        return found


class Seeing(Vantage):
    """Vantage points that see the mistake where it was made."""

    mistake: Mistake
    soaked = False

    def by_address(self, change: ChangeSet) -> ProbeReport:
        """Red where the mistake runs and shows by address."""
        return self._red(change, super().by_address(change), self.mistake.kind == "no IPv6 by address")

    def by_name(self, change: ChangeSet) -> ProbeReport:
        """Red where the mistake runs and shows by name, or showed up since."""
        late = self.mistake.kind == "no IPv6 after a while" and self.soaked
        return self._red(change, super().by_name(change), late or self.mistake.kind == "no IPv6 by name")

    def ipv4_lost(self, change: ChangeSet, before: Mapping[str, str]) -> tuple[str, ...]:
        """Lost where the mistake runs and harms."""
        return ("no answer",) if self.mistake.kind == "harms IPv4" and self._runs(change) else ()

    def ipv4_watched(self, change: ChangeSet) -> tuple[str, ...]:
        """The same, seen by the watch between two ranks."""
        return ("no answer",) if self.mistake.kind == "harms IPv4 at once" and self._runs(change) else ()

    def _runs(self, change: ChangeSet) -> bool:
        bad = [device for device in _held(change) if device.role == self.mistake.role]
        return change.platform in CITIES and any(
            self.world.texts[one.device] == one.sections[0].intended for one in bad
        )

    def _red(self, change: ChangeSet, report: ProbeReport, shows: bool) -> ProbeReport:
        return ProbeReport(False, 4, ("no answer",)) if shows and self._runs(change) else report


def _held(change: ChangeSet) -> list[DeviceChange]:
    return [device for device in change.devices if not device.deferred]


def _devices(role: str) -> set[str]:
    return {f"{ {'site-host': 'site', 'firewall': 'fw', 'pe': 'pe'}[role] }-{city}" for city in CITIES}


def one(mistake: Mistake, folder: Path) -> tuple[int, int, int]:
    """Devices touched in the canary, devices touched beyond what may be, devices that are not back at their base."""
    scene, inv = Scene(), inventory()
    world = Wrong(fuse=scene.fuse, texts=scene.world.texts)
    eyes = Seeing(world, scene.fuse)
    world.mistake = eyes.mistake = mistake
    touched: set[str] = set()
    genuine = world.run

    def seen(targets: Any, label: str) -> Any:
        touched.update(t.device for t in targets if t.payload["op"] == "commit" and t.payload["sections"])
        return genuine(targets, label)

    world.run = seen  # type: ignore[method-assign]

    def soak(_: float) -> None:
        eyes.soaked = True

    soaking = inv.environment.model_copy(update={"soak": None})
    pace = {"canary": Pace(share=mistake.share, soak=1), "first": Pace(share=mistake.share)}
    inv = inv.model_copy(update={"environment": soaking, "pace": pace})
    parts = (scene.store, world, eyes, StillClock(), scene.told)
    result = apply(scene.digests, inv, *parts, "run", folder / "lock", Policy(probers=1), sleep=soak)
    if result.exit_code == 0:
        raise SystemExit(f"{mistake} went through: the figure would not count")
    canary = _held(scene.changes[CANARY])
    members = [Member(device.device, CANARY, device.role, device.region) for device in canary]
    planned = batches(members, mistake.share, rank, inv.twins, {members[0].region: len(members)})
    if mistake.kind in AT_ONCE:
        last = next(n for n, batch in enumerate(planned) if any(member.role == mistake.role for member in batch))
        planned = planned[: last + 1]
    allowed = {member.device for batch in planned for member in batch}
    cities = {device.device for city in CITIES for device in _held(scene.changes[city])}
    world.silence()
    left = {name for name in cities if world.texts[name] != base_text(name)}
    if mistake.kind == "no IPv6 by name":  # its records are withdrawn, its devices keep their IPv6
        left -= allowed
    return len(touched & cities), len((touched & cities) - allowed), len(left)


def draw(chance: random.Random) -> Mistake:
    """One mistake."""
    return Mistake(chance.choice(AT_ONCE + WHEN_WHOLE), chance.choice(ROLES), chance.choice((34, 67, 100)))


def campaign(count: int, seed: int) -> list[tuple[Mistake, tuple[int, int, int]]]:
    """So many of them."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="jiyue-blast-") as folder:
        return [(mistake, one(mistake, Path(folder))) for mistake in (draw(chance) for _ in range(count))]


def measure(rounds: int) -> list[Record]:
    """All of them once, in `rounds` parts with seeds of their own."""
    found = [one for seed in range(rounds) for one in campaign(-(-CHANGES // rounds), seed)]
    beyond, left = sum(row[1] for _, row in found), sum(row[2] for _, row in found)
    most = max(row[0] for _, row in found)
    for mistake, row in [one for one in found if one[1][1] or one[1][2]][:10]:
        print(mistake, row)
    work = (
        f"{len(found)} bad changes of {len(AT_ONCE + WHEN_WHOLE)} kinds, the same mistake in every city, model world: "
        f"devices touched beyond the canary's batch in which it shows ({most} at most were), or not back at base"
    )
    value, none = float(beyond + left), "none, a goal only"
    return [Record("apply-blast", work, none, None, value, "devices", None, "0", not value, len(found), (value, value))]

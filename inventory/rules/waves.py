"""Every platform's file names a wave of the rollout, one canary city goes first, and the pace names waves."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.model import SHARED
from inventory.rules import Reason, rule
from inventory.rules._clash import twice
from inventory.types import show
from inventory.view import View
from inventory.vocab import Level

_FILE = "waves.yaml"


@rule("waves")
def waves(view: View) -> Iterator[Reason]:
    """Coverage, names and the place of the canary."""
    listed = view.inventory.waves
    names = ((wave.name, (_FILE, "waves", n, "name")) for n, wave in enumerate(listed))
    yield from twice(names, "wave", "rename one")
    known = {wave.name for wave in listed}
    for ref, platform in view.platforms:
        if platform.wave not in known:
            cause = f"platform {platform.name} is in no wave: waves.yaml does not have {show(platform.wave)}"
            yield Reason((*ref, "wave"), cause, "write the name of a wave")
    for n, wave in enumerate(listed):
        if not wave.platforms and all(platform.wave != wave.name for _, platform in view.platforms):
            yield Reason((_FILE, "waves", n), f"no platform is in wave {wave.name}", "name it in a platform's file")
    yield from _canary(view)
    for name in view.inventory.pace:
        if name not in known | {SHARED}:
            cause = f"pace names {show(name)}, which is no wave"
            yield Reason((_FILE, "pace", name), cause, "write the name of a wave, or `shared`")


def _canary(view: View) -> Iterator[Reason]:
    listed = view.inventory.waves
    canaries = [n for n, wave in enumerate(listed) if wave.canary]
    if len(canaries) != 1:
        cause = f"{len(canaries)} canary waves, the rollout needs 1"
        yield Reason((_FILE, "waves"), cause, "write canary: true on the wave of the first city")
        return
    codes = {platform.name: platform.code for _, platform in view.platforms}
    cities = {name for name, code in codes.items() if code in view.current and view.current[code].level == Level.CITY}
    first = next((n for n, wave in enumerate(listed) if cities & set(wave.platforms)), canaries[0])
    canary = listed[canaries[0]]
    if canaries[0] != first or len(canary.platforms) != 1:
        cause = f"the canary wave {canary.name} is not one city before all other cities"
        yield Reason((_FILE, "waves", canaries[0]), cause, "put one city in it and move it before the other cities")

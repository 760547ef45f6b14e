"""A device's pair is another device of the same role in the same region; a longer chain is no pair."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.rules import Reason, rule
from inventory.types import show
from inventory.view import View


@rule("pairs")
def pairs(view: View) -> Iterator[Reason]:
    """Both ends of every pair."""
    known = {device.name: device for _, _, device in view.devices}
    for ref, _, device in view.devices:
        other = known.get(device.pair)
        at = (*ref, "pair")
        if not device.pair:
            continue
        if other is None or other is device:
            yield Reason(at, f"{device.name} is paired with {show(device.pair)}, no other device", "name its twin")
        elif (other.role, other.region) != (device.role, device.region):
            cause = f"{device.name} and its pair {other.name} differ in role or region"
            yield Reason(at, cause, "pair what takes over for each other")
        elif other.pair and other.pair != device.name:
            cause = f"{device.name} is paired with {other.name}, which is paired with {other.pair}"
            yield Reason(at, cause, "name each other, or leave one out")

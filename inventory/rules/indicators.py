"""Indicators and limits are named once, belong to a set that exists, and say what their value is compared with."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.rules import Reason, rule
from inventory.rules._clash import twice
from inventory.types import show
from inventory.view import View

_FILE = "indicators.yaml"


@rule("indicators")
def indicators(view: View) -> Iterator[Reason]:
    """Names, sets and thresholds."""
    data = view.inventory.indicators
    for key, word, ids in (
        ("standards", "standard", [one.id for one in data.standards]),
        ("indicators", "indicator", [one.id for one in data.indicators]),
        ("limits", "limit", [one.id for one in data.limits]),
    ):
        yield from twice(((id, (_FILE, key, n, "id")) for n, id in enumerate(ids)), word, "rename one")
    known = {one.id for one in data.standards}
    for n, one in enumerate(data.indicators):
        if one.standard not in known:
            cause = f"indicator {one.id} belongs to {show(one.standard)}, which is no standard here"
            yield Reason((_FILE, "indicators", n, "standard"), cause, f"choose one of {', '.join(sorted(known))}")
        compared = one.sense != "pass"
        if compared != (one.threshold is not None) or compared != bool(one.measure):
            cause = f"indicator {one.id} has sense {one.sense}"
            fix = "at-least and at-most need measure and threshold, pass takes neither"
            yield Reason((_FILE, "indicators", n), cause, fix)
        if one.scale == "proportional" and one.sense != "at-least":
            cause = f"indicator {one.id} is proportional with sense {one.sense}"
            yield Reason((_FILE, "indicators", n, "scale"), cause, "only at-least can earn a share")
    for n, standard in enumerate(data.standards):
        if not data.of(standard.id):
            yield Reason((_FILE, "standards", n), f"standard {standard.id} has no indicator", "add one or remove it")

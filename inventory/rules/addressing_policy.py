"""Areas and local sites of the addressing policy: one identity each, in regions in force."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.rules import Reason, rule
from inventory.rules._clash import twice
from inventory.types import show
from inventory.view import View

FILE = "addressing.yaml"


@rule("addressing-policy")
def addressing_policy(view: View) -> Iterator[Reason]:
    """An area's id is no code, so that a key can never mean both; a unique local site says where it is (RFC 4193)."""
    policy = view.inventory.addressing
    yield from twice(((area.id, (FILE, "areas", n, "id")) for n, area in enumerate(policy.areas)), "area", "rename it")
    yield from twice(((site.id, (FILE, "local", n, "id")) for n, site in enumerate(policy.local)), "site", "rename it")
    for n, area in enumerate(policy.areas):
        if area.id.isdigit():
            yield Reason((FILE, "areas", n, "id"), f"area {area.id} reads like a code", "begin it with a letter")
        if area.parent not in view.current:
            cause = f"area {area.id} lies in {show(area.parent)}, no region in force"
            yield Reason((FILE, "areas", n, "parent"), cause, "write a code of regions.csv in force")
    for n, site in enumerate(policy.local):
        if site.region not in view.current:
            cause = f"local site {site.id} lies in {show(site.region)}, no region in force"
            yield Reason((FILE, "local", n, "region"), cause, "write a code of regions.csv in force")

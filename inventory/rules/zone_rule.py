"""The matrix has the rules without which a platform cannot do what the notice asks."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.rules import Reason, rule
from inventory.view import View

_FILE = "zones.yaml"
ZONES = ("dmz", "app", "data", "exchange", "ops", "security")
_WAY = (("internet", "dmz", "web"), ("dmz", "app", "app"), ("app", "data", "library"))


def needed() -> Iterator[tuple[str, str, str]]:
    """Source, target and service of every rule that must be there.

    Operations reach every zone but the security zone: who audits is not administered by who is audited
    (GB/T 22239-2019 8.1.5). Every zone sends its logs there.
    """
    yield from _WAY
    yield from (("ops", zone, "ssh") for zone in ZONES if zone not in ("ops", "security"))
    yield from ((zone, "security", "syslog") for zone in ZONES if zone != "security")


@rule("zone-rule")
def zone_rule(view: View) -> Iterator[Reason]:
    """Every needed zone exists and every needed flow is allowed on every platform."""
    matrix = view.inventory.matrix
    known = {zone.id for zone in matrix.zones}
    for zone in ZONES:
        if zone not in known:
            yield Reason((_FILE, "zones"), f"missing zone {zone}", f"add {{id: {zone}, ...}}")
    allowed = {
        (flow.source, flow.target, name) for flow in matrix.flows if not flow.platforms for name in flow.services
    }
    for source, target, service in needed():
        if (source, target, service) not in allowed and {source, target} <= known | {"internet"}:
            cause = f"missing zone rule: {source} to {target} needs {service}"
            fix = f"add {{source: {source}, target: {target}, services: [{service}], reason: ...}}"
            yield Reason((_FILE, "flows"), cause, fix)

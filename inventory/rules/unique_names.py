"""Names of devices, links, interfaces and systems are unique: ledger claims and SSH aliases are made of them."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.rules import Reason, rule
from inventory.rules._clash import twice
from inventory.view import View


@rule("unique-names", partial=True)
def unique_names(view: View) -> Iterator[Reason]:
    """Devices and links across the province, interfaces within a device, systems within a platform."""
    fix = "give each its own name"
    yield from twice(((device.name, (*ref, "name")) for ref, _, device in view.devices), "device name", fix)
    yield from twice(((link.id, (*ref, "id")) for ref, _, link in view.links), "link id", fix)
    for ref, _, device in view.devices:
        ports = ((port.name, (*ref, "interfaces", n, "name")) for n, port in enumerate(device.interfaces))
        yield from twice(ports, f"interface of {device.name}", fix)
    for at, platform in view.platforms:
        systems = ((system.name, (*at, "systems", n, "name")) for n, system in enumerate(platform.systems))
        yield from twice(systems, "system", fix)

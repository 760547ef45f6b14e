"""No two devices share a management address or a loopback, no two interfaces or sites an address."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.rules import Reason, rule
from inventory.rules._clash import twice
from inventory.view import View


@rule("unique-addresses", partial=True)
def unique_addresses(view: View) -> Iterator[Reason]:
    """Addresses of one kind are unique in the province; a site may share its address with its own host only."""
    fix = "give each its own address"
    yield from twice(((device.mgmt4, (*ref, "mgmt4")) for ref, _, device in view.devices), "management address", fix)
    loops = ((device.loopback4, (*ref, "loopback4")) for ref, _, device in view.devices if device.loopback4 is not None)
    yield from twice(loops, "loopback", fix)
    ports = ((port.address4, (*ref, "address4")) for ref, _, port in view.interfaces)
    yield from twice(ports, "interface address", fix)
    given = ((port.address6, (*ref, "address6")) for ref, _, port in view.interfaces if port.address6 is not None)
    yield from twice(given, "interface address", fix)
    yield from twice(((site.address4, (*ref, "address4")) for ref, _, site in view.sites), "site address", fix)

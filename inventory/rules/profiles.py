"""A device falls under one profile, and the servers that a profile names can be reached through the zone matrix."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.matrix import ZoneMatrix
from inventory.profile import Profile
from inventory.rules import Reason, rule
from inventory.types import show
from inventory.view import View

_FILE = "network.yaml"
_PORTS = {"snmp": ("udp", 162), "ntp": ("udp", 123), "radius": ("udp", 1812), "hwtacacs": ("tcp", 49)}
"""Well-known ports of RFC 3411 (traps), RFC 5905, RFC 2865 and of TACACS+ (RFC 8907)."""


@rule("profiles")
def profiles(view: View) -> Iterator[Reason]:
    """Two profiles on a device would leave it to chance which one counts; a server behind a filter answers nobody."""
    found = view.inventory.network.profiles
    for ref, _, device in view.devices:
        mine = sorted(name for name, one in found.items() if one.covers(device.role, device.drivers))
        if len(mine) > 1:
            cause = f"device {device.name} falls under the profiles {' and '.join(mine)}"
            yield Reason((*ref, "drivers"), cause, "let each role and driver belong to one profile")
    for name, profile in found.items():
        for use, server in _servers(profile):
            yield from _server(view, (_FILE, "profiles", name), use, server)


def _servers(profile: Profile) -> Iterator[tuple[str, str]]:
    wanted = profile.management
    if wanted is None:
        return
    for use, servers in (("snmp", wanted.snmp), ("ntp", wanted.ntp), (wanted.aaa, wanted.aaa_servers)):
        yield from ((use, server) for server in servers if use)


def _server(view: View, ref: tuple[str, str, str], use: str, server: str) -> Iterator[Reason]:
    place = next(((owner, device) for _, owner, device in view.devices if device.name == server), None)
    if place is None or not place[1].interfaces:
        yield Reason(ref, f"{use} server {show(server)} is no device with a port", "write the name of a device")
        return
    owner, device = place
    link = view.link_by_id.get(device.interfaces[0].link)
    if link is None or not link.zone:
        return
    home = next((one.name for _, one in view.platforms if any(own.id == link.id for own in one.links)), owner)
    protocol, port = _PORTS[use]
    if not _allowed(view.inventory.matrix, home, link.zone, protocol, port):
        cause = (
            f"{use} server {server} stands in zone {link.zone} of {home}, where the extranet has no {protocol} {port}"
        )
        yield Reason(ref, cause, f"add the flow extranet -> {link.zone} to zones.yaml or name another server")


def _allowed(matrix: ZoneMatrix, platform: str, zone: str, protocol: str, port: int) -> bool:
    return any(
        service.protocol == protocol and port in service.ports
        for flow in matrix.flows
        if (flow.source, flow.target) == ("extranet", zone) and (not flow.platforms or platform in flow.platforms)
        for name in flow.services
        if (service := matrix.services.get(name)) is not None
    )

"""What the province shares: one core, name servers of which one is the primary, one operations host."""

from __future__ import annotations

from collections.abc import Iterator

from inventory.model import SHARED
from inventory.rules import Reason, rule
from inventory.types import show
from inventory.view import View
from inventory.vocab import Role

_FILE = "network.yaml"


@rule("shared-devices")
def shared_devices(view: View) -> Iterator[Reason]:
    """Roles of `network.yaml`, its name servers and its AS numbers."""
    network = view.inventory.network
    for role in (Role.CORE, Role.OPS):
        count = sum(device.role == role for device in network.devices)
        if count != 1:
            yield Reason((_FILE, "devices"), f"{count} devices of role {role}, the province needs 1", "keep one")
    servers = {name: device for name, device in view.inventory.devices.items() if device.role == Role.DNS}
    for name, device in network.name_servers.items():
        if device not in servers:
            cause = f"name server {name} is {show(device)}, no device of role dns"
            yield Reason((_FILE, "name_servers", name), cause, "write the name of a device of role dns")
    if len(set(network.name_servers.values())) < 2:
        yield Reason((_FILE, "name_servers"), "fewer than 2 name servers", "name two devices (RFC 1034, 4.1)")
    primaries = [name for name, device in servers.items() if device.primary]
    if len(primaries) != 1:
        cause = f"{len(primaries)} primary name servers, the zones need 1"
        yield Reason((_FILE, "devices"), cause, "write primary: true on one of them")
    elif (home := view.inventory.platform_of_device[primaries[0]]) != SHARED:
        cause = f"the primary name server {primaries[0]} belongs to platform {home}, its zones to all of them"
        yield Reason((_FILE, "devices"), cause, "make one of the shared name servers the primary")
    if network.asn == network.provider_asn:
        cause = f"the extranet and its provider share AS {network.asn}"
        yield Reason((_FILE, "provider_asn"), cause, "write the provider's own number")

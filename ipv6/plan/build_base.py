"""What every role's builder shares: the common fields, ports, and default routes."""

from __future__ import annotations

from inventory.model import Device, Interface
from ipv6.plan.intent import DeviceIntent, Port, Route
from ipv6.plan.lookup import Lookup
from ipv6.plan.prefix import address_of

DEFAULTS = ("0.0.0.0/0", "::/0")


def base(found: Lookup, device: Device, ports: tuple[Port, ...]) -> DeviceIntent:
    """The fields that do not depend on the role."""
    return DeviceIntent(
        name=device.name,
        role=str(device.role),
        region=device.region,
        platform=found.inv.platform_of_device[device.name],
        drivers=device.drivers,
        mgmt4=str(device.mgmt4),
        ports=ports,
        loopbacks=found.loopbacks(device),
    )


def port(
    found: Lookup, device: Device, interface: Interface, routing: str = "none", extra: tuple[str, ...] = ()
) -> Port:
    """One port with both families, IPv4 first; `extra` are further host addresses on it."""
    link = found.inv.links[interface.link]
    addresses = (*found.port(device, interface), *extra)
    return Port(
        name=interface.name,
        addresses=tuple(sorted(addresses, key=lambda one: ":" in one)),
        description=link.id,
        routing=routing,
        zone=link.zone,
        netns=interface.netns,
        hardware=interface.hardware,
    )


def held_interfaces(found: Lookup, device: Device) -> tuple[Interface, ...]:
    """The interfaces to render: a held device leaves out links whose other ends this environment does not hold."""
    if not found.inv.holds(device):
        return device.interfaces
    kept = []
    for interface in device.interfaces:
        others = found.far_end(device, interface)
        if not others or any(found.inv.holds(other) for other, _ in others):
            kept.append(interface)
    return tuple(kept)


def defaults_via(gateway: tuple[str, ...], netns: str = "") -> tuple[Route, ...]:
    """Default routes, one per family that the gateway has."""
    via = [address_of(address) for address in gateway]
    return tuple(Route(DEFAULTS[":" in address], address, netns) for address in via)

"""IPv4 of routers, firewalls and hosts before and after a change, as flat text; what was there and is not any more.

Keys: `route/DEVICE/PREFIX`, `ospf/DEVICE/NEIGHBOUR`, `bgp/DEVICE/PEER`, `mtu/DEVICE/INTERFACE` and
`path/FROM/TO` (bytes), `state/DEVICE` (`read`, or why it could not be read). Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from inventory.model import Device, Inventory
from ipv6.verify.model import Answers, Probe, Sample
from ipv6.verify.reading import text

READ = "read"
PREFIX = ("route", "ospf", "bgp", "mtu", "path", "state")
TABLES = {"route": "routes", "ospf": "ospf", "bgp": "bgp"}
SIZES = {"mtu": "mtu", "path": "paths"}
BLOCKED = frozenset({"blackhole", "unreachable", "prohibit", "throw"})
UP = {"ospf": "Full", "bgp": "Established"}
READABLE = frozenset({"frr", "linux"})
"""Drivers of devices that run our prober; a vendor's router is judged by its neighbours and by what passes it."""
DESIGNATED = frozenset({"Full", "2-Way"})
"""Two routers of a LAN that are neither designated nor backup stay at 2-Way (RFC 2328, section 10.1)."""


def devices(inv: Inventory, touched: Iterable[str]) -> tuple[str, ...]:
    """The touched devices and those at the other end of their links, as far as they are here and can be read."""
    chosen = set(touched)
    links = {port.link for name in chosen if name in inv.devices for port in inv.devices[name].interfaces}
    return tuple(
        name
        for name, device in inv.devices.items()
        if _readable(inv, device) and (name in chosen or any(port.link in links for port in device.interfaces))
    )


def _readable(inv: Inventory, device: Device) -> bool:
    return inv.holds(device) and not READABLE.isdisjoint(device.drivers)


def ask(device: str) -> Probe:
    """The one read of a device."""
    return Probe(device, "state", 4, name=device, timeout=15.0)


def observe(names: Iterable[str], answers: Answers) -> dict[str, str]:
    """What the devices answered, flat; raises KeyError for one that was not asked."""
    seen: dict[str, str] = {}
    for device in names:
        answer = answers[ask(device)]
        sample: Sample = answer.samples[-1] if answer.samples else {}
        if text(sample, "state") != "ok":
            seen[f"state/{device}"] = answer.problem or text(sample, "error") or "no answer"
            continue
        seen[f"state/{device}"] = READ
        for kind, table in {**TABLES, **SIZES}.items():
            found = sample.get(table)
            for key, value in found.items() if isinstance(found, Mapping) else ():
                seen[f"{kind}/{device}/{key}"] = str(value)
    return seen


def losses(before: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
    """One sentence per route, neighbour or size that got lost, with device and before -> after.

    A neighbour that was not up, a route that led nowhere and a way that nobody answered on cannot be lost. Another
    next hop is no loss. A device that was read before and cannot be now is one loss, not hundreds.
    """
    lost = []
    for key, value in before.items():
        kind, _, rest = key.partition("/")
        device, _, what = rest.partition("/")
        if kind == "state":
            if value == READ and now.get(key) != READ:
                lost.append(f"{device}: IPv4 could be read before, now: {now.get(key, 'not measured')}")
        elif kind in PREFIX and now.get(f"state/{device}") == READ:
            lost += _lost(kind, device, what, value, now.get(key, ""))
    return tuple(lost)


def _lost(kind: str, device: str, what: str, before: str, now: str) -> Iterable[str]:
    match kind:
        case "route":
            if before not in BLOCKED and (not now or now in BLOCKED):
                yield f"{device}: IPv4 route {what} was {before}, is {now or 'gone'}"
        case "mtu":
            if not now:
                yield f"{device}: the interface {what} is gone"
            elif _whole(now) < _whole(before):
                yield f"{device}: MTU of {what} was {before} bytes, is {now} bytes"
        case "path":
            if _whole(before) and _whole(now or "0") < _whole(before):
                yield f"{device}: IPv4 path to {what} carried {before} bytes, carries {now or '0'} bytes"
        case _:
            fine = DESIGNATED if kind == "ospf" and before == "2-Way" else frozenset({UP.get(kind, before)})
            if before in fine and now not in fine:
                word = {"ospf": "OSPF", "bgp": "BGP"}[kind]
                yield f"{device}: {word} neighbour {what} was {before}, is {now or 'gone'}"


def _whole(value: str) -> int:
    return int(value) if value.isdigit() else 0

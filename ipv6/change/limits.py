"""Safety limits of a change set, each with its numbers; one that is exceeded closes the gate of apply."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network

from inventory.model import SHARED, Device, Inventory
from inventory.vocab import Role
from ipv6.change.model import DeviceChange, Limit, Risk, Section
from ipv6.change.order import wave_of

GROUPS = {
    "routers": (Role.CORE, Role.PE, Role.COUNTY_PE),
    "firewalls": (Role.FIREWALL,),
    "name servers": (Role.DNS,),
}
"""Devices whose loss together hurts many; the share of each that one wave may change is limited."""

KEPT, EXCEEDED = "kept", "exceeded"
_FOUR = re.compile(r"(?<![\w.:])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![\w.])")
_PATH = re.compile(r"^(?:route |ip route |neighbor \S+ remote-as |ip ospf area )")
"""Lines (stripped) over which a device sends IPv4: static routes, BGP neighbours, OSPFv2 interfaces."""


def limits(inv: Inventory, devices: Sequence[DeviceChange]) -> tuple[Limit, ...]:
    """`ipv4-path` and `management-path` of each device, kept or exceeded: what the change takes away from it."""
    found: list[Limit] = []
    for device in devices:
        if device.deferred:
            continue
        found += _paths(inv.devices.get(device.device), device)
    return tuple(found)


def exceeded(found: Iterable[Limit]) -> tuple[Limit, ...]:
    """The limits that close the gate."""
    return tuple(limit for limit in found if limit.state != KEPT)


def risks(devices: Sequence[DeviceChange], records: int) -> tuple[Risk, ...]:
    """What the reviewer should weigh, counted; nothing here closes a gate."""
    held = [device for device in devices if not device.deferred]
    found = []
    for device in held:
        for section in device.sections:
            gone = removed_ipv4(section)
            if gone:
                found.append(
                    Risk(
                        "ipv4-removed",
                        f"{device.device} {section.driver}",
                        f"{sum(gone.values())} IPv4 lines are removed or moved: {', '.join(sorted(gone)[:3])}",
                    )
                )
    routers = sorted(device.device for device in held if device.role in _values("routers") and _changes(device))
    if routers:
        cause = f"{len(routers)} routers open IPv6 adjacencies; neighbours converge again"
        found.append(Risk("adjacency", ", ".join(routers[:4]), cause))
    served = [device.device for device in held if device.role == Role.DNS.value and _changes(device)]
    if served:
        cause = f"{len(served)} name servers change what they listen on and are restarted"
        found.append(Risk("name-service", ", ".join(sorted(served)), cause))
    if records:
        found.append(Risk("records", "DNS", f"{records} record sets become visible; resolvers keep them for their TTL"))
    if waiting := sum(bool(device.deferred) for device in devices):
        found.append(Risk("deferred", "devices", f"{waiting} devices are planned and rendered but not applied here"))
    return tuple(found)


def removed_ipv4(section: Section) -> Counter[str]:
    """Lines with an IPv4 address that are in the base and not in the intended text, with their number."""
    return Counter(_lines4(section.base)) - Counter(_lines4(section.intended))


def shares(inv: Inventory, platform: str) -> tuple[Limit, ...]:
    """`share`: the devices of one kind that the platform's wave changes, of all that this environment holds.

    It belongs to the wave, not to the change set: a router added in another city must not move this one's digest.
    """
    return tuple(_shares(inv, platform))


def _shares(inv: Inventory, platform: str) -> Iterator[Limit]:
    wave = wave_of(inv, platform)
    together = next((one.platforms for one in inv.waves if one.name == wave), (platform,))
    most = inv.limits.share
    for name, roles in GROUPS.items():
        every = [device for device in inv.devices.values() if device.role in roles and inv.holds(device)]
        touched = [device for device in every if inv.platform_of_device[device.name] in together]
        # One device cannot be split any further, and what all share has no second wave to go in.
        if not touched or platform == SHARED or len(touched) == 1:
            continue
        percent = 100 * len(touched) / len(every)
        state = KEPT if percent <= most else EXCEEDED
        text = f"{len(touched)} of {len(every)} {name} ({percent:.0f} %)"
        if state == EXCEEDED:
            text += f" exceeds {most} %: split the wave"
        yield Limit("share", wave, text, state)


def _paths(known: Device | None, device: DeviceChange) -> Iterator[Limit]:
    before = [line for section in device.sections for line in _lines4(section.base)]
    after = [line for section in device.sections for line in _lines4(section.intended)]
    gone = sum((Counter(before) - Counter(after)).values())
    paths, left = _count_paths(before), _count_paths(after)
    if before and (not after or (paths and not left)):
        text = f"{gone} of {len(before)} IPv4 lines go, the last of {paths} IPv4 paths among them"
        yield Limit("ipv4-path", device.device, text, EXCEEDED)
    elif before:
        yield Limit("ipv4-path", device.device, f"{len(before) - gone} of {len(before)} IPv4 lines stay", KEPT)
    if known is None:
        return
    touched = sorted({line for section in device.sections for line in _management(section, known.mgmt4)})
    if touched:
        text = f"{len(touched)} lines of the management path change: {touched[0].strip()[:80]}"
        yield Limit("management-path", device.device, text, EXCEEDED)


@lru_cache(maxsize=256)  # a section's two texts are asked for their paths, then for what is removed
def _lines4(text: str) -> tuple[str, ...]:
    """The lines about IPv4, without indentation: those with an IPv4 address and OSPFv2's own."""
    lines = (" ".join(line.split()) for line in text.splitlines() if "." in line or "ospf" in line)
    return tuple(line for line in lines if line.startswith("ip ospf ") or any(map(_is_four, _FOUR.findall(line))))


def _is_four(word: str) -> bool:
    """Four numbers below 256, none with a zero in front: what `ipaddress` takes, at a fraction of its time."""
    return all(int(octet) < 256 and (octet == "0" or octet[0] != "0") for octet in word.split("."))


def _count_paths(lines: Iterable[str]) -> int:
    return sum(bool(_PATH.match(line)) for line in lines)


def _management(section: Section, address: IPv4Address) -> Iterator[str]:
    """Changed lines that name the management address, its network's other hosts or the management interface."""
    base, intended = section.base.splitlines(), section.intended.splitlines()
    changed = (Counter(base) - Counter(intended)) + (Counter(intended) - Counter(base))
    network = IPv4Network((address, 24), strict=False)
    for line in changed:
        words = [word for word in _FOUR.findall(line) if _is_four(word)]
        if re.search(r"\bmgmt\b", line) or any(IPv4Address(word) in network for word in words):
            yield line


def _values(group: str) -> frozenset[str]:
    return frozenset(role.value for role in GROUPS[group])


def _changes(device: DeviceChange) -> bool:
    return any(not section.keep for section in device.sections)
